"""Whether a clip has more of the other side among its neighbors than chance and its own recording explain."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph, nearest_to
from bioviz.analysis.rows import Metric

K = 20
MAX_K = 200
MAX_PAIRS = 500_000_000
"""Distances that may be computed for more neighbors than a graph holds."""
MIN_DEALS, MAX_DEALS = 20, 200
DRAWN = 2_000_000
"""Clips' surroundings drawn for the null distribution."""


def enough_neighbors(share: float) -> int:
    """Neighbors that have to be looked at where `share` of all clips is of the other side.

    Five of the other side by chance, so that their number is not a matter of one or two; and as many that all being
    of the other side is no accident (1 in 10,000).
    """
    if not 0 < share < 1:
        return K
    return int(np.clip(np.ceil(max(K, 5 / share, np.log(1e-4) / np.log(share))), K, MAX_K))


def may_search(rows: int, clips: int) -> bool:
    """Whether more neighbors than a graph holds may be searched for."""
    return rows * clips <= MAX_PAIRS


def neighbors_of(
    x: np.ndarray, graph: KnnGraph, rows: np.ndarray, units: np.ndarray, k: int, metric: Metric
) -> np.ndarray:
    """(rows, k or fewer) neighbors of `rows` outside their unit: the graph's, or searched for where it has too few."""
    if k <= graph.k or not may_search(len(rows), len(x)):
        return graph.indices[rows, :k]
    groups = units if graph.grouped else np.arange(len(x))
    return nearest_to(x, x[rows], k, metric, groups, groups[rows]).indices


def surrounded_p(
    indices: np.ndarray, rows: np.ndarray, other: np.ndarray, units: np.ndarray, whole: bool, seed: int = 0
) -> np.ndarray:
    """(rows,) one-sided p of each clip's neighbors being of the other side no more often than explained.

    Explained by chance: the sides of whole units are dealt out anew, in the order they have within the unit, so that
    neighbors from one recording hang together as they do; the number of neighbors of the other side is compared with
    what all clips of `rows` then have. Explained by the recording, unless it may be surrounded as a `whole`: by the
    share among the neighbors of the unit's other `rows` (binomial; one clip's worth of the overall share besides).
    The larger p counts.

    Parameters
    ----------
    indices : (rows, k)
        -1 none.
    other : (n,) bool
        Clips of the other side.
    units : (n,) ints

    """
    from scipy.special import bdtrc

    valid = indices >= 0
    near = np.where(valid, indices, 0)
    count = (other[near] & valid).sum(axis=1)
    total = valid.sum(axis=1)
    p = _by_chance(near, valid, other, units, seed)[count]
    if whole:
        return p
    code = np.unique(units[rows], return_inverse=True)[1]
    rate = float(other.mean())
    hits = np.bincount(code, count)[code] - count + rate * indices.shape[1]
    eligible = np.bincount(code, total)[code] - total + indices.shape[1]
    own = bdtrc(count - 1.0, total, np.clip(hits / eligible, 1e-9, 1 - 1e-9))
    return np.maximum(p, np.where(count > 0, own, 1.0))


def deals(rows: int) -> int:
    """Return how often sides are dealt out anew for so many clips: less often for many, that bring more each time."""
    return int(np.clip(DRAWN // max(rows, 1), MIN_DEALS, MAX_DEALS))


def _by_chance(
    near: np.ndarray, valid: np.ndarray, other: np.ndarray, units: np.ndarray, seed: int
) -> np.ndarray:
    """(k + 1,) chance that a clip has at least 0, 1, ... k neighbors of the other side."""
    k = near.shape[1]
    order = np.argsort(units, kind="stable")
    side = other[order]
    starts = np.append(0, np.flatnonzero(np.diff(units[order])) + 1)
    sizes = np.diff(np.append(starts, len(order)))
    rng = np.random.default_rng(seed)
    histogram = np.zeros(k + 1)
    dealt = np.empty(len(other), bool)
    for _ in range(deals(len(near))):
        unit = rng.permutation(len(starts))
        first, size = starts[unit], sizes[unit]
        dealt[order] = side[np.arange(len(side)) + np.repeat(first - (np.cumsum(size) - size), size)]
        histogram += np.bincount((dealt[near] & valid).sum(axis=1), minlength=k + 1)
    tail = np.cumsum(histogram[::-1])[::-1]
    return (tail + 1) / (histogram.sum() + 1)
