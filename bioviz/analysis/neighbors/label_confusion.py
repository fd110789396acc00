"""Confusion of labels with each other and with background, read off the neighborhoods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import with_background
from bioviz.analysis.neighbors.jackknife import part_counts, share_interval
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.neighborhood import neighbor_sums
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion, balanced


@dataclass(frozen=True)
class LabelConfusion:
    """Per target (background first, then the labels); NaN where a target has no clip.

    Attributes
    ----------
    matrix : (T, T) float64
    row
        Clips of that target, column: what their neighbors are; rows sum to 1.
    clips : (T,) int64
    confusion : (T,) float64
        Noise confusion of the target's clips; of background, with labelled clips.
    low, high : (T,) float64
        95 % interval of it by leaving out recordings (`jackknife`); NaN where the target, or background
        (for background: the labels), is in fewer than 8 of them.
    units : (T,) int64
        Recordings with clips of the target.
    background_share : (T,) float64
        Mean share of background among the neighbors.
    confused : (T,) float64
        Share of the clips with noise confusion above 0.5.

    """

    matrix: np.ndarray
    clips: np.ndarray
    confusion: np.ndarray
    low: np.ndarray
    high: np.ndarray
    units: np.ndarray
    background_share: np.ndarray
    confused: np.ndarray

    @property
    def ranking(self) -> np.ndarray:
        """Labels (targets from 1) with clips, the most confused with background first."""
        targets = np.flatnonzero(np.isfinite(self.confusion[1:])) + 1
        return targets[np.argsort(-self.confusion[targets], kind="stable")]


def neighbor_matrix(graph: KnnGraph, label_matrix: np.ndarray) -> np.ndarray:
    """(T, T) float64, row-normalised neighbor confusion matrix.

    M[a, b] is proportional to the sum, over the clips i of target a and their neighbors j, of [j has b] divided
    by the number of j's labels, so that every neighbor counts once. NaN in the row of a target without clips.
    """
    targets = with_background(label_matrix)
    weights = targets / targets.sum(axis=1, keepdims=True)
    matrix = targets.T.astype(np.float64) @ neighbor_sums(graph, weights)
    total = matrix.sum(axis=1, keepdims=True)
    return np.where(total > 0, matrix / np.where(total > 0, total, 1), np.nan)


def label_scores(confusion: NoiseConfusion, targets: np.ndarray) -> np.ndarray:
    """(T,) float64 noise confusion of the clips of each column of (n, T) bool `targets`, background first.

    That of `confusion.noise_confusion` for the mean share of background around its clips and the mean base rate
    (not the mean over clips, which small neighborhoods pull off 0.5 where background is common). NaN without clips.
    """
    share, base = (_mean(each, targets) for each in _known(confusion))
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = balanced(share, base)
    scores[0] = 1 - scores[0]
    return scores


def label_confusion(
    graph: KnnGraph,
    confusion: NoiseConfusion,
    label_matrix: np.ndarray,
    units: np.ndarray,
    left_out: np.ndarray | None = None,
) -> LabelConfusion:
    """Noise confusion per label, with intervals, and the neighbor confusion matrix.

    A clip with several labels counts in each.

    Parameters
    ----------
    units : (n,) ints
        The recording of each clip.
    left_out : (parts, T)
        `label_scores` with each part of the recordings left out;
    None
        No intervals.

    """
    targets = with_background(label_matrix)
    value = label_scores(confusion, targets)
    counts = part_counts(targets, units)
    # A label's figure hangs on the recordings with background as much as on its own.
    other = part_counts(~targets[:, :1], units)[0]
    bearing = np.minimum(counts, np.where(np.arange(len(counts)) == 0, other, counts[0]))
    low = high = np.full(len(value), np.nan)
    if left_out is not None:
        low, high = share_interval(value, left_out, bearing)
    return LabelConfusion(
        matrix=neighbor_matrix(graph, label_matrix),
        clips=targets.sum(axis=0),
        confusion=value,
        low=low,
        high=high,
        units=counts,
        background_share=_mean(confusion.background_share, targets),
        confused=_mean(np.where(np.isfinite(confusion.confusion), confusion.confused, np.nan), targets),
    )


def _known(confusion: NoiseConfusion) -> tuple[np.ndarray, np.ndarray]:
    """(share of background, base rate), NaN where the confusion is undefined."""
    good = np.isfinite(confusion.confusion)
    share, base = (np.where(good, each, np.nan) for each in (confusion.background_share, confusion.base_rate))
    return share, base


def _mean(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    """(T,) mean of (n,) `values` over the members of each column; NaN without any."""
    member = members & np.isfinite(values)[:, None]
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(values) @ member / member.sum(axis=0)
