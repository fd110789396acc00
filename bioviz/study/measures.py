"""What is measured of a cell beside its maps: clusters of the embedding itself, and how well labels are told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import with_background
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.measures import Measures
from bioviz.analysis.neighbors.jackknife import mean_share_interval
from bioviz.analysis.scores.cluster_agreement import cluster_report
from bioviz.analysis.scores.prediction import knn_scores, prediction, tellable_clips

VERSION = 1  # raise it when a value changes, and what is cached is computed anew
STAGE = "cell"


@dataclass(frozen=True)
class Value:
    """A value with the ends of its 95 % interval by units of independence; None where unknown."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class CellMeasures:
    """Of the embedding of a run; whole units are held out.

    Attributes
    ----------
    nmi, ari, silhouette : Value
        Of k-means on the embedding (its 50 strongest components), without any map.
    separability_neighbor : Value
        AUROC of background by neighbors in other units.
    knn_accuracy, probe_accuracy : Value
        Share of clips whose label is named.

    """

    nmi: Value
    ari: Value
    silhouette: Value
    separability_neighbor: Value
    knn_accuracy: Value
    probe_accuracy: Value


def measure(inputs: DiagnosisInputs) -> CellMeasures:
    """Measure an embedding; the values are those that the diagnosis of the run gives."""
    m = Measures(inputs)
    clusters = cluster_report(m.x, None, m.targets).clusterings[0]
    separable = m.separability()
    predicted = prediction(m.near, m.far, *m.probes, m.labels, m.targets, m.recording)
    rows = tellable_clips(m.targets, m.recording)
    scores = knn_scores(m.far, with_background(m.labels)), m.probes[1]
    knn, probe = (_share_right(each, m.targets, rows, m.recording) for each in scores)
    return CellMeasures(
        nmi=Value(clusters.with_labels.nmi),
        ari=Value(clusters.with_labels.ari),
        silhouette=Value(clusters.silhouette_on_embedding),
        separability_neighbor=Value(separable.neighbor.cross_unit, separable.low, separable.high),
        knn_accuracy=Value(predicted.knn_accuracy.cross_unit, *knn),
        probe_accuracy=Value(predicted.probe_accuracy.cross_unit, *probe),
    )


def _share_right(
    scores: np.ndarray, targets: np.ndarray, rows: np.ndarray, units: np.ndarray
) -> tuple[float | None, float | None]:
    """Return the ends of the interval of the share of `rows` whose highest score is their target's."""
    good = np.isfinite(scores).all(axis=1)
    right = np.where(good, np.nan_to_num(scores).argmax(axis=1) == targets, np.nan)
    _, low, high = mean_share_interval(right, rows[:, None], units)
    return (float(low[0]), float(high[0])) if np.isfinite([low[0], high[0]]).all() else (None, None)
