"""Rank correlation of one quantity with many features at once, and each unit's part in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RankedFeatures:
    """Features of n clips as centred ranks; ties share their mean rank.

    Attributes
    ----------
    ranks : (n, m) float64
        Centred ranks of each feature among the clips where it is known, 0 elsewhere.
    known : (p, n) bool
        The different sets of clips where features are known.
    pattern : (m,)
        Which is whose.

    """

    ranks: np.ndarray
    known: np.ndarray
    pattern: np.ndarray

    @classmethod
    def of(cls, columns: np.ndarray) -> RankedFeatures:
        """From (n, m) float columns, NaN unknown."""
        good = np.isfinite(columns)
        known, pattern = np.unique(good, axis=1, return_inverse=True)
        ranks = np.zeros(columns.shape)
        for i, column in enumerate(columns.T):
            ranks[:, i] = _centred(column, good[:, i])
        return cls(ranks, known.T, pattern.reshape(-1))

    def correlation(self, y: np.ndarray) -> np.ndarray:
        """(m,) Spearman's rho with (n,) `y`, clips with NaN on a side left out; NaN where a side does not vary."""
        out = np.full(self.ranks.shape[1], np.nan)
        for i, known in enumerate(self.known):
            mine = np.flatnonzero(self.pattern == i)
            good = known & np.isfinite(y)
            if not good.any():
                continue
            b = _centred(y, good)[good]
            a = self.ranks[np.ix_(good, mine)]
            a = a - a.mean(axis=0)
            spread = np.sqrt((a * a).sum(axis=0) * (b @ b))
            out[mine] = np.where(spread > 1e-9, (b @ a) / np.where(spread > 1e-9, spread, 1), np.nan)
        return out

    def contributions(self, y: np.ndarray, units: np.ndarray, n_units: int) -> np.ndarray:
        """(n_units, m): sum over each unit's clips of the product of the centred ranks; rho is their scaled sum."""
        out = np.zeros((n_units, self.ranks.shape[1]))
        for i, known in enumerate(self.known):
            mine = np.flatnonzero(self.pattern == i)
            good = known & np.isfinite(y)
            product = _centred(y, good)[good, None] * self.ranks[np.ix_(good, mine)]
            part = np.zeros((n_units, len(mine)))
            np.add.at(part, units[good], product)
            out[:, mine] = part
        return out


def _centred(values: np.ndarray, good: np.ndarray) -> np.ndarray:
    """(n,) ranks among the `good` values less their mean; 0 elsewhere."""
    from scipy.stats import rankdata

    out = np.zeros(len(values))
    if good.any():
        ranks = rankdata(values[good])
        out[good] = ranks - ranks.mean()
    return out
