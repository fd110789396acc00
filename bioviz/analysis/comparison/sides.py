"""One side of a comparison by itself: its embedding, neighbors and clusters, and what is measured of its clips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import with_background
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.neighborhood import shared_label_share
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion, noise_confusion
from bioviz.analysis.rows import finite_rows
from bioviz.analysis.scores.prediction import knn_scores
from bioviz.analysis.scores.probe import probe_scores
from bioviz.analysis.scores.silhouette import mean_silhouette


@dataclass(frozen=True)
class Side:
    """One of the two; row i of all is the same clip on both sides.

    Attributes
    ----------
    embedding : (n, d)
    graph, knn_cross_unit
        Neighbors in all recordings and in other recordings, among the n clips.
    labels : (n, L) bool
        Columns as in the names of the comparison.
    targets : (n,) ints
        0 for background.
    clusters : (n,) ints
    misclustered : (n,) bool

    """

    embedding: np.ndarray
    graph: KnnGraph
    knn_cross_unit: KnnGraph
    labels: np.ndarray
    targets: np.ndarray
    clusters: np.ndarray
    misclustered: np.ndarray


@dataclass(frozen=True)
class SideMeasures:
    """Per clip of one side; NaN where it cannot be told.

    Attributes
    ----------
    confusion
        Noise confusion.
    purity : (n,) float64
    told, probed : (n,) float64
        1 where the neighbors, or a linear probe that never heard the recording, name the clip right, else
        0.
    targets : (n,) ints

    """

    confusion: NoiseConfusion
    purity: np.ndarray
    told: np.ndarray
    probed: np.ndarray
    targets: np.ndarray


def measures_of(side: Side, graph: KnnGraph, recording: np.ndarray, fold: np.ndarray) -> SideMeasures:
    """Measure the clips of a side by its neighbors `graph`; `fold` (n,) holds out recordings from the probe."""
    members = with_background(side.labels)
    return SideMeasures(
        noise_confusion(graph, side.targets == 0, recording),
        shared_label_share(graph, side.labels),
        _right(knn_scores(graph, members), side.targets),
        _right(probe_scores(side.embedding, members, fold), side.targets),
        side.targets,
    )


def _right(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(n,) float64: 1 where the highest of (n, T) scores is the clip's target, else 0; NaN where one is NaN."""
    known = np.isfinite(scores).all(axis=1)
    return np.where(known, scores.argmax(axis=1) == targets, np.nan)


def _of_clusters(score: Callable[[np.ndarray, np.ndarray], float]) -> Callable[[Side], float | None]:
    def of(side: Side) -> float | None:
        good = side.clusters >= 0
        return float(score(side.targets[good], side.clusters[good])) if good.any() else None

    return of


def _nmi(targets: np.ndarray, clusters: np.ndarray) -> float:
    from sklearn.metrics import normalized_mutual_info_score

    return normalized_mutual_info_score(targets, clusters)


def _ari(targets: np.ndarray, clusters: np.ndarray) -> float:
    from sklearn.metrics import adjusted_rand_score

    return adjusted_rand_score(targets, clusters)


def _mean_silhouette(side: Side) -> float | None:
    """Mean silhouette of the side's clusters on its embedding."""
    good = finite_rows(side.embedding) & (side.clusters >= 0)
    if not 1 < len(np.unique(side.clusters[good])) < good.sum():
        return None
    return mean_silhouette(np.asarray(side.embedding)[good], side.clusters[good])


SCORES_OF_THE_MAP: dict[str, Callable[[Side], float | None]] = {
    "nmi": _of_clusters(_nmi),
    "ari": _of_clusters(_ari),
    "silhouette": _mean_silhouette,
    "misclustered": lambda side: float(side.misclustered.mean()) if len(side.misclustered) else None,
}
