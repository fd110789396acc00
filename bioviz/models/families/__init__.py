"""Cards of models, one file a family: each holds `CARDS` and imports nothing heavy. `models/cards.py` finds them."""
