"""The demo dataset, made on the user's computer."""
