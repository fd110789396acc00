"""Two maps of the same clips laid out together, so that a clip stays where it was unless its neighbors changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.projection.alignment import procrustes
from bioviz.analysis.projection.layouts import MIN_CLIPS, UMAPS, ProjectionSpec, umap_neighbors
from bioviz.analysis.rows import finite_rows, prepare
from bioviz.errors import BadInput
from bioviz.progress import Progress, Silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

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
    given_graphs = graphs if graphs is not None and good.all() else (None, None)
    fuzzy = [_graph(x, spec, graph, progress) for x, graph in zip(parts, given_graphs, strict=True)]
    starts = [_start(x, spec) for x in parts]
    starts[1] = procrustes(*starts)(starts[1])
    xy = _lay_out(np.stack(starts), fuzzy, spec, progress)
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


def _graph(x: np.ndarray, spec: ProjectionSpec, graph: KnnGraph | None, progress: Progress) -> csr_matrix:
    """(n, n) sparse: how much two clips belong together by UMAP."""
    from bioviz.analysis.projection.parallel_umap import fuzzy_graph

    return fuzzy_graph(*umap_neighbors(x, spec, graph, progress))


def _start(x: np.ndarray, spec: ProjectionSpec) -> np.ndarray:
    """(n, 2) float32 places to start from: the principal components, 10 wide."""
    from bioviz.analysis.projection.parallel_umap import principal_axes, spread_out

    return spread_out(principal_axes(prepare(x, spec.metric).x if spec.metric == "cosine" else x), spec.seed)


def _lay_out(
    start: np.ndarray, graphs: Sequence[csr_matrix], spec: ProjectionSpec, progress: Progress
) -> np.ndarray:
    """(2, n, 2) float32 places after all epochs."""
    from scipy.sparse import block_diag, csr_matrix

    from bioviz.analysis.projection.parallel_kernel import joint_epoch, tables
    from bioviz.analysis.projection.parallel_umap import curve, drawn_in, epochs_for

    n = start.shape[1]
    epochs = epochs_for(n)
    drawn = [drawn_in(graph, epochs) for graph in graphs]
    both = csr_matrix(block_diag(drawn, format="csr"))
    every = np.concatenate([graph.data.max() / graph.data for graph in drawn])
    due = every.copy()
    ties = np.float32(STRENGTH) * neighborhood_jaccard(*graphs)
    coefficients = tables(*curve(spec.min_dist))
    before = np.ascontiguousarray(start.reshape(2 * n, 2), dtype=np.float32)
    after = before.copy()
    for number in range(epochs):
        progress.report(STAGE, number, epochs, "epochs")
        alpha = np.float32(1 - number / epochs)
        joint_epoch(
            before,
            after,
            both.indptr,
            both.indices,
            every,
            due,
            ties,
            *coefficients,
            alpha,
            number,
            spec.seed,
        )
        before, after = after, before
    progress.report(STAGE, epochs, epochs, "epochs")
    return before.reshape(2, n, 2)
