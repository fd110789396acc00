"""Transitions of a change of model: clips that left the other side's neighborhood, and clips that entered it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bioviz.analysis.neighbors.noise_confusion import CONFUSED

Rule = Literal["confusion", "majority"]
RULES: dict[Rule, str] = {
    "confusion": "more background than by chance",
    "majority": "more than half background",
}


@dataclass(frozen=True)
class Transitions:
    """Who crossed the line. Clips are positions among the n compared; T targets, background first.

    A labelled clip is *in* when background rules its neighborhood; a background clip is *in* when labelled clips
    rule its own. Clips that are labelled on one side only, or whose neighborhood is unknown, are not judged.

    Attributes
    ----------
    rescued, broken
        Labelled clips that were in and are not any more, and the reverse; largest change first.
    cleared, captured
        Background clips likewise: back among background, and newly among labelled clips.
    clips : (T,) int64
        Clips judged.
    before, after : (T,) int64
        Of them in on the left and on the right.
    left : (T,) int64
        Those that went out (rescued, cleared).
    entered : (T,) int64
        The reverse.
    left_low, left_high, entered_low, entered_high : (T,) float64
        95 % intervals of these counts by leaving out recordings; NaN with clips in fewer than 8.
    relabelled
        Positions of clips that are labelled on one side and background on the other.

    """

    rescued: np.ndarray
    broken: np.ndarray
    cleared: np.ndarray
    captured: np.ndarray
    clips: np.ndarray
    before: np.ndarray
    after: np.ndarray
    left: np.ndarray
    entered: np.ndarray
    left_low: np.ndarray
    left_high: np.ndarray
    entered_low: np.ndarray
    entered_high: np.ndarray
    relabelled: np.ndarray


def is_in(confusion: np.ndarray, share: np.ndarray, background: np.ndarray, rule: Rule) -> np.ndarray:
    """(n,) bool: the other side rules the clip's neighborhood.

    Parameters
    ----------
    confusion : (n,)
        Noise confusion.
    share : (n,)
        Background among the neighbors. NaN is not in.

    """
    if rule == "confusion":
        return np.nan_to_num(confusion) > CONFUSED
    other = np.where(background, 1 - share, share)
    return np.nan_to_num(other) > 0.5


def transitions_of(
    was: np.ndarray,
    now: np.ndarray,
    change: np.ndarray,
    targets_left: np.ndarray,
    targets_right: np.ndarray,
    n_targets: int,
    spans: tuple[np.ndarray, np.ndarray],
) -> Transitions:
    """Sort the clips by whether they were in (left) and are in (right).

    Parameters
    ----------
    was, now : (n,) bool
        As from `is_in`.
    change : (n,) float64
        Confusion on the right less that on the left; NaN where either is unknown.
    targets_left, targets_right : (n,) ints
        0 for background; counts go by those of the left.
    spans
        ((T, 2), (T, 2)) low and high end of the shares of judged clips that went out and came in
        (`paired_jackknife.PairedChanges.moved`).

    """
    same = (targets_left > 0) == (targets_right > 0)
    judged = same & np.isfinite(change)
    out, into = judged & was & ~now, judged & now & ~was
    labelled = targets_left > 0

    def ordered(chosen: np.ndarray) -> np.ndarray:
        places = np.flatnonzero(chosen)
        return places[np.argsort(-np.abs(change[places]), kind="stable")]

    def count(chosen: np.ndarray) -> np.ndarray:
        return np.bincount(targets_left[chosen], minlength=n_targets)

    clips = count(judged)
    out_span, in_span = spans
    return Transitions(
        ordered(out & labelled),
        ordered(into & labelled),
        ordered(out & ~labelled),
        ordered(into & ~labelled),
        clips,
        count(judged & was),
        count(judged & now),
        count(out),
        count(into),
        out_span[:, 0] * clips,
        out_span[:, 1] * clips,
        in_span[:, 0] * clips,
        in_span[:, 1] * clips,
        np.flatnonzero(~same),
    )
