"""Confusion of labels with each other and with background, read off the neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.bootstrap import group_sums, interval, resample
from bioviz.analysis.codes import with_background
from bioviz.analysis.confusion import NoiseConfusion, balanced
from bioviz.analysis.neighbours import KnnGraph
from bioviz.analysis.votes import neighbour_sums


@dataclass(frozen=True)
class LabelConfusion:
    """Per target (background first, then the labels); NaN where a target has no clip.

    Attributes:
        matrix: (T, T) float64; row: clips of that target, column: what their neighbours are; rows sum to 1.
        clips: (T,) int64.
        confusion: (T,) float64, noise confusion of the target's clips; of background, with labelled clips.
        low, high: (T,) float64, 95 % interval of it by resampling recordings (of the clips judged, with their
            neighbours as they are; the neighbours' own chance is not in it).
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

    The noise confusion of a label is that of `confusion.noise_confusion` for the mean share of background around
    its clips and the mean base rate (not the mean over clips, which small neighbourhoods pull off 0.5 where
    background is common). A clip with several labels counts in each.
    """
    targets = with_background(label_matrix)
    t = targets.shape[1]
    good = np.isfinite(confusion.confusion)
    members = (targets & good[:, None]).astype(np.float64)
    parts = [
        members * np.where(good, each, 0)[:, None]
        for each in (confusion.background_share, confusion.base_rate)
    ]

    def score(totals: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            share, base = totals[:, :t] / totals[:, 2 * t :], totals[:, t : 2 * t] / totals[:, 2 * t :]
            found = balanced(share, base)
        found[:, 0] = 1 - found[:, 0]
        return found

    sums = group_sums(np.hstack([*parts, members]), recording)
    low, high = interval(resample(sums, score, n_boot, seed)) if len(sums) else (np.full(t, np.nan),) * 2
    several = (sums[:, 2 * t :] > 0).sum(axis=0) > 1
    return LabelConfusion(
        matrix=neighbour_matrix(graph, label_matrix),
        clips=targets.sum(axis=0),
        confusion=score(sums.sum(axis=0, keepdims=True))[0],
        low=np.where(several, low, np.nan),
        high=np.where(several, high, np.nan),
        background_share=_mean(confusion.background_share, targets),
        confused=_mean(np.where(good, confusion.confused, np.nan), targets),
    )


def _mean(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    good = np.isfinite(values)
    member = members & good[:, None]
    with np.errstate(invalid="ignore"):
        return np.where(good, values, 0) @ member / member.sum(axis=0)
