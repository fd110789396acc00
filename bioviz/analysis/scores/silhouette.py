"""Silhouettes without an n x n matrix, for several labelings in one pass over the distances.

Their time goes with the square of the rows: above `EXACT_UP_TO` a mean is that of a sample of rows, each against all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from itertools import pairwise

import numpy as np

EXACT_UP_TO = 50_000
SAMPLE = 10_000
"""Rows sampled: the standard error is a hundredth of how far silhouettes lie apart, some 0.001."""
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
    """Mean of `silhouettes` of one labeling, see `mean_silhouettes`."""
    return mean_silhouettes(x, [labels])[0]


def mean_silhouettes(
    x: np.ndarray, labelings: Sequence[np.ndarray], exact_up_to: int = EXACT_UP_TO, seed: int = 0
) -> list[float]:
    """Mean of `silhouettes` of each labeling; of more rows than `exact_up_to` the mean of `SAMPLE` of them, by lot."""
    n = len(x)
    if n <= exact_up_to:
        return [float(each.mean()) for each in silhouettes(x, labelings)]
    chosen = np.sort(np.random.default_rng(seed).choice(n, min(n, SAMPLE), replace=False))
    codes = [np.unique(labels, return_inverse=True)[1] for labels in labelings]
    sizes = [np.bincount(code) for code in codes]
    sums = _sums_of_some(np.asarray(x), chosen, codes, [len(size) for size in sizes])
    parts = zip(sums, codes, sizes, strict=True)
    return [float(_samples(own, code[chosen], size).mean()) for own, code, size in parts]


def sample_note(rows: int | None = None) -> str:
    """Say that a mean silhouette of so many rows is of a sample; "" where it is of all. Of any number if None."""
    if rows is None:
        return f"Silhouettes of more than {EXACT_UP_TO:,} clips are estimated from {SAMPLE:,} of them, drawn by lot."
    if rows <= EXACT_UP_TO:
        return ""
    return (
        f"The silhouette is estimated from {SAMPLE:,} of the {rows:,} clips, drawn by lot, each against all."
    )


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


def _sums_of_some(
    x: np.ndarray, chosen: np.ndarray, codes: list[np.ndarray], counts: list[int]
) -> list[np.ndarray]:
    """For each labeling (chosen, groups): summed distance of each row that is chosen to each group of all rows."""
    n, offsets = len(x), np.cumsum([0, *counts])
    pairs = _Differences(x, chosen) if x.shape[1] <= FLAT else _Products(x, chosen)
    groups = np.stack([code + offset for code, offset in zip(codes, offsets, strict=False)], axis=1)
    starts = range(0, n, BLOCK)

    def part(worker: int, workers: int) -> np.ndarray:
        sums = np.zeros((len(chosen), int(offsets[-1])))
        for b in starts[worker::workers]:
            columns = slice(b, min(n, b + BLOCK))
            hot = np.zeros((columns.stop - b, int(offsets[-1])), dtype=np.float32)
            hot[np.arange(len(hot))[:, None], groups[columns]] = 1
            for a in range(0, len(chosen), BLOCK):
                rows = slice(a, min(len(chosen), a + BLOCK))
                sums[rows] += pairs.distances(rows, columns) @ hot
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
    """Euclidean distances between blocks of rows of few dimensions, in float32, which differences do not blur.

    Parameters
    ----------
    x : (n, d)
    chosen
        Rows that the first slice of `distances` counts; None for all.

    """

    def __init__(self, x: np.ndarray, chosen: np.ndarray | None = None) -> None:
        wide = x.astype(np.float64)
        self.columns = np.ascontiguousarray((wide - wide.mean(axis=0)).T, dtype=np.float32)
        self.rows = self.columns if chosen is None else self.columns[:, chosen]

    def distances(self, rows: slice, columns: slice) -> np.ndarray:
        square = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.float32)
        for ours, theirs in zip(self.rows, self.columns, strict=True):
            difference = ours[rows, None] - theirs[None, columns]
            difference *= difference
            square += difference
        return np.sqrt(square, out=square)


class _Products:
    """Euclidean distances between blocks of rows: |a|^2 + |b|^2 - 2ab as one float32 product.

    A pair whose squared distance is small beside its norms is done again in float64.

    Parameters
    ----------
    x, chosen
        As of `_Differences`.

    """

    def __init__(self, x: np.ndarray, chosen: np.ndarray | None = None) -> None:
        self.x, self.chosen = x, chosen
        self.middle = x.mean(axis=0, dtype=np.float64)
        self.squares = np.empty(len(x))
        self.right = np.empty((len(x), x.shape[1] + 2), np.float32)
        for start in range(0, len(x), BLOCK):
            part = slice(start, start + BLOCK)
            wide = self._wide(part)
            self.squares[part] = np.einsum("ij,ij->i", wide, wide)
            self.right[part, :-2], self.right[part, -2], self.right[part, -1] = wide, 1, self.squares[part]
        own = self.right if chosen is None else self.right[chosen]
        self.left = np.hstack([own[:, :-2] * -2, own[:, -1:], own[:, -2:-1]])

    def _wide(self, rows: slice | np.ndarray) -> np.ndarray:
        return self.x[rows].astype(np.float64) - self.middle

    def distances(self, rows: slice, columns: slice) -> np.ndarray:
        square = self.left[rows] @ self.right[columns].T
        own = np.arange(len(self.x))[rows] if self.chosen is None else self.chosen[rows]
        itself = np.flatnonzero((own >= columns.start) & (own < columns.stop))
        square[itself, own[itself] - columns.start] = np.inf
        least = NEAR * (self.squares[own] + self.squares[columns].max())
        doubtful = np.flatnonzero(square.min(axis=1) < least)
        if len(doubtful):
            self._again(square, doubtful, own, columns)
        square[itself, own[itself] - columns.start] = 0
        return np.sqrt(square, out=square)

    def _again(self, square: np.ndarray, doubtful: np.ndarray, own: np.ndarray, columns: slice) -> None:
        """Do the near pairs of these rows of a block again, whole rows where many are near."""
        norms = self.squares[own[doubtful], None] + self.squares[None, columns]
        near = (square[doubtful] < NEAR * norms) & np.isfinite(square[doubtful])
        count = near.sum(axis=1)
        is_crowded = count > MANY * near.shape[1]
        whole = doubtful[is_crowded]
        if len(whole):
            exact = self._wide(own[whole]) @ (self._wide(columns) * -2).T
            exact = np.maximum(exact + norms[is_crowded], 0)
            square[whole] = np.where(np.isinf(square[whole]), np.inf, exact)
        row, j = np.nonzero(near & ~is_crowded[:, None])
        step = max(1, 2**20 // self.x.shape[1])
        for a in range(0, len(row), step):
            i, c = doubtful[row[a : a + step]], j[a : a + step]
            difference = self._wide(own[i]) - self._wide(columns.start + c)
            square[i, c] = np.einsum("ij,ij->i", difference, difference)
