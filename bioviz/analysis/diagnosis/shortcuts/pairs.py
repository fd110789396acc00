"""Pairs of a background clip and a labelled one, counted by their units: what AUROCs are sums of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pairs:
    """Pairs of a background clip of unit i and a labelled clip of unit j.

    Attributes
    ----------
    wins : (G, G)
        Pairs in which background has the higher score, ties half.
    background, labelled : (G,)
        Clips.

    """

    wins: np.ndarray
    background: np.ndarray
    labelled: np.ndarray

    @classmethod
    def of(cls, score: np.ndarray, background: np.ndarray, unit: np.ndarray) -> Pairs:
        size, copies = int(unit.max()) + 1, score.shape[1]
        b, u = score[background].ravel(), np.repeat(unit[background], copies)
        wins = np.zeros((size, size))
        order = np.argsort(unit[~background], kind="stable")
        labelled = np.bincount(unit[~background], minlength=size)
        for j, own in enumerate(np.split(score[~background][order], np.cumsum(labelled)[:-1])):
            if len(own):
                own = np.sort(own, axis=None)
                won = (np.searchsorted(own, b, "left") + np.searchsorted(own, b, "right")) / 2
                wins[:, j] = np.bincount(u, weights=won, minlength=size)
        calm = np.bincount(unit[background], minlength=size)
        return cls(wins / copies**2, calm.astype(float), labelled.astype(float))

    def of_units(self, units: np.ndarray) -> Pairs:
        return Pairs(self.wins[np.ix_(units, units)], self.background[units], self.labelled[units])

    def within(self, value: np.ndarray) -> float | None:
        """AUROC over pairs of one value (G,)."""
        same = (value[:, None] == value) & (value >= 0)
        count = float((same * np.outer(self.background, self.labelled)).sum())
        return float(self.wins[same].sum()) / count if count else None

    def alone(self, value: np.ndarray) -> float | None:
        """AUROC of the share of background in the other units of a clip's value; pairs of one value are ties."""
        known = value >= 0
        b, n = self.background * known, (self.background + self.labelled) * known
        size = int(value.max(initial=0)) + 1
        of = np.maximum(value, 0)
        left_b, left_n = np.bincount(of, b, size)[of] - b, np.bincount(of, n, size)[of] - n
        usable = known & (left_n > 0)
        share = np.where(usable, left_b / np.maximum(left_n, 1), np.nan)
        higher = (share[:, None] > share) + 0.5 * (share[:, None] == share)
        higher[value[:, None] == value] = 0.5
        weight = np.outer(self.background * usable, self.labelled * usable)
        total = weight.sum()
        return float((np.where(weight > 0, higher, 0) * weight).sum() / total) if total else None
