"""Groups of clips found without their labels."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np

from bioviz.analysis.rows import finite_rows
from bioviz.errors import BadInput

Clustering = Literal["kmeans", "agglomerative", "gmm", "hdbscan"]
CLUSTERINGS: tuple[Clustering, ...] = ("kmeans", "agglomerative", "gmm", "hdbscan")
PRINCIPAL = 50
"""Dimensions that an embedding is reduced to before it is clustered; more cost time and change hardly a cluster."""
DENSE_WARD_UP_TO = 10_000
"""Points up to which Ward looks at all pairs (4 n^2 bytes); above, only at each point's neighbors."""


def cluster(points: np.ndarray, k: int, method: Clustering = "kmeans", seed: int = 42) -> np.ndarray:
    """Cluster the rows of a projection (the paper's way) or of an embedding.

    Parameters
    ----------
    points : (n, d)
        Rows with NaN belong to no cluster.
    k
        Number of clusters, lowered to the number of distinct points. HDBSCAN finds its own.
    method
        "kmeans" (scikit-learn's, k-means++), "agglomerative" (Ward), "gmm" (Gaussian mixture: full
        covariance up to 10 dimensions, diagonal above), "hdbscan" (max(5, n/200) points or more each).
    seed
        Of kmeans and gmm.

    Returns
    -------
    (n,) int32: 0..k-1, or -1 for no cluster (NaN rows; HDBSCAN's noise).

    Raises
    ------
    BadInput
        An unknown method, or k < 1.

    """
    if method not in CLUSTERINGS:
        raise BadInput(f"Unknown clustering {method!r}: choose one of {', '.join(CLUSTERINGS)}.")
    if k < 1:
        raise BadInput(f"The number of clusters must be at least 1, not {k}.")
    points = np.asarray(points)
    good = finite_rows(points)
    clusters = np.full(len(points), -1, dtype=np.int32)
    rows = points[good]
    k = min(k, _distinct(rows, k))
    if len(rows) == 0:
        return clusters
    if method == "hdbscan":
        clusters[good] = _hdbscan(rows)
    elif k == 1:
        clusters[good] = 0
    else:
        clusters[good] = {"kmeans": _kmeans, "agglomerative": _ward, "gmm": _mixture}[method](rows, k, seed)
    return clusters


def principal(x: np.ndarray, dimensions: int = PRINCIPAL) -> np.ndarray:
    """(n, dimensions) float32: the rows on their principal components, the strongest first; narrower ones as is."""
    from scipy.linalg import eigh

    if x.shape[1] <= dimensions or len(x) < 2:
        return x
    centred = x.astype(np.float64)
    centred -= centred.mean(axis=0)
    d = x.shape[1]
    _, axes = eigh(centred.T @ centred, subset_by_index=(d - dimensions, d - 1))
    return (centred @ axes[:, ::-1]).astype(np.float32)


def _distinct(rows: np.ndarray, enough: int) -> int:
    """Return the number of distinct rows; where the first column alone has `enough` values, that suffices."""
    if len(rows) < 2:
        return len(rows)
    first = len(np.unique(rows[:, 0]))
    return first if first >= enough else len(np.unique(rows, axis=0))


def _kmeans(points: np.ndarray, k: int, seed: int) -> np.ndarray:
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=k, random_state=seed).fit_predict(points)


def _ward(points: np.ndarray, k: int, seed: int) -> np.ndarray:
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.neighbors import kneighbors_graph

    near = None if len(points) <= DENSE_WARD_UP_TO else kneighbors_graph(points, 15, include_self=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="the number of connected components")
        return AgglomerativeClustering(n_clusters=k, connectivity=near).fit_predict(points)


def _mixture(points: np.ndarray, k: int, seed: int) -> np.ndarray:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    shape = "full" if points.shape[1] <= 10 else "diag"
    wide = np.asarray(points, dtype=np.float64)
    wide = (wide - wide.mean(axis=0)) / max(wide.std(), 1e-12)  # so that reg_covar means the same everywhere
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return GaussianMixture(k, covariance_type=shape, reg_covar=1e-5, random_state=seed).fit_predict(wide)


def _hdbscan(points: np.ndarray) -> np.ndarray:
    from sklearn.cluster import HDBSCAN

    smallest = max(5, len(points) // 200)
    if len(points) <= smallest:
        return np.full(len(points), -1)
    return HDBSCAN(
        min_cluster_size=smallest,
        copy=True,  # pyright: ignore[reportArgumentType] (scikit-learn has no types; its default is a str)
    ).fit_predict(points)
