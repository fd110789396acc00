"""The commands: each module has `register`, and is found by itself."""
