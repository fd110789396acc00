"""Silhouettes without an n x n matrix, for several labelings in one pass over the distances."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

BLOCK = 1024
FLAT = 8
"""Dimensions up to which differences are cheaper than products (a picture has 2)."""
NEAR = 1e-3
"""A squared distance below this share of the squared norms lost float32 digits: redone in float64."""


def silhouettes(x: np.ndarray, labelings: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Silhouette of every row under each labeling (Rousseeuw 1987), euclidean.

    s_i = (b_i - a_i) / max(a_i, b_i): a_i is the mean distance to the other rows of i's group, b_i the
    smallest mean distance to the rows of another group; 0 for a row alone in its group. Equal to
    scikit-learn's to 1e-6.

    Args:
        x: (n, d) finite.
        labelings: each (n,) ints. NaN throughout where it has one group only.

    Returns:
        One (n,) float64 a labeling.
    """
    codes = [np.unique(labels, return_inverse=True)[1] for labels in labelings]
    sizes = [np.bincount(code) for code in codes]
    sums = _group_sums(np.asarray(x), codes, [len(size) for size in sizes])
    return [_samples(*each) for each in zip(sums, codes, sizes, strict=True)]


def mean_silhouette(x: np.ndarray, labels: np.ndarray) -> float:
    """Mean of `silhouettes` of one labeling."""
    return float(silhouettes(x, [labels])[0].mean())


def _samples(sums: np.ndarray, code: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    rows = np.arange(len(code))
    if len(sizes) < 2:
        return np.full(len(code), np.nan)
    own = sizes[code]
    within = sums[rows, code] / np.maximum(own - 1, 1)
    means = sums / sizes
    means[rows, code] = np.inf
    nearest = means.min(axis=1)
    largest = np.maximum(within, nearest)
    return np.where((own > 1) & (largest > 0), (nearest - within) / np.where(largest > 0, largest, 1), 0.0)


def _group_sums(x: np.ndarray, codes: list[np.ndarray], counts: list[int]) -> list[np.ndarray]:
    """For each labeling (n, groups): summed distance of each row to each group; a pair is met once."""
    n = len(x)
    pairs = _Pairs(x)
    hot = np.zeros((n, sum(counts)), dtype=np.float32)
    offsets = np.cumsum([0, *counts])
    for code, offset in zip(codes, offsets, strict=False):
        hot[np.arange(n), code + offset] = 1
    sums = np.zeros((n, sum(counts)))
    for a in range(0, n, BLOCK):
        rows = slice(a, min(n, a + BLOCK))
        for b in range(a, n, BLOCK):
            columns = slice(b, min(n, b + BLOCK))
            distance = pairs.distances(rows, columns)
            sums[rows] += distance @ hot[columns]
            if b > a:
                sums[columns] += distance.T @ hot[rows]
    return [sums[:, first:last] for first, last in pairwise(offsets)]


class _Pairs:
    """Euclidean distances between blocks of rows: products in float32, in float64 where those are too coarse."""

    def __init__(self, x: np.ndarray) -> None:
        self.wide = x.astype(np.float64)
        self.wide -= self.wide.mean(axis=0)
        self.flat = x.shape[1] <= FLAT
        if not self.flat:
            self.narrow = self.wide.astype(np.float32)
            self.squares = np.einsum("ij,ij->i", self.wide, self.wide)
            self.narrow_squares = self.squares.astype(np.float32)

    def distances(self, rows: slice, columns: slice) -> np.ndarray:
        if self.flat:
            from scipy.spatial.distance import cdist

            return cdist(self.wide[rows], self.wide[columns]).astype(np.float32)
        norms = self.narrow_squares[rows, None] + self.narrow_squares[None, columns]
        square = (self.narrow[rows] * np.float32(-2)) @ self.narrow[columns].T
        square += norms
        same = rows == columns
        if same:
            np.fill_diagonal(square, np.inf)
        norms *= np.float32(NEAR)
        if (square < norms).any():
            square = (self.wide[rows] * -2) @ self.wide[columns].T
            square += self.squares[rows, None]
            square += self.squares[None, columns]
            np.maximum(square, 0, out=square)
        if same:
            np.fill_diagonal(square, 0)
        return np.sqrt(square, out=square)
