"""Confusion of labels with each other and with background, read off the neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.bootstrap import mean_interval
from bioviz.analysis.codes import with_background
from bioviz.analysis.confusion import NoiseConfusion
from bioviz.analysis.neighbours import KnnGraph
from bioviz.analysis.votes import neighbour_sums


@dataclass(frozen=True)
class LabelConfusion:
    """Per target (background first, then the labels); NaN where a target has no clip.

    Attributes:
        matrix: (T, T) float64; row: clips of that target, column: what their neighbours are; rows sum to 1.
        clips: (T,) int64.
        confusion: (T,) float64, mean noise confusion of the target's clips; of background, with labelled clips.
        low, high: (T,) float64, 95 % interval of it by resampling recordings.
        background_share: (T,) float64, mean share of background among the neighbours.
        confused: (T,) float64, share of the clips with noise confusion above 0.5.
    """

    matrix: np.ndarray
    clips: np.ndarray
    confusion: np.ndarray
    low: np.ndarray
    high: np.ndarray
    background_share: np.ndarray
    confused: np.ndarray

    @property
    def ranking(self) -> np.ndarray:
        """Labels (targets from 1) with clips, the most confused with background first."""
        found = np.flatnonzero(np.isfinite(self.confusion[1:])) + 1
        return found[np.argsort(-self.confusion[found], kind="stable")]


def neighbour_matrix(graph: KnnGraph, label_matrix: np.ndarray) -> np.ndarray:
    """(T, T) float64, row-normalised neighbour confusion matrix.

    M[a, b] is proportional to the sum, over the clips i of target a and their neighbours j, of [j has b] divided
    by the number of j's labels, so that every neighbour counts once. NaN in the row of a target without clips.
    """
    targets = with_background(label_matrix)
    weights = targets / targets.sum(axis=1, keepdims=True)
    matrix = targets.T.astype(np.float64) @ neighbour_sums(graph, weights)
    total = matrix.sum(axis=1, keepdims=True)
    return np.where(total > 0, matrix / np.where(total > 0, total, 1), np.nan)


def label_confusion(
    graph: KnnGraph,
    confusion: NoiseConfusion,
    label_matrix: np.ndarray,
    recording: np.ndarray,
    n_boot: int = 500,
    seed: int = 0,
) -> LabelConfusion:
    """Noise confusion per label, with intervals, and the neighbour confusion matrix.

    The confusion of a label is the mean noise confusion of its clips; a clip with several labels counts in each.
    """
    targets = with_background(label_matrix)
    mean, low, high = mean_interval(confusion.confusion, targets, recording, n_boot, seed)
    return LabelConfusion(
        matrix=neighbour_matrix(graph, label_matrix),
        clips=targets.sum(axis=0),
        confusion=mean,
        low=low,
        high=high,
        background_share=_mean(confusion.background_share, targets),
        confused=_mean(np.where(np.isnan(confusion.confusion), np.nan, confusion.confused), targets),
    )


def _mean(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    good = np.isfinite(values)
    member = members & good[:, None]
    with np.errstate(invalid="ignore"):
        return np.where(good, values, 0) @ member / member.sum(axis=0)
