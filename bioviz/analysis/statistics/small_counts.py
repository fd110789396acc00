"""Shares of few clips in words: counts, not percentages."""

from __future__ import annotations

from bioviz.percent import percent, told_apart

MIN_FOR_PERCENT = 10
"""Clips below which a share is given as a count."""


def share(hits: int, of: int) -> str:
    """ "94 %", or "7 of 9 clips" where there are fewer than ten."""
    if of < MIN_FOR_PERCENT:
        return f"{hits} of {of} {'clip' if of == 1 else 'clips'}"
    return percent(hits / of)


def against(more: tuple[int, int], less: tuple[int, int]) -> str:
    """Two shares side by side, both as counts if either has few clips."""
    if min(more[1], less[1]) < MIN_FOR_PERCENT:
        return f"{more[0]} of {more[1]} clips against {less[0]} of {less[1]} of the others"
    one, other = told_apart(more[0] / more[1], less[0] / less[1])
    return f"{one} against {other} of the others"
