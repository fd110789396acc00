"""t-SNE by scikit-learn (the paper's figures, to the digit), and on all cores by openTSNE."""

from __future__ import annotations

from typing import Any

import numpy as np

from bioviz.analysis.projection.parallel_umap import principal_axes
from bioviz.analysis.projection.row_threads import threads_here
from bioviz.analysis.rows import Metric
from bioviz.progress import Progress

INTERPOLATED_FROM = 5000
"""Clips from which forces between distant points are interpolated on a grid, whose time hardly grows with them; below,
Barnes-Hut on one core is quicker. By the number of clips alone, so that a map is the same on every machine."""
EARLY, LATE = 250, 500
"""Iterations with exaggerated attraction, and the rest; openTSNE's own."""
_JITTER = 0.01  # of the spread of the start, or points in one place would stay there
_HEARD_EVERY = 5  # iterations


def lay_out(
    x: np.ndarray, *, perplexity: float, metric: Metric, seed: int, start: np.ndarray | None
) -> np.ndarray:
    """Lay clips out in two dimensions.

    Parameters
    ----------
    x : (n, d) float32
        The embedding, without NaN.
    perplexity
        Lowered to what n rows allow.
    start : (n, 2) or None
        Places to start from; the principal components where None.

    Returns
    -------
    (n, 2) float32.
    """
    from sklearn.manifold import TSNE

    if not np.ptp(x, axis=0).any():  # all clips alike: sklearn divides by their spread
        return np.zeros((len(x), 2), dtype=np.float32)
    init: Any = "pca" if x.shape[1] >= 2 else "random"  # scikit-learn takes an array too
    if start is not None:
        init = narrow(start)
    tsne = TSNE(
        n_components=2,
        perplexity=min(perplexity, (len(x) - 1) / 3),
        metric=metric,
        init=init,
        random_state=seed,
        n_jobs=1,
    )
    return np.asarray(tsne.fit_transform(x))


def narrow(places: np.ndarray) -> np.ndarray:
    """(n, 2) float32: the same places so close together as t-SNE wants to start from."""
    centred = places - places.mean(axis=0)
    return (centred / max(centred[:, 0].std(), 1e-12) * 1e-4).astype(np.float32)


def neighbors_read(perplexity: float, n: int) -> int:
    """Return how many neighbors of each of n clips t-SNE reads."""
    return max(1, min(n - 1, int(3 * perplexity)))


def lay_out_parallel(
    x: np.ndarray,
    indices: np.ndarray,
    distances: np.ndarray,
    *,
    perplexity: float,
    seed: int,
    start: np.ndarray | None,
    progress: Progress,
) -> np.ndarray:
    """Lay clips out in two dimensions on all cores, the same bytes on any number of them.

    Parameters
    ----------
    x : (n, d) float32
        The embedding, without NaN; gives the start.
    indices, distances : (n, k)
        Neighbors of each clip, as many as `neighbors_read`.
    perplexity
        Lowered to what so many neighbors allow.
    seed
        Of the jitter of the start.
    start : (n, 2) or None
        Places to start from; the principal components where None.

    Returns
    -------
    (n, 2) float32.

    Raises
    ------
    Cancelled
        Through `progress`.

    References
    ----------
    Poličar, Stražar & Zupan (2024), openTSNE; Linderman et al. (2019), Fast interpolation-based t-SNE.
    """
    from openTSNE import TSNE
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    if not np.ptp(x, axis=0).any():
        return np.zeros((len(x), 2), dtype=np.float32)
    interpolated = len(x) >= INTERPOLATED_FROM
    threads = threads_here() if interpolated else 1  # below they would wait longer than they work
    graph = PrecomputedNeighbors(np.ascontiguousarray(indices), np.ascontiguousarray(distances))
    of_each: Any = min(perplexity, indices.shape[1] / 3)  # a real number; openTSNE says no type
    affinities = PerplexityBasedNN(knn_index=graph, perplexity=of_each, n_jobs=threads)
    places = narrow(principal_axes(x, progress) if start is None else start).astype(np.float64)
    places += np.random.default_rng(seed).normal(scale=_JITTER * places[:, 0].std(), size=places.shape)
    total, heard = EARLY + LATE, 0

    def hear(*_: Any) -> None:
        nonlocal heard
        heard += _HEARD_EVERY
        progress.report("projection", heard, total, "iterations")

    tsne = TSNE(
        early_exaggeration_iter=EARLY,
        n_iter=LATE,
        negative_gradient_method="fft" if interpolated else "bh",
        n_jobs=threads,
        callbacks=hear,
        callbacks_every_iters=_HEARD_EVERY,
    )
    progress.report("projection", 0, total, "iterations")
    return np.asarray(tsne.fit(affinities=affinities, initialization=places), dtype=np.float32)
