"""Rows of an embedding made ready for distances: shifted or normalised once, then multiplied by blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bioviz.errors import BadInput

Metric = Literal["cosine", "euclidean"]
METRICS: tuple[Metric, ...] = ("cosine", "euclidean")
BLOCK_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Rows:
    """Rows in which both metrics are a squared euclidean distance (plus a penalty for rows of zeros).

    Euclidean: x minus its mean, so that float32 products lose little. Cosine: x over its norm, where
    1 - cos(a, b) = |a - b|^2 / 2. A row of zeros has no direction: its cosine distance to all others is 1,
    as in scikit-learn, for which `penalty` (1 for such a row, else 0) stands in.

    Attributes
    ----------
    x : (n, d) float32
        C order.
    squares : (n,) float32
        |x|^2.
    penalty : (n,) float32
    metric
        "cosine" or "euclidean".

    """

    x: np.ndarray
    squares: np.ndarray
    penalty: np.ndarray
    metric: Metric

    def __len__(self) -> int:
        return len(self.x)

    def keys(self, queries: np.ndarray) -> np.ndarray:
        """(len(queries), n) float32 that orders all rows by distance from each query (not the distance)."""
        product = (self.x[queries] * np.float32(-2)) @ self.x.T
        product += self.squares + self.penalty
        return product

    def distances(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """(r, m) float32 distances from `rows` (r,) to their `others` (r, m), by differences."""
        out = np.empty(others.shape, dtype=np.float32)
        step = max(1, 2**23 // max(1, 4 * others.shape[1] * self.x.shape[1]))
        for a in range(0, len(rows), step):
            part = others[a : a + step]
            difference = self.x[part]
            difference -= self.x[rows[a : a + step], None]
            out[a : a + step] = np.einsum("ijk,ijk->ij", difference, difference)
        if self.metric == "euclidean":
            return np.sqrt(out, out=out)
        out += self.penalty[rows, None] + self.penalty[others]
        out /= 2
        return out


def finite_rows(x: np.ndarray) -> np.ndarray:
    """(n,) bool: rows of (n, d) `x` without NaN or infinity. A failed clip is a row of NaN.

    Raises
    ------
    BadInput
        `x` is not a matrix.

    """
    if x.ndim != 2:
        raise BadInput(f"An embedding is a matrix with one row a clip, this has the shape {x.shape}.")
    if len(x) * x.shape[1] <= BLOCK_BYTES:
        return np.all(np.isfinite(x), axis=1)
    good = np.empty(len(x), dtype=bool)
    for start, stop in blocks(len(x), x.shape[1]):
        good[start:stop] = np.all(np.isfinite(x[start:stop]), axis=1)
    return good


def float32_rows(x: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """(m, d) float32: `rows` (m,) of an embedding that may be stored with fewer digits, all if None.

    The array itself, such as a memory map, where nothing is to be left out or changed.
    """
    everything = rows is None or len(rows) == len(x)
    if everything and x.dtype == np.float32:
        return x
    count = len(x) if rows is None else len(rows)
    out = np.empty((count, x.shape[1]), dtype=np.float32)
    for start, stop in blocks(count, 4 * x.shape[1]):
        out[start:stop] = x[start:stop] if rows is None else x[rows[start:stop]]
    return out


def prepare(x: np.ndarray, metric: Metric) -> Rows:
    """Make (n, d) finite `x` ready.

    Raises
    ------
    BadInput
        An unknown metric.

    """
    if metric not in METRICS:
        raise BadInput(f"Unknown distance {metric!r}: choose one of {', '.join(METRICS)}.")
    penalty = np.zeros(len(x), dtype=np.float32)
    ready = np.empty(x.shape, dtype=np.float32)
    mean = np.zeros(x.shape[1])
    if metric == "euclidean" and len(x):
        mean = np.asarray(x).mean(axis=0, dtype=np.float64)
    for start, stop in blocks(len(x), 8 * x.shape[1]):
        wide = np.asarray(x[start:stop], dtype=np.float64)
        if metric == "euclidean":
            ready[start:stop] = wide - mean
        else:
            norms = np.linalg.norm(wide, axis=1, keepdims=True)
            penalty[start:stop] = norms[:, 0] == 0
            ready[start:stop] = wide / np.where(norms == 0, 1, norms)
    return Rows(ready, np.einsum("ij,ij->i", ready, ready), penalty, metric)


def blocks(n: int, row_bytes: int, limit: int = BLOCK_BYTES) -> Iterator[tuple[int, int]]:
    """Ranges (start, stop) over n rows such that a block of rows of `row_bytes` stays below `limit` bytes."""
    step = max(1, limit // max(1, row_bytes))
    for start in range(0, n, step):
        yield start, min(n, start + step)


def positions(rows: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(m,) int64: where each of the `wanted` (m,) stands in the increasing `rows` (n,); -1 where it does not."""
    rows, wanted = np.asarray(rows), np.asarray(wanted)
    if not len(rows):
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(rows, wanted), len(rows) - 1)
    return np.where(rows[at] == wanted, at, -1)
