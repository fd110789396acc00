"""Two maps of the same clips laid out together, so that a clip stays where it was unless its neighbors changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.projection.alignment import procrustes
from bioviz.analysis.projection.graphs import among
from bioviz.analysis.projection.layouts import MIN_CLIPS, UMAPS, ProjectionSpec, umap_neighbors
from bioviz.analysis.projection.parallel_umap import (
    edges_of,
    fuzzy_graph,
    move,
    principal_axes,
    spread_out,
)
from bioviz.analysis.rows import finite_rows, prepare
from bioviz.errors import BadInput
from bioviz.progress import Progress, Silent

STRENGTH = 0.02
"""Of the ties between the maps: twice umap-learn's. With it the maps agree as well as its own, though all points move
at once here, and none follows another within an epoch."""
STAGE = "laying out both maps together"


def joint_maps(
    left: np.ndarray,
    right: np.ndarray,
    spec: ProjectionSpec,
    graphs: tuple[KnnGraph, KnnGraph] | None = None,
    progress: Progress | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Two maps laid out together as AlignedUMAP does, row i of one tied to row i of the other.

    The ties are as strong as the clip's neighborhoods on both sides are alike (Jaccard). Like the parallel UMAP it uses
    all cores, gives the same bytes on any number of them, starts from the principal components and has as many epochs.

    Parameters
    ----------
    left, right : (n, d)
        And (n, e) embeddings of the same clips; rows with NaN on either side get NaN places.
    graphs
        Neighbors of the rows on both sides; used where they fit, else computed.

    Returns
    -------
    (n, 2) float32 each.

    Raises
    ------
    BadInput
        The settings are not of UMAP, or there are too few clips.
    Cancelled
        Through `progress`.

    """
    progress = progress or Silent()
    good = finite_rows(left) & finite_rows(right)
    n = int(good.sum())
    if spec.method not in UMAPS:
        raise BadInput(
            "Only UMAP can lay out two maps together. Choose UMAP, or another way to align the maps."
        )
    if n < 2 * MIN_CLIPS:
        raise BadInput(f"Only {n} clips have a place on both sides: too few to lay out two maps together.")
    parts = [np.ascontiguousarray(x[good], dtype=np.float32) for x in (left, right)]
    known = (None, None) if graphs is None else [among(graph, good) for graph in graphs]
    fuzzy = [
        fuzzy_graph(*umap_neighbors(x, spec, graph, progress)) for x, graph in zip(parts, known, strict=True)
    ]
    starts = [_start(x, spec) for x in parts]
    starts[1] = procrustes(*starts)(starts[1])
    ties = np.float32(STRENGTH) * neighborhood_jaccard(*fuzzy)
    start = np.concatenate(starts)
    xy = move(start, edges_of(fuzzy), spec.min_dist, spec.seed, progress, STAGE, ties).reshape(2, n, 2)
    maps = []
    for places, graph in zip(xy, fuzzy, strict=True):
        places[np.diff(graph.indptr) == 0] = np.nan
        of_all = np.full((len(good), 2), np.nan, dtype=np.float32)
        of_all[good] = places
        maps.append(of_all)
    return maps[0], maps[1]


def neighborhood_jaccard(left: Any, right: Any) -> np.ndarray:
    """(n,) float32: clips that are neighbors of each clip in both graphs, among those that are in either; 1 if none.

    Parameters
    ----------
    left, right : (n, n)
        Sparse.

    """
    a, b = ((graph != 0).astype(np.float32).tocsr() for graph in (left, right))
    both = np.asarray(a.multiply(b).sum(axis=1)).ravel()
    either = np.diff(a.indptr) + np.diff(b.indptr) - both
    return np.where(either > 0, both / np.maximum(either, 1), 1).astype(np.float32)


def _start(x: np.ndarray, spec: ProjectionSpec) -> np.ndarray:
    """(n, 2) float32 places to start from: the principal components, 10 wide."""
    return spread_out(principal_axes(prepare(x, spec.metric).x if spec.metric == "cosine" else x), spec.seed)
