"""Findings as cards: a figure each, every line of which leads to its clips."""
