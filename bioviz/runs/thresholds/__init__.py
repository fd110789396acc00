"""Thresholds of a run's scores: which score stands for which label, chosen, kept, applied elsewhere."""
