"""Clips far from where they belong: distance to the label's medoid, local outlier factor."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.rows import Metric, finite_rows, prepare


def medoid_distance(
    x: np.ndarray, targets: np.ndarray, metric: Metric = "cosine"
) -> tuple[np.ndarray, np.ndarray]:
    """Distance of every clip to the medoid of its target.

    The medoid of a target is the clip with the least summed cosine distance (cosine) or squared distance
    (euclidean) to the target's clips: the one nearest to their mean (of unit rows, for cosine).

    Returns
    -------
    (n,) float64 distances, NaN for rows with NaN; (max target + 1,) int64 medoid rows, -1 without clips.

    """
    x, targets = np.asarray(x), np.asarray(targets)
    good = np.flatnonzero(finite_rows(x))
    distance = np.full(len(x), np.nan)
    medoids = np.full(int(targets.max(initial=-1)) + 1, -1, dtype=np.int64)
    rows = prepare(x[good], metric)
    for target in np.unique(targets[good]):
        members = np.flatnonzero(targets[good] == target)
        part = rows.x[members].astype(np.float64)
        medoid = members[(rows.squares[members] - 2 * part @ part.mean(axis=0)).argmin()]
        medoids[target] = good[medoid]
        distance[good[members]] = rows.distances(members, np.full((len(members), 1), medoid))[:, 0]
    return distance, medoids


def local_outlier_factor(graph: KnnGraph) -> np.ndarray:
    """(n,) float64 local outlier factor (Breunig et al. 2000): about 1 within a crowd, larger outside.

    reach(i, j) = max(k-distance(j), d(i, j)); lrd(i) = 1 / mean over neighbors j of reach(i, j);
    LOF(i) = mean over neighbors j of lrd(j) / lrd(i). NaN for clips without neighbors.
    """
    valid = graph.indices >= 0
    near = np.where(valid, graph.indices, 0)
    count = valid.sum(axis=1)
    distance = np.where(valid, graph.distances, 0).astype(np.float64)
    last = distance.max(axis=1, initial=0)
    reach = np.where(valid, np.maximum(last[near], distance), 0)
    # 1e-10 as in scikit-learn: a crowd of copies has no density, and a factor of 1.
    density = count / np.maximum(reach.sum(axis=1) + 1e-10 * count, 1e-300)
    ratio = np.where(valid, density[near], 0).sum(axis=1) / np.maximum(density * count, 1e-300)
    return np.where(count > 0, ratio, np.nan)
