"""The k-NN graph of an embedding as maps take it: computed anew only where the one that is there does not fit."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph, knn
from bioviz.analysis.rows import Metric
from bioviz.progress import Progress


def nearest(
    x: np.ndarray, k: int, metric: Metric, seed: int, graph: KnnGraph | None, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """(n, k) int32 rows and float32 distances of the nearest other rows.

    Parameters
    ----------
    x : (n, d)
        Without NaN.
    seed
        Of an approximate search.
    graph
        Neighbors of the same rows; where it is of another metric, leaves out some or has too few of them, they are
        computed, approximately if it is approximate: that is what the key of the map names, and where they are
        computed must not decide it.

    """
    if (
        graph is None
        or graph.grouped
        or graph.metric != metric
        or graph.k < k
        or (graph.indices[:, :k] < 0).any()
    ):
        searched = None if graph is None else graph.approximate
        graph = knn(x, k, metric, seed=seed, progress=progress, approximate=searched)
    return graph.indices[:, :k], graph.distances[:, :k]


def among(graph: KnnGraph, rows: np.ndarray) -> KnnGraph:
    """Return the graph of those `rows` (n,) bool among themselves, neighbors that are left out gone (-1 at the end)."""
    if rows.all():
        return graph
    place = np.full(len(rows), -1, dtype=np.int32)
    place[rows] = np.arange(np.count_nonzero(rows), dtype=np.int32)
    old = graph.indices[rows]
    indices = np.where(old >= 0, place[old], np.int32(-1))
    distances = np.where(indices >= 0, graph.distances[rows], np.float32(np.inf))
    order = np.argsort(indices < 0, axis=1, kind="stable")
    return KnnGraph(
        np.take_along_axis(indices, order, axis=1),
        np.take_along_axis(distances, order, axis=1),
        graph.metric,
        graph.grouped,
        graph.approximate,
    )
