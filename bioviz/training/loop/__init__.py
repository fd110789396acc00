"""Epochs of steps: the trainer, its state on disk, and what the page sees of it."""
