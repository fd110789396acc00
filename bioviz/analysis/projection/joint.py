"""Two maps of the same clips laid out together, so that a clip stays where it was unless its neighbors changed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.projection.alignment import procrustes
from bioviz.analysis.projection.layouts import MIN_CLIPS, UMAPS, ProjectionSpec, umap_neighbors
from bioviz.analysis.rows import finite_rows
from bioviz.errors import BadInput
from bioviz.progress import Progress, Silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

EPOCHS = 200
STRENGTH = 0.01  # of the ties between the maps
NEGATIVE = 5.0  # clips pushed away for each one pulled
STAGE = "laying out both maps together"


def joint_maps(
    left: np.ndarray,
    right: np.ndarray,
    spec: ProjectionSpec,
    graphs: tuple[KnnGraph, KnnGraph] | None = None,
    progress: Progress | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Two maps laid out together by AlignedUMAP, row i of one tied to row i of the other.

    The settings are umap-learn's (200 epochs, ties of strength 0.01 times the Jaccard similarity of the clip's
    neighborhoods on both sides), but for `min_dist`, which umap-learn leaves out of account here.

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
    fuzzy = [_fuzzy_graph(x, spec, graph, progress) for x, graph in zip(parts, given_graphs, strict=True)]
    state = np.random.RandomState(spec.seed)
    starts = [_start(x, graph, state) for x, graph in zip(parts, fuzzy, strict=True)]
    starts[1] = starts[1] @ procrustes(*starts).rotation
    xy = _lay_out(np.stack(starts).astype(np.float32), fuzzy, spec, state, progress)
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


def _fuzzy_graph(
    x: np.ndarray, spec: ProjectionSpec, graph: KnnGraph | None, progress: Progress
) -> csr_matrix:
    """(n, n) sparse: how much two clips belong together by UMAP."""
    from scipy.sparse import csr_matrix

    from bioviz.analysis.projection.umap_internals import fuzzy_simplicial_set

    indices, distances = umap_neighbors(x, spec, graph, progress)
    weights = fuzzy_simplicial_set(
        x,
        indices.shape[1],
        np.random.RandomState(spec.seed),
        spec.metric,
        knn_indices=indices,
        knn_dists=distances,
    )[0]
    return csr_matrix(weights)


def _start(x: np.ndarray, graph: csr_matrix, state: np.random.RandomState) -> np.ndarray:
    """(n, 2) places to start from, 10 wide: the slowest modes of the graph."""
    from bioviz.analysis.projection.umap_internals import spectral_layout

    with warnings.catch_warnings():
        # Tiny or disconnected sets fall back by themselves.
        warnings.filterwarnings("ignore", module=r"sklearn\.manifold\._spectral_embedding")
        warnings.filterwarnings("ignore", module=r"umap\.")
        places = spectral_layout(x, graph, 2, state)
    return places * (10.0 / np.abs(places).max())


def _lay_out(
    xy: np.ndarray, graphs: list, spec: ProjectionSpec, state: np.random.RandomState, progress: Progress
) -> np.ndarray:
    """(2, n, 2) float32 places after all epochs."""
    from bioviz.analysis.projection.joint_kernel import epoch
    from bioviz.analysis.projection.umap_internals import find_ab_params, make_epochs_per_sample

    edges = [graph.tocoo() for graph in graphs]
    heads, tails = (
        np.concatenate([getattr(e, end) for e in edges]).astype(np.int32) for end in ("row", "col")
    )
    counts = np.array([e.nnz for e in edges])
    every = np.concatenate([make_epochs_per_sample(e.data, EPOCHS) for e in edges])
    every_negative = every.astype(np.float32) / np.float32(NEGATIVE)
    due, due_negative = every.astype(np.float32), every_negative.copy()
    ties = neighborhood_jaccard(*graphs)
    curve = np.array(find_ab_params(1.0, spec.min_dist))
    random = state.randint(np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max - 1, 3).astype(np.int64)
    for number in range(EPOCHS):
        progress.report(STAGE, number, EPOCHS, "epochs")
        alpha = 1.0 - max(number - 1, 0) / EPOCHS
        epoch(
            xy,
            heads,
            tails,
            counts,
            every,
            due,
            every_negative,
            due_negative,
            ties,
            curve,
            STRENGTH,
            alpha,
            number,
            random,
        )
    progress.report(STAGE, EPOCHS, EPOCHS, "epochs")
    return xy
