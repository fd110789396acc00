"""Pairs of a background clip and a labelled one, counted by their units: what AUROCs are sums of.

Pairs are counted in sorted lists, never one by one: of a folder with one clip a file there are as many units as clips,
and a table of units by units would take 20 GB for 50,000.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pairs:
    """Pairs of a background clip of unit i and a labelled clip of unit j; those background wins have it higher.

    A tie counts half.

    Attributes
    ----------
    score : (n, c)
        Of each clip, in copies that are compared with each other.
    is_background : (n,) bool
    unit : (n,) int64
        0..G-1.
    background, labelled : (G,)
        Clips.

    """

    score: np.ndarray
    is_background: np.ndarray
    unit: np.ndarray
    background: np.ndarray
    labelled: np.ndarray

    @classmethod
    def of(cls, score: np.ndarray, background: np.ndarray, unit: np.ndarray) -> Pairs:
        size = int(unit.max()) + 1
        calm, marked = (np.bincount(unit[side], minlength=size) for side in (background, ~background))
        return cls(score, background, unit, calm.astype(float), marked.astype(float))

    def wins_by_unit(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(G,) each, pairs that background wins: each unit's with all labelled, all with its labelled, its own."""
        copies, size = self.score.shape[1], len(self.background)
        calm, marked = (
            np.sort(self.score[side], axis=None) for side in (self.is_background, ~self.is_background)
        )
        sums = []
        for side, others in ((self.is_background, marked), (~self.is_background, calm)):
            own = self.score[side].ravel()
            below = (np.searchsorted(others, own, "left") + np.searchsorted(others, own, "right")) / 2
            won = below if others is marked else len(others) - below
            sums.append(np.bincount(np.repeat(self.unit[side], copies), won, size) / copies**2)
        return sums[0], sums[1], self._wins_within(self.unit, size)

    def within(self, value: np.ndarray) -> float | None:
        """AUROC over pairs of one value (G,)."""
        known = value >= 0
        size = int(value.max(initial=0)) + 1
        calm, marked = (
            np.bincount(value[known], side[known], size) for side in (self.background, self.labelled)
        )
        count = float(calm @ marked)
        return float(self._wins_within(value[self.unit], size).sum()) / count if count else None

    def _wins_within(self, group: np.ndarray, size: int) -> np.ndarray:
        """(size,) pairs that background wins among clips of each group (n,); groups below 0 do not count."""
        copies, rows = self.score.shape[1], np.flatnonzero(group >= 0)
        own, of = self.score[rows].ravel(), np.repeat(group[rows], copies)
        calm = np.repeat(self.is_background[rows], copies).astype(np.float64)
        return _won(own, of, calm, 1 - calm, size) / copies**2

    def alone_of_units(self, units: np.ndarray) -> UnitCounts:
        """Return the counts of some units, for `alone` with values dealt out anew."""
        return UnitCounts(self.background[units], self.labelled[units])

    def alone(self, value: np.ndarray) -> float | None:
        """AUROC of the share of background in the other units of a clip's value; pairs of one value are ties."""
        return UnitCounts(self.background, self.labelled).alone(value)


@dataclass(frozen=True)
class UnitCounts:
    """Clips of each unit (G,)."""

    background: np.ndarray
    labelled: np.ndarray

    def alone(self, value: np.ndarray) -> float | None:
        """See `Pairs.alone`."""
        known = value >= 0
        b, n = self.background * known, (self.background + self.labelled) * known
        size = int(value.max(initial=0)) + 1
        of = np.maximum(value, 0)
        left_b, left_n = np.bincount(of, b, size)[of] - b, np.bincount(of, n, size)[of] - n
        usable = np.flatnonzero(known & (left_n > 0))
        share, of = left_b[usable] / left_n[usable], of[usable]
        calm, marked = self.background[usable], self.labelled[usable]
        total = calm.sum() * marked.sum()
        if not total:
            return None
        everywhere = _won(share, np.zeros_like(of), calm, marked, 1).sum()
        tied = np.bincount(of, calm, size) @ np.bincount(of, marked, size)
        return float((everywhere - _won(share, of, calm, marked, size).sum() + tied / 2) / total)


def _won(
    score: np.ndarray, group: np.ndarray, background: np.ndarray, labelled: np.ndarray, size: int
) -> np.ndarray:
    """(size,) pairs within each group that background wins, ties half.

    Parameters
    ----------
    score, group : (m,)
    background, labelled : (m,)
        How many of either have this score and group.

    """
    if not len(score):
        return np.zeros(size)
    order = np.lexsort((score, group))
    score, group = score[order], group[order]
    starts = np.flatnonzero(np.append(True, (np.diff(score) != 0) | (np.diff(group) != 0)))
    calm, marked = (np.add.reduceat(each[order], starts) for each in (background, labelled))
    of = group[starts]
    before = np.cumsum(marked) - marked
    first = np.searchsorted(of, of, "left")  # of the same group
    return np.bincount(of, calm * (before - before[first] + marked / 2), size)
