"""UMAP on all cores, with the same bytes on any number of them; umap-learn with a seed uses one core alone.

The graph and the forces are UMAP's. Three things differ from umap-learn: every point moves itself by where the others
were an epoch before, it starts from the principal components, and random numbers are counted instead of drawn in turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from bioviz.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SPREAD = 1.0
_WIDE = 10.0  # of the places to start from, as in umap-learn
_JITTER = 1e-4
_ROWS = 8192  # of an embedding that are centred at once


def lay_out(
    x: np.ndarray,
    indices: np.ndarray,
    distances: np.ndarray,
    *,
    min_dist: float,
    seed: int,
    start: np.ndarray | None = None,
    progress: Progress,
) -> np.ndarray:
    """Lay clips out in two dimensions.

    Parameters
    ----------
    x : (n, d) float32
        The embedding, without NaN; gives the start.
    indices, distances : (n, m)
        Neighbors, the clip itself first.
    min_dist : float
        How tightly points may be packed.
    start : (n, 2) or None
        Places to start from; the principal components where None.

    Returns
    -------
    (n, 2) float32.

    Raises
    ------
    Cancelled
        Through `progress`.
    """
    from bioviz.analysis.projection.parallel_kernel import epoch, tables

    n = len(x)
    epochs = epochs_for(n)
    graph = drawn_in(fuzzy_graph(indices, distances), epochs)
    every = graph.data.max() / graph.data
    due = every.copy()
    pull, push, first = tables(*curve(min_dist))
    before = spread_out(principal_axes(x) if start is None else start, seed)
    after = before.copy()
    for number in range(epochs):
        progress.report("projection", number, epochs, "epochs")
        alpha = np.float32(1 - number / epochs)
        epoch(before, after, graph.indptr, graph.indices, every, due, pull, push, first, alpha, number, seed)
        before, after = after, before
    return before


def epochs_for(n: int) -> int:
    """Return how often the points move: as umap-learn."""
    return 500 if n <= 10_000 else 200


def fuzzy_graph(indices: np.ndarray, distances: np.ndarray) -> csr_matrix:
    """(n, n) float32: how much two clips belong together by UMAP; equal to umap-learn's fuzzy simplicial set.

    Parameters
    ----------
    indices, distances : (n, m)
        Neighbors, the clip itself first, then from near to far.
    """
    from scipy.sparse import csr_matrix

    from bioviz.analysis.projection.parallel_kernel import memberships

    n, m = indices.shape
    strengths = memberships(np.ascontiguousarray(distances, dtype=np.float32))
    ends = np.arange(0, n * m + 1, m)
    directed = csr_matrix(
        (strengths.ravel(), indices.ravel(), ends), shape=(n, n), copy=True
    )  # changed in place
    directed.eliminate_zeros()
    back = directed.T.tocsr()
    both = (directed + back - directed.multiply(back)).tocsr()
    both.sort_indices()
    return both


def drawn_in(graph: csr_matrix, epochs: int) -> csr_matrix:
    """Return the graph without edges that so many epochs never draw."""
    drawn = graph.copy()
    drawn.data[drawn.data < drawn.data.max() / epochs] = 0
    drawn.eliminate_zeros()
    return drawn


def curve(min_dist: float, spread: float = SPREAD) -> tuple[float, float]:
    """Return a and b with which 1 / (1 + a d^2b) is nearest to 1 below `min_dist` and exp(-(d - min_dist)) beyond."""
    from scipy.optimize import curve_fit

    distance = np.linspace(0, spread * 3, 300)
    wanted = np.where(distance < min_dist, 1.0, np.exp(-(distance - min_dist) / spread))
    (a, b), _ = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), distance, wanted)
    return float(a), float(b)


def principal_axes(x: np.ndarray) -> np.ndarray:
    """(n, 2) float32: the first two principal components; on one core, as the number of cores would show in them."""
    mean = x.mean(axis=0, dtype=np.float64).astype(np.float32)
    with threadpool_limits(1):
        spread = np.zeros((x.shape[1], x.shape[1]))
        for first in range(0, len(x), _ROWS):
            centred = np.asarray(x[first : first + _ROWS], dtype=np.float32) - mean
            spread += centred.T @ centred
        axes = np.linalg.eigh(spread)[1][:, ::-1][:, :2].astype(np.float32)
        # The largest loading of each is positive: an axis has no sign of its own.
        axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        places = np.zeros((len(x), 2), dtype=np.float32)
        for first in range(0, len(x), _ROWS):
            rows = slice(first, first + _ROWS)
            places[rows, : axes.shape[1]] = (np.asarray(x[rows], dtype=np.float32) - mean) @ axes
    return places


def spread_out(places: np.ndarray, seed: int) -> np.ndarray:
    """(n, 2) float32: the same places between 0 and 10, no two in one."""
    widest = np.abs(places).max()
    scaled = places * (_WIDE / widest if widest > 0 else 0.0)
    scaled = scaled + np.random.default_rng(seed).normal(scale=_JITTER, size=places.shape)
    low, high = scaled.min(axis=0), scaled.max(axis=0)
    return (_WIDE * (scaled - low) / np.maximum(high - low, 1e-12)).astype(np.float32)
