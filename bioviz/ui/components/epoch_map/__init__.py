"""A map that moves from epoch to epoch."""
