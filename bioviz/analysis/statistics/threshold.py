"""A threshold of a feature that parts confused clips from others, counted where it was not chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SIDE = 0.15
"""Share of the clips that must lie on either side of a threshold."""
MIN_BESIDE = 5
"""Clips that must lie on either side of it besides."""


@dataclass(frozen=True)
class Split:
    """A threshold, and what lies on either side of it in recordings that it was not chosen on.

    Attributes
    ----------
    threshold
        Chosen on one half of the recordings, for the largest difference there.
    confused_below, below, confused_above, above
        Clips of the other half: confused ones and all.

    """

    threshold: float
    confused_below: int
    below: int
    confused_above: int
    above: int

    @property
    def shares(self) -> tuple[float, float]:
        """Share of confused clips below, and at or above."""
        return self.confused_below / self.below, self.confused_above / self.above


def honest_split(
    values: np.ndarray, confused: np.ndarray, edges: np.ndarray, half: np.ndarray
) -> Split | None:
    """Find the threshold that parts the clips of `half` most, counted on the others; None for too small a side."""
    good = np.isfinite(values)
    values, confused, half = values[good], confused[good], half[good]
    whole = bool((values == np.round(values)).all())
    best: Split | None = None
    for edge in sorted({float(np.ceil(edge)) if whole else _round(edge) for edge in edges}):
        tried = _counted(values[half], confused[half], edge)
        if tried and (best is None or _difference(tried) > _difference(best)):
            best = tried
    return best and _counted(values[~half], confused[~half], best.threshold)


def _difference(split: Split) -> float:
    return abs(split.shares[0] - split.shares[1])


def _counted(values: np.ndarray, confused: np.ndarray, threshold: float) -> Split | None:
    """None where a side holds too few."""
    below = values < threshold
    sizes = int(below.sum()), int((~below).sum())
    if min(sizes) < max(MIN_BESIDE, SIDE * len(values)):
        return None
    return Split(threshold, int(confused[below].sum()), sizes[0], int(confused[~below].sum()), sizes[1])


def _round(value: float) -> float:
    """Two significant digits: a threshold that can be said."""
    return float(f"{value:.2g}")
