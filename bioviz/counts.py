"""Numbers of things in words."""

from __future__ import annotations

UNKNOWN = "–"
"""In the cell of a table that has no value, where Streamlit would write None."""


def counted(number: int, one: str) -> str:
    """Return a number with what it is of, as in "1 label" and "1,200 labels"."""
    return f"{number:,} {one if number == 1 else f'{one}s'}"


def counted_clips(number: int, name: str) -> str:
    """Return how many clips a list holds, as in "1 clip of frog" for "clips of frog"."""
    return f"{number:,} {name.replace('clips', 'clip', 1) if number == 1 else name}"


def sound_length(hours: float) -> str:
    """Return how much sound there is, as in "18 s", "24 min", "12.5 h" and "5,054 h".

    Parameters
    ----------
    hours
        Not negative.

    """
    if hours * 60 < 2:
        return f"{hours * 3600:,.0f} s"
    if hours < 2:
        return f"{hours * 60:,.0f} min"
    return f"{hours:,.1f} h" if hours < 100 else f"{hours:,.0f} h"
