"""Area under the ROC curve with an interval that knows of recordings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Auc:
    """Area under the ROC curve: chance that a positive scores above a negative (ties count half).

    Attributes
    ----------
    value
        0.5 by chance, 1 at best; None if one side has no clips.
    low, high
        95 % interval; None with fewer than two groups on a side.
    se
        Standard error behind it; None likewise.

    """

    value: float | None
    low: float | None = None
    high: float | None = None
    se: float | None = None


def auroc(scores: np.ndarray, positive: np.ndarray, groups: np.ndarray | None = None) -> Auc:
    """AUROC = P(score of a positive > score of a negative) + P(equal) / 2.

    The interval is Obuchowski's (1997) for clustered data: with placements V_i (share of the other side on the
    right side of clip i) summed within each group, it is DeLong's where every clip is its own group.

    Parameters
    ----------
    scores : (n,) float
        NaN left out.
    positive : (n,) bool
    groups : (n,) ints
        Such as the recording.

    """
    good = np.isfinite(scores)
    s, p = np.asarray(scores, np.float64)[good], np.asarray(positive, bool)[good]
    g = np.arange(len(s)) if groups is None else np.unique(np.asarray(groups)[good], return_inverse=True)[1]
    m, n = int(p.sum()), int((~p).sum())
    if not m or not n:
        return Auc(None)
    place_positive = _placement(s[p], s[~p])
    place_negative = 1 - _placement(s[~p], s[p])
    value = float(place_positive.mean())
    size = int(g.max()) + 1
    sum_positive = np.bincount(g[p], place_positive - value, size)
    sum_negative = np.bincount(g[~p], place_negative - value, size)
    with_positive, with_negative = len(np.unique(g[p])), len(np.unique(g[~p]))
    if with_positive < 2 or with_negative < 2:
        return Auc(value)
    both = size / (size - 1)
    variance = (
        with_positive / (with_positive - 1) * (sum_positive @ sum_positive) / m**2
        + with_negative / (with_negative - 1) * (sum_negative @ sum_negative) / n**2
        + 2 * both * (sum_positive @ sum_negative) / (m * n)
    )
    se = float(np.sqrt(max(variance, 0.0)))
    return Auc(value, max(0.0, value - Z95 * se), min(1.0, value + Z95 * se), se)


def auroc_value(scores: np.ndarray, positive: np.ndarray) -> float | None:
    """Value of `auroc`, or of `auroc_of_copies` for (n, m) scores, without what its interval takes.

    For where it is asked for hundreds of times.
    """
    if scores.ndim == 2:
        scores, positive = scores.ravel(), np.repeat(np.asarray(positive, bool), scores.shape[1])
    good = np.isfinite(scores)
    s, p = np.asarray(scores, np.float64)[good], np.asarray(positive, bool)[good]
    if not p.any() or p.all():
        return None
    return float(_placement(s[p], s[~p]).mean())


def auroc_of_copies(scores: np.ndarray, positive: np.ndarray, groups: np.ndarray | None = None) -> Auc:
    """`auroc` where each clip has several scores (n, m); they are of one group, if none is given."""
    m = scores.shape[1]
    group = np.arange(len(scores)) if groups is None else np.asarray(groups)
    return auroc(scores.ravel(), np.repeat(np.asarray(positive, bool), m), np.repeat(group, m))


def _placement(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(len(a),) share of b below each of a, ties half."""
    ordered = np.sort(b)
    below = np.searchsorted(ordered, a, "left") + np.searchsorted(ordered, a, "right")
    return below / (2 * len(b))
