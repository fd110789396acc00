"""Sums over neighborhoods."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.rows import blocks


def neighbor_sums(graph: KnnGraph, values: np.ndarray) -> np.ndarray:
    """(n, m) float32: sum of `values` (n, m) over the neighbors of each clip."""
    from scipy.sparse import csr_array

    valid = graph.indices >= 0
    ends = np.concatenate([[0], np.cumsum(valid.sum(axis=1))])
    columns = graph.indices[valid]
    ones = np.ones(len(columns), dtype=np.float32)
    n = len(graph.indices)
    return csr_array((ones, columns, ends), shape=(n, n)) @ np.asarray(values, dtype=np.float32)


def neighbor_count(graph: KnnGraph) -> np.ndarray:
    """(n,) int64: neighbors a clip really has (fewer than k where its recording is nearly all there is)."""
    return (graph.indices >= 0).sum(axis=1)


def same_share(graph: KnnGraph, attribute: np.ndarray) -> np.ndarray:
    """(n,) float64: share of the neighbors with the clip's own value of (n,) `attribute`.

    Neighbors of unknown value (-1) do not count; NaN where the clip's own is unknown or none is left.
    """
    attribute = np.asarray(attribute)
    valid = graph.indices >= 0
    theirs = np.where(valid, attribute[graph.indices], -1)
    known = theirs >= 0
    same = (theirs == attribute[:, None]) & known
    count = known.sum(axis=1)
    share = same.sum(axis=1) / np.maximum(count, 1)
    return np.where((count > 0) & (attribute >= 0), share, np.nan)


def shared_label_share(graph: KnnGraph, label_matrix: np.ndarray) -> np.ndarray:
    """(n,) float64: share of the neighbors with a label in common; for background, that are background too.

    purity_i = |{j in N(i): labels_i and labels_j share one, or both are empty}| / |N(i)|; NaN without neighbors.
    """
    labels = np.asarray(label_matrix, dtype=bool)
    empty = ~np.any(labels, axis=1)
    count = neighbor_count(graph)
    sums = neighbor_sums(graph, np.hstack([empty[:, None], labels]))
    first = np.where(empty, 0, labels.argmax(axis=1) + 1) if labels.shape[1] else np.zeros(len(empty), int)
    hits = sums[np.arange(len(first)), first].astype(np.float64)
    several, packed = np.flatnonzero(labels.sum(axis=1) > 1), np.packbits(labels, axis=1)
    for start, stop in blocks(len(several), graph.k * (8 + packed.shape[1])):
        rows = several[start:stop]  # sums of labels would count a neighbor twice
        near = graph.indices[rows]
        shared = (packed[np.maximum(near, 0)] & packed[rows, None]).any(axis=2)
        hits[rows] = (shared & (near >= 0)).sum(axis=1)
    return np.where(count > 0, hits / np.maximum(count, 1), np.nan)
