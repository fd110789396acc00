"""Silhouettes without an n x n matrix, for several labelings in one pass over the distances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from itertools import pairwise

import numpy as np

BLOCK = 1024
MAX_WORKERS = 8
"""Threads at most: each holds sums of its own."""
FLAT = 8
"""Dimensions up to which differences are cheaper than products (a picture has 2)."""
NEAR = 3e-3
"""A squared distance below this share of the squared norms lost float32 digits: redone in float64."""
MANY = 0.02
"""Share of a row's pairs from which on the whole row is redone by a product."""


def silhouettes(x: np.ndarray, labelings: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Silhouette of every row under each labeling (Rousseeuw 1987), euclidean.

    s_i = (b_i - a_i) / max(a_i, b_i): a_i is the mean distance to the other rows of i's group, b_i the
    smallest mean distance to the rows of another group; 0 for a row alone in its group. Equal to
    scikit-learn's to about 1e-6.

    Parameters
    ----------
    x : (n, d)
        Finite.
    labelings
        Each (n,) ints. NaN throughout where it has one group only.

    Returns
    -------
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
    pairs = _Differences(x) if x.shape[1] <= FLAT else _Products(x)
    hot = np.zeros((n, sum(counts)), dtype=np.float32)
    offsets = np.cumsum([0, *counts])
    for code, offset in zip(codes, offsets, strict=False):
        hot[np.arange(n), code + offset] = 1
    starts = range(0, n, BLOCK)

    def part(worker: int, workers: int) -> np.ndarray:
        sums = np.zeros((n, sum(counts)))
        for a in starts[worker::workers]:
            rows = slice(a, min(n, a + BLOCK))
            for b in range(a, n, BLOCK):
                columns = slice(b, min(n, b + BLOCK))
                distance = pairs.distances(rows, columns)
                sums[rows] += distance @ hot[columns]
                if b > a:
                    sums[columns] += (hot[rows].T @ distance).T
        return sums

    sums = _on_all_cores(part, len(starts))
    return [sums[:, first:last] for first, last in pairwise(offsets)]


def _on_all_cores(part: Callable[[int, int], np.ndarray], blocks: int) -> np.ndarray:
    """Sum of part(worker, workers) over as many threads as BLAS would take, each with BLAS on one.

    Blocks are too small for BLAS to share out: its threads would wait for each other, far more where other
    programs run.
    """
    from threadpoolctl import threadpool_info, threadpool_limits

    allowed = max(
        (each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"), default=1
    )
    workers = max(1, min(allowed, blocks, MAX_WORKERS))
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(workers) as pool:
        return reduce(np.add, pool.map(part, range(workers), [workers] * workers))


class _Differences:
    """Euclidean distances between blocks of rows of few dimensions, in float32, which differences do not blur."""

    def __init__(self, x: np.ndarray) -> None:
        wide = x.astype(np.float64)
        self.columns = np.ascontiguousarray((wide - wide.mean(axis=0)).T, dtype=np.float32)

    def distances(self, rows: slice, columns: slice) -> np.ndarray:
        first, *others = self.columns
        square = first[rows, None] - first[None, columns]
        square *= square
        for column in others:
            difference = column[rows, None] - column[None, columns]
            difference *= difference
            square += difference
        return np.sqrt(square, out=square)


class _Products:
    """Euclidean distances between blocks of rows: |a|^2 + |b|^2 - 2ab as one float32 product.

    A pair whose squared distance is small beside its norms is done again in float64.
    """

    def __init__(self, x: np.ndarray) -> None:
        self.wide = x.astype(np.float64)
        self.wide -= self.wide.mean(axis=0)
        self.squares = np.einsum("ij,ij->i", self.wide, self.wide)
        ones, squares = np.ones((len(x), 1)), self.squares[:, None]
        self.left = np.hstack([self.wide * -2, squares, ones]).astype(np.float32)
        self.right = np.hstack([self.wide, ones, squares]).astype(np.float32)

    def distances(self, rows: slice, columns: slice) -> np.ndarray:
        square = self.left[rows] @ self.right[columns].T
        if rows == columns:
            np.fill_diagonal(square, np.inf)
        least = NEAR * (self.squares[rows] + self.squares[columns].max())
        doubtful = np.flatnonzero(square.min(axis=1) < least)
        if len(doubtful):
            self._again(square, doubtful, rows.start, columns)
        if rows == columns:
            np.fill_diagonal(square, 0)
        return np.sqrt(square, out=square)

    def _again(self, square: np.ndarray, doubtful: np.ndarray, start: int, columns: slice) -> None:
        """Do the near pairs of these rows of a block again, whole rows where many are near."""
        norms = self.squares[start + doubtful, None] + self.squares[None, columns]
        near = (square[doubtful] < NEAR * norms) & np.isfinite(square[doubtful])
        count = near.sum(axis=1)
        is_crowded = count > MANY * near.shape[1]
        whole = doubtful[is_crowded]
        exact = self.wide[start + whole] @ (self.wide[columns] * -2).T if len(whole) else np.empty((0, 1))
        exact = np.maximum(exact + norms[is_crowded], 0)
        square[whole] = np.where(np.isinf(square[whole]), np.inf, exact)
        row, j = np.nonzero(near & ~is_crowded[:, None])
        step = max(1, 2**20 // self.wide.shape[1])
        for a in range(0, len(row), step):
            i, c = doubtful[row[a : a + step]], j[a : a + step]
            difference = self.wide[start + i] - self.wide[columns.start + c]
            square[i, c] = np.einsum("ij,ij->i", difference, difference)
