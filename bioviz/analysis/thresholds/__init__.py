"""Thresholds of a model's scores that reach a wanted precision where they were not chosen."""
