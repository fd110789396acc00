"""Which of several claims may be made together, so that a false one among them is rare."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

LEVEL = 0.05
"""Probability of any false claim on one page."""


def holm(p: Mapping[Hashable, float | None], level: float = LEVEL) -> dict[Hashable, float]:
    """Claims that may be made, each with the level that it was tested at (Holm 1979).

    The i-th smallest of m p values must not exceed level / (m - i + 1), nor any smaller one its own bound: then the
    probability of any false claim is at most `level`, whichever of them are true. A claim whose p is None is not
    made, and does not count.
    """
    known = sorted((value, i, name) for i, (name, value) in enumerate(p.items()) if value is not None)
    bounds = {}
    for rank, (value, _, name) in enumerate(known):
        bound = level / (len(known) - rank)
        if value > bound:
            break
        bounds[name] = bound
    return bounds
