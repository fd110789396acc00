"""How much a clip's place depends on where exactly its window starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph, nearest_to
from bioviz.analysis.rows import Metric
from bioviz.errors import BadInput


@dataclass(frozen=True)
class Stability:
    """Clips embedded again with their window shifted.

    Attributes
    ----------
    kept : (m, s) float64
        Share of neighbors in common between the clip and each shift (Jaccard), 0 to 1.
    spread : (m,) float64
        Mean distance of the shifts from the clip.
    relative : (m,) float64
        Spread / distance to the clip's nearest neighbor; above 1 it moves further than that.
    changed : (m,) bool
        Fewer than half of the neighbors stay, on average.
    graph
        Neighbors of every shift, row i * s + j for shift j of clip i; indices are clips of the set.

    """

    kept: np.ndarray
    spread: np.ndarray
    relative: np.ndarray
    changed: np.ndarray
    graph: KnnGraph


def shift_stability(
    reference: np.ndarray,
    rows: np.ndarray,
    shifted: np.ndarray,
    recording: np.ndarray,
    k: int = 20,
    metric: Metric = "cosine",
) -> Stability:
    """Compare shifted windows with the clip they were shifted from, by their neighbors in other recordings.

    The share kept is |N(shift) and N(clip)| / |N(shift) or N(clip)|.

    Parameters
    ----------
    reference : (n, d)
        Embedding of all clips.
    rows : (m,)
        The clips shifted.
    recording : (n,) ints
    shifted : (m, s, d)
        Each clip at s shifted offsets.

    Raises
    ------
    BadInput
        The shapes do not belong together.

    """
    m, s, d = shifted.shape
    if len(rows) != m or reference.shape[1] != d:
        raise BadInput(
            f"Shifts of shape {shifted.shape} are not of {len(rows)} clips x {reference.shape[1]}."
        )
    own = np.asarray(recording)[rows]
    base = nearest_to(reference, reference[rows], k, metric, recording, own)
    moved = nearest_to(reference, shifted.reshape(m * s, d), k, metric, recording, np.repeat(own, s))
    shares = np.empty((m, s))
    for i in range(m):
        neighbors = base.indices[i][base.indices[i] >= 0]
        for j in range(s):
            neighbors_moved = moved.indices[i * s + j]
            neighbors_moved = neighbors_moved[neighbors_moved >= 0]
            both = len(np.intersect1d(neighbors, neighbors_moved))
            shares[i, j] = both / max(len(neighbors) + len(neighbors_moved) - both, 1)
    spread = _distances(reference[rows], shifted, metric).mean(axis=1)
    nearest = base.distances[:, 0].astype(np.float64)
    relative = np.where(nearest > 0, spread / np.where(nearest > 0, nearest, 1), np.inf)
    return Stability(shares, spread, relative, shares.mean(axis=1) < 0.5, moved)


def _distances(clips: np.ndarray, shifted: np.ndarray, metric: Metric) -> np.ndarray:
    a, b = clips[:, None].astype(np.float64), shifted.astype(np.float64)
    if metric == "euclidean":
        return np.linalg.norm(b - a, axis=2)
    norms = np.linalg.norm(a, axis=2) * np.linalg.norm(b, axis=2)
    return 1 - (a * b).sum(axis=2) / np.maximum(norms, 1e-30)


def place(graph: KnnGraph, xy: np.ndarray) -> np.ndarray:
    """(q, 2) float64 places on a map for clips that are not on it: the mean of their neighbors' places.

    A neighbor's weight is 1 / (distance + the mean distance / 100): a copy of a clip lands on that clip.

    Parameters
    ----------
    graph
        Of the clips to place, indices into the clips on the map.
    xy : (n, 2)
        NaN left out.

    """
    known = (graph.indices >= 0) & np.all(np.isfinite(xy), axis=1)[graph.indices]
    distance = np.where(known, graph.distances, 0).astype(np.float64)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    soften = np.maximum(distance.sum(axis=1, keepdims=True) / count / 100, 1e-12)
    weight = np.where(known, 1 / (distance + soften), 0)
    total = weight.sum(axis=1, keepdims=True)
    places = np.einsum("qk,qkc->qc", weight, np.nan_to_num(xy)[graph.indices])
    return np.where(total > 0, places / np.where(total > 0, total, 1), np.nan)


def ellipses(points: np.ndarray) -> np.ndarray:
    """(m, 5) float64: centre x, y, half axes and angle (radians from x) of the 1-sigma ellipse of (m, s, 2) points."""
    centre = points.mean(axis=1)
    away = points - centre[:, None]
    covariance = np.einsum("msa,msb->mab", away, away) / max(points.shape[1] - 1, 1)
    values, vectors = np.linalg.eigh(covariance)
    half = np.sqrt(np.maximum(values[:, ::-1], 0))
    angle = np.arctan2(vectors[:, 1, 1], vectors[:, 0, 1])
    return np.column_stack([centre, half, np.mod(angle, np.pi)])
