"""The lowest score at which nearly all detections are right, counting one false alarm more than was seen."""

from __future__ import annotations

import math

import numpy as np


def choose(scores: np.ndarray, positive: np.ndarray, precision: float) -> float | None:
    """Return the lowest threshold whose detections have at least a precision with one more false alarm added.

    The lowest of many thresholds that happen to look good looks better than it is. One false alarm more than was
    counted makes up for most of that (the "+1" of target-decoy competition), and a threshold that rests on a handful of
    clips is never chosen: 95 % takes 19 right detections and no wrong one.

    Parameters
    ----------
    scores : (n,) float
        NaN is never detected.
    positive : (n,) bool
        Whether the clip carries the label.
    precision
        Wanted share of right detections, 0 < precision < 1.

    Returns
    -------
    The score from which on a clip is a detection, or None where no threshold does.

    """
    known = np.isfinite(scores)
    values, right = np.asarray(scores, np.float64)[known], np.asarray(positive, bool)[known]
    order = np.argsort(-values, kind="stable")
    values, hits = values[order], np.cumsum(right[order])
    detections = np.arange(1, len(values) + 1)
    last_of_ties = np.append(values[1:] != values[:-1], True)[: len(values)]
    good = np.flatnonzero(last_of_ties & (hits >= precision * (detections + 1) - 1e-9))
    return float(values[good[-1]]) if len(good) else None


def fewest_right(precision: float) -> int:
    """How many right detections, and no wrong one, `choose` takes for a precision."""
    return math.ceil(precision / (1 - precision) - 1e-9)


MOST_TIMES = 10.0
"""As many times the labelled clips that there are may be asked for; beyond, more clips would not do it."""


def times_as_many(scores: np.ndarray, positive: np.ndarray, precision: float) -> float | None:
    """How many times as many clips, alike those there are, `choose` takes for a threshold; None where none would do.

    With r right and w wrong detections m times, m r >= precision / (1 - precision) (m w + 1) at the best threshold.
    """
    known = np.isfinite(scores)
    values, right = np.asarray(scores, np.float64)[known], np.asarray(positive, bool)[known]
    if not len(values):
        return None
    order = np.argsort(-values, kind="stable")
    values, hits = values[order], np.cumsum(right[order])
    wrong = np.arange(1, len(values) + 1) - hits
    last_of_ties = np.append(values[1:] != values[:-1], True)
    odds = precision / (1 - precision)
    to_spare = float((hits - odds * wrong)[last_of_ties].max())
    times = odds / to_spare if to_spare > 0 else math.inf
    return times if times <= MOST_TIMES else None
