"""What a detector built on the embedding would cost: background false alarms an hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RECALLS = np.linspace(0.01, 1, 100)


@dataclass(frozen=True)
class FalseAlarms:
    """Curves for every label, from out-of-fold scores of the linear probe; NaN for labels without clips.

    Attributes
    ----------
    recall : (R,) float64
        Share of the label's clips found.
    threshold : (L, R) float64
        The score from which on they are.
    per_hour : (L, R) float64
        Background clips an hour of background at or above it.
    hours
        Of background that it rests on; a rate below 1 / hours is not known to be above 0.

    """

    recall: np.ndarray
    threshold: np.ndarray
    per_hour: np.ndarray
    hours: float


def false_alarms(scores: np.ndarray, label_matrix: np.ndarray, seconds_per_clip: float) -> FalseAlarms:
    """Background false alarms per hour against recall.

    threshold(r) is the highest score at which a share r of the label's clips scores as high or higher;
    per_hour = |{background clips with score >= threshold}| / (background clips * seconds_per_clip / 3600).

    Parameters
    ----------
    scores : (n, L)
        held-out probe scores, NaN left out.
    label_matrix : (n, L) bool
    seconds_per_clip
        Time that each clip stands for: the step between windows, not their length.

    """
    labels = np.asarray(label_matrix, dtype=bool)
    background = ~labels.any(axis=1)
    shape = (labels.shape[1], len(RECALLS))
    threshold, per_hour = np.full(shape, np.nan), np.full(shape, np.nan)
    hours = float(background.sum() * seconds_per_clip / 3600)
    for i in range(labels.shape[1]):
        score = scores[:, i].astype(np.float64)
        hits = np.sort(score[labels[:, i] & np.isfinite(score)])[::-1]
        noise = np.sort(score[background & np.isfinite(score)])
        if not len(hits) or not len(noise):
            continue
        threshold[i] = hits[np.ceil(RECALLS * len(hits) - 1e-9).astype(int) - 1]
        heard = len(noise) * seconds_per_clip / 3600
        per_hour[i] = (len(noise) - np.searchsorted(noise, threshold[i], "left")) / heard
    return FalseAlarms(RECALLS, threshold, per_hour, hours)
