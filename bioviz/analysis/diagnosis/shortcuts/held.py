"""Where nearly all of one side has one value, such as a year: a fact of the data, whoever or whatever brought it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST, NOT_SO = 0.9, 0.7
"""Share of a side's clips with one value from which little can be told but within it, and most of the other side's."""


@dataclass(frozen=True)
class Held:
    """How many clips have the value that holds most of a side.

    Attributes
    ----------
    side
        "background" or "labelled": nearly all of it has the value.
    background, labelled : tuple of int
        Clips of each side with the value, and of all known.
    """

    side: str
    background: tuple[int, int]
    labelled: tuple[int, int]


def held_by(value: np.ndarray, background: np.ndarray) -> tuple[int, Held | None]:
    """Return which value of (n,) holds nearly all of one side but not of the other, with counts; else -1, None."""
    counts = [np.bincount(value[side & (value >= 0)], minlength=1) for side in (background, ~background)]
    for i, side in enumerate(("background", "labelled")):
        best = int(counts[i].argmax())
        own, other = counts[i], counts[1 - i]
        there = int(other[best]) if best < len(other) else 0
        if own[best] >= MOST * own.sum() > 0 and there <= NOT_SO * other.sum():
            pair = ((int(own[best]), int(own.sum())), (there, int(other.sum())))
            return best, Held(side, *(pair if not i else pair[::-1]))
    return -1, None
