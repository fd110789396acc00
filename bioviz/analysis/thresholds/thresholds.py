"""For each label the threshold that reaches a wanted precision on recordings that did not choose it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.statistics.auc import Z95, auroc
from bioviz.analysis.statistics.familywise import holm
from bioviz.analysis.statistics.folds import folds
from bioviz.analysis.statistics.shares import (
    clustered_rate,
    clustered_share,
    draws_for,
    independent_draws,
)
from bioviz.analysis.thresholds.choose import choose, fewest_right, times_as_many
from bioviz.store.keys import Stored, value_of

REACHED, BELOW, FEW, CHANCE, NO_SCORES = "reached", "below", "few", "chance", "no scores"
FOLDS = 5


@dataclass(frozen=True, eq=False)
class ThresholdInputs:
    """All that the thresholds of a run rest on.

    Attributes
    ----------
    scores : (n, L) float32
        Of each clip for each label; a column of NaN where the model has no score for the label. `Stored`: in the cache.
    labels : (n, L) bool
    groups : (n,) int64
        Units of independence.
    names
        Of the labels.
    seconds_per_clip
        Time that a clip stands for: the step between windows where they overlap.
    precision
        Wanted share of right detections.
    folds, seed
        In how many parts units are left out, and how they are dealt.

    """

    scores: Stored[np.ndarray] | np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    names: tuple[str, ...]
    seconds_per_clip: float
    precision: float = 0.95
    folds: int = FOLDS
    seed: int = 0


@dataclass(frozen=True)
class LabelThreshold:
    """What is known of the threshold of one label.

    Precision, recall and false alarms are of recordings that had no say in the threshold that was used on them; the
    threshold itself is chosen by all recordings.

    Attributes
    ----------
    name
        Of the label.
    state
        "reached": the wanted precision was. "below": a threshold was chosen, but fell short of it where it was not
        chosen. "few": too few labelled clips or recordings to choose one. "chance": the scores do not tell the label
        from the rest beyond chance. "no scores": the model gives none.
    threshold
        None where there is none.
    clips, units
        That carry the label.
    detections
        Clips at or above a threshold that they did not choose.
    precision, recall, alarms_per_hour
        With their 95 % intervals; None where nothing was detected, or there is no background.
    auroc, p
        How well scores tell the label from all other clips, and the one-sided p value against chance.
    more_clips, more_units
        Labelled clips, and units with them, that are missing at least before a threshold can be chosen.
    more_for_sure
        Independent right detections that are missing before the interval's lower end reaches the wanted precision;
        None where more would not do it, or it does.

    """

    name: str
    state: str
    threshold: float | None = None
    clips: int = 0
    units: int = 0
    detections: int = 0
    precision: float | None = None
    precision_low: float = 0.0
    precision_high: float = 1.0
    recall: float | None = None
    recall_low: float = 0.0
    recall_high: float = 1.0
    alarms_per_hour: float | None = None
    alarms_low: float = 0.0
    alarms_high: float | None = None
    auroc: float | None = None
    p: float | None = None
    more_clips: int = 0
    more_units: int = 0
    more_for_sure: int | None = None

    @property
    def usable(self) -> bool:
        """Whether it may be kept and applied: what it does elsewhere is known."""
        return self.threshold is not None and self.state in (REACHED, BELOW)


@dataclass(frozen=True)
class Thresholds:
    """Those of all labels.

    Attributes
    ----------
    labels
        One a label, in the dataset's order.
    wanted
        The precision that was asked for.
    hours
        Of background that the false alarms rest on.
    units, clips
        Of the run.

    """

    labels: tuple[LabelThreshold, ...]
    wanted: float
    hours: float
    units: int
    clips: int


def thresholds(inputs: ThresholdInputs) -> Thresholds:
    """Choose and judge the threshold of every label."""
    measured = {j: _chance(inputs, j) for j in range(len(inputs.names))}
    allowed = holm({j: p for j, (_, p) in measured.items()})
    background = ~inputs.labels.any(axis=1)
    return Thresholds(
        tuple(_of_label(inputs, j, *measured[j], beyond=j in allowed) for j in measured),
        inputs.precision,
        float(background.sum() * inputs.seconds_per_clip / 3600),
        len(np.unique(inputs.groups)),
        len(inputs.groups),
    )


def cross_fitted(inputs: ThresholdInputs, label: int) -> np.ndarray:
    """(n,) float64 the threshold used on each clip, chosen without its unit; infinite where none could be chosen."""
    positive, scores = inputs.labels[:, label], value_of(inputs.scores)[:, label]
    fold = folds(positive.astype(np.int64), inputs.folds, inputs.seed, inputs.groups)
    used = np.full(len(scores), np.inf)
    for part in np.unique(fold):
        rest = fold != part
        chosen = choose(scores[rest], positive[rest], inputs.precision)
        used[fold == part] = np.inf if chosen is None else chosen
    return used


def _chance(inputs: ThresholdInputs, label: int) -> tuple[float | None, float | None]:
    """AUROC of a label's scores, and its one-sided p value; None where there is too little to tell."""
    from scipy.stats import t

    positive, scores = inputs.labels[:, label], value_of(inputs.scores)[:, label]
    area = auroc(scores, positive, inputs.groups)
    sides = [len(np.unique(inputs.groups[side])) for side in (positive, ~positive)]
    if area.value is None or area.se is None or min(sides) < MIN_UNITS:
        return area.value, None
    if area.se < 1e-9:  # apart without exception: as sure as the dealing out of that many units can make it
        return area.value, 2.0 ** -min(sides) if area.value > 0.5 else 1.0
    return area.value, float(t.sf((area.value - 0.5) / area.se, min(sides) - 1))


def _of_label(
    inputs: ThresholdInputs, label: int, area: float | None, p: float | None, *, beyond: bool
) -> LabelThreshold:
    name, positive, scores = inputs.names[label], inputs.labels[:, label], value_of(inputs.scores)[:, label]
    groups = inputs.groups
    clips, units = int(positive.sum()), len(np.unique(groups[positive]))
    if not np.isfinite(scores).any():
        return LabelThreshold(name, NO_SCORES, clips=clips, units=units)
    chosen = choose(scores, positive, inputs.precision)
    used = cross_fitted(inputs, label)
    fewest = math.ceil(fewest_right(inputs.precision) * inputs.folds / (inputs.folds - 1))
    more_clips, more_units = max(0, fewest - clips), max(0, MIN_UNITS - units)
    others = len(np.unique(groups[~positive]))
    about = LabelThreshold(name, FEW, None, clips, units, auroc=area, p=p)
    if more_clips or more_units or others < MIN_UNITS or p is None:
        return _with(about, more_clips=more_clips, more_units=max(more_units, 0))
    if not beyond:
        return _with(about, state=CHANCE)
    if chosen is None or np.isinf(used).any():
        times = times_as_many(scores, positive, inputs.precision)
        if times is None:
            return _with(about, state=BELOW)
        more = math.ceil(clips * times * inputs.folds / (inputs.folds - 1)) - clips
        return _with(about, state=FEW, more_clips=max(1, more))
    detected = scores >= used  # False for NaN
    background = np.asarray(~inputs.labels.any(axis=1))
    unit = np.unique(groups, return_inverse=True)[1]
    hours = np.bincount(unit[background], minlength=unit.max() + 1) * inputs.seconds_per_clip / 3600
    events = np.bincount(unit[background & detected], minlength=unit.max() + 1)
    by_fold = _AtFoldThresholds.at(scores, np.unique(used), positive, background, hours.sum())
    precision, low, high = by_fold.widened(
        clustered_share(positive[detected], groups[detected]), by_fold.precision, 1.0
    )
    recall, recall_low, recall_high = by_fold.widened(
        clustered_share(detected[positive], groups[positive]), by_fold.recall, 1.0
    )
    alarms, alarms_low, alarms_high = by_fold.widened(clustered_rate(events, hours), by_fold.alarms, math.inf)
    state = REACHED if precision is not None and precision >= inputs.precision else BELOW
    return _with(
        about,
        state=state,
        threshold=chosen,
        detections=int(detected.sum()),
        precision=precision,
        precision_low=low,
        precision_high=high,
        recall=recall,
        recall_low=recall_low,
        recall_high=recall_high,
        alarms_per_hour=alarms,
        alarms_low=alarms_low,
        alarms_high=alarms_high if math.isfinite(alarms_high) else None,
        more_for_sure=_more_for_sure(precision, low, groups[detected], inputs.precision),
    )


@dataclass(frozen=True)
class _AtFoldThresholds:
    """What the thresholds of the folds would do on all clips, (folds,) each: how much hangs on who chose."""

    precision: np.ndarray
    recall: np.ndarray
    alarms: np.ndarray

    @classmethod
    def at(
        cls, scores: np.ndarray, used: np.ndarray, positive: np.ndarray, background: np.ndarray, hours: float
    ) -> _AtFoldThresholds:
        hit = scores >= used[:, None]
        right = (hit & positive).sum(axis=1)
        return cls(
            right / np.maximum(hit.sum(axis=1), 1),
            right / max(positive.sum(), 1),
            (hit & background).sum(axis=1) / max(hours, 1e-12),
        )

    def widened(
        self, estimate: tuple[float | None, float, float], over: np.ndarray, most: float
    ) -> tuple[float | None, float, float]:
        """Add to an interval at a given threshold what the threshold itself may move (squares added; jackknife)."""
        value, low, high = estimate
        if value is None:
            return estimate
        moves = Z95 * math.sqrt((len(over) - 1) * float(over.var()))
        below, above = math.hypot(value - low, moves), math.hypot(high - value, moves)
        return value, max(0.0, value - below), min(most, value + above)


def _more_for_sure(precision: float | None, low: float, groups: np.ndarray, wanted: float) -> int | None:
    if precision is None or low >= wanted:
        return None
    needed = draws_for(precision, wanted)
    return None if needed is None else max(1, math.ceil(needed - independent_draws(groups)))


def _with(about: LabelThreshold, **changes: object) -> LabelThreshold:
    from dataclasses import replace

    return replace(about, **changes)  # pyright: ignore[reportArgumentType] (named where it is called)
