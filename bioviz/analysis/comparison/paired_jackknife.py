"""Uncertainty of what changed between two embedding sets, by leaving out one unit (recording) at a time.

A unit that is left out leaves the judged clips and the neighbor lists of both sides. Drawing recordings again with the
lists as they are, as was done before, called some score of two equally good models better in 66 of 100 datasets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.comparison.transitions import RULES, Rule, is_in
from bioviz.analysis.neighbors.jackknife import (
    MIN_UNITS,
    interval,
    left_out,
    parts_of,
    share_interval,
    standard_error,
)
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion, balanced
from bioviz.analysis.statistics.auc import auroc_value

TESTED = ("separability_neighbor", "noise_confusion", "confused", "knn_accuracy", "probe_accuracy", "purity")
"""Scores whose difference has an uncertainty; the others rest on one map and one clustering, whose chance it misses."""
FIXED_LISTS = {"knn_accuracy": 1.3, "probe_accuracy": 1.5, "purity": 1.3}
"""By how much the error of scores is too small where the neighbors, or the probe, stay as they are; measured in
`tests/calibration/simulations/comparison.py` (of the probe: Nadeau & Bengio 2003, five folds)."""


@dataclass(frozen=True)
class Judged:
    """One side, clip by clip, with all units there.

    Attributes
    ----------
    graph : KnnGraph
        Neighbors, k or more.
    confusion : NoiseConfusion
        Of `graph` with k neighbors.
    purity, told, probed : ndarray of float64, shape (n,)
        Share of neighbors with a label in common; 1 where neighbors, or a linear probe, name the clip right. NaN
        unknown.
    targets : ndarray of int, shape (n,)
        0 for background.
    """

    graph: KnnGraph
    confusion: NoiseConfusion
    purity: np.ndarray
    told: np.ndarray
    probed: np.ndarray
    targets: np.ndarray

    @property
    def background(self) -> np.ndarray:
        """(n,) bool."""
        return self.targets == 0


@dataclass(frozen=True)
class Estimate:
    """Values on both sides and the uncertainty of right - left, each (m,) float64.

    Attributes
    ----------
    left, right : ndarray
        NaN where undefined.
    low, high : ndarray
        95 % interval of the difference; NaN with fewer than MIN_UNITS units.
    p : ndarray
        Two-sided p of no difference; NaN likewise, and where nothing differs in any replicate.
    """

    left: np.ndarray
    right: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


@dataclass(frozen=True)
class PairedChanges:
    """What changed between two sides.

    Attributes
    ----------
    scores : Estimate
        m = len(TESTED).
    confusions, told : Estimate
        m = T, of each target's clips: noise confusion, and share named right by the neighbors.
    moved : dict
        Rule -> ((T, 2), (T, 2)) float64: low and high end of the share of each target's judged clips that went out
        of the other side's neighborhood, and of those that came in.
    """

    scores: Estimate
    confusions: Estimate
    told: Estimate
    moved: dict[Rule, tuple[np.ndarray, np.ndarray]]


def paired_changes(
    left: Judged, right: Judged, units: np.ndarray, n_targets: int, k: int, seed: int = 0
) -> PairedChanges:
    """Estimate the differences of two sides of the same n clips with their uncertainty.

    Parameters
    ----------
    left, right : Judged
        Row i is the same clip on both sides.
    units : ndarray of int, shape (n,)
        What is independent: the recording or something coarser.
    n_targets : int
        Background included.
    k : int
        Neighbors looked at.
    seed : int
        Of the lots by which many units are left out together.
    """
    parts = parts_of(units, seed=seed)
    sides = (left, right)
    whole = [_values(side, side.confusion, np.ones(len(parts), bool), n_targets) for side in sides]
    events = {rule: _events(sides, [side.confusion for side in sides], rule, n_targets) for rule in RULES}
    replicates: list[list[np.ndarray]] = [[], []]
    moved: dict[Rule, list[np.ndarray]] = {rule: [] for rule in RULES}
    walks = [left_out(side.graph, k, side.background, units, parts) for side in sides]
    for number, confusions in enumerate(zip(*walks, strict=True)):
        stays = parts != number
        for values, side, confusion in zip(replicates, sides, confusions, strict=True):
            values.append(_values(side, confusion, stays, n_targets))
        for rule in RULES:
            moved[rule].append(_events(sides, list(confusions), rule, n_targets))
    count = _units_of(units, left.targets, n_targets)
    n_units = np.concatenate([np.full(len(TESTED), len(np.unique(units))), count, count])
    wider = np.concatenate(
        [
            [FIXED_LISTS.get(name, 1.0) for name in TESTED],
            np.ones(n_targets),
            np.full(n_targets, FIXED_LISTS["knn_accuracy"]),
        ]
    )
    lefts, rights = (np.array(values) for values in replicates)
    estimate = _estimate(whole[0], whole[1], lefts, rights, n_units, wider)
    m = len(TESTED)
    scores, confusions_of, recognitions = (
        Estimate(*(each[part] for each in estimate))
        for part in (slice(m), slice(m, m + n_targets), slice(m + n_targets, None))
    )
    spans: dict[Rule, tuple[np.ndarray, np.ndarray]] = {
        rule: _spans(events[rule], np.array(moved[rule]), count) for rule in RULES
    }
    return PairedChanges(scores, confusions_of, recognitions, spans)


def _values(side: Judged, confusion: NoiseConfusion, stays: np.ndarray, n_targets: int) -> np.ndarray:
    """(6 + 2 T,) the scores of TESTED, and of each target its confusion and the share named right."""
    background = side.background
    known = np.isfinite(confusion.confusion) & stays
    share, base = confusion.background_share, confusion.base_rate
    by_target = _means(share, side.targets, stays, n_targets), _means(base, side.targets, stays, n_targets)
    with np.errstate(invalid="ignore", divide="ignore"):
        confusions = balanced(*by_target)
        confusions[0] = 1 - confusions[0]
        calls = known & ~background
        overall = float(balanced(np.array(_mean(share, calls)), np.array(_mean(base, calls))))
    scores = [
        _auroc(confusion, background, known),
        overall,
        _mean(confusion.confused.astype(np.float64), calls),
        _mean(side.told, stays),
        _mean(side.probed, stays),
        _mean(side.purity, stays),
    ]
    return np.concatenate([scores, confusions, _means(side.told, side.targets, stays, n_targets)])


def _estimate(
    left: np.ndarray,
    right: np.ndarray,
    lefts: np.ndarray,
    rights: np.ndarray,
    n_units: np.ndarray,
    wider: np.ndarray,
) -> tuple[np.ndarray, ...]:
    from scipy.special import stdtr

    value, moved = right - left, (rights - lefts)
    moved = value + (moved - value) * wider
    low, high = interval(value, moved, n_units)
    error = standard_error(value, moved, n_units)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * stdtr(np.maximum(n_units - 1, 1), -np.abs(value) / error)
    known = (n_units >= MIN_UNITS) & (error > 0) & np.isfinite(value)
    return left, right, low, high, np.where(known, p, np.nan)


def _events(
    sides: Sequence[Judged], confusions: list[NoiseConfusion], rule: Rule, n_targets: int
) -> np.ndarray:
    """(2, T): share of each target's judged clips that went out, and that came in."""
    inside = [
        is_in(each.confusion, each.background_share, side.background, rule)
        for each, side in zip(confusions, sides, strict=True)
    ]
    same = sides[0].background == sides[1].background
    judged = same & np.isfinite(confusions[0].confusion) & np.isfinite(confusions[1].confusion)
    moves = (inside[0] & ~inside[1], inside[1] & ~inside[0])
    return np.array([_means(move.astype(np.float64), sides[0].targets, judged, n_targets) for move in moves])


def _spans(whole: np.ndarray, moved: np.ndarray, n_units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    spans = []
    for way in (0, 1):
        replicates = np.where(np.isfinite(moved[:, way]), moved[:, way], whole[way])
        spans.append(np.stack(share_interval(whole[way], replicates, n_units), axis=1))
    return spans[0], spans[1]


def _units_of(units: np.ndarray, targets: np.ndarray, n_targets: int) -> np.ndarray:
    """(T,) int64: units in which each target's clips are."""
    pairs = np.unique(np.stack([targets, np.unique(units, return_inverse=True)[1]], axis=1), axis=0)
    return np.bincount(pairs[:, 0], minlength=n_targets)


def _mean(values: np.ndarray, member: np.ndarray) -> float:
    chosen = values[member & np.isfinite(values)]
    return float(chosen.mean()) if len(chosen) else float("nan")


def _means(values: np.ndarray, targets: np.ndarray, member: np.ndarray, n_targets: int) -> np.ndarray:
    good = member & np.isfinite(values)
    total = np.bincount(targets[good], weights=values[good], minlength=n_targets)
    with np.errstate(invalid="ignore", divide="ignore"):
        return total / np.bincount(targets[good], minlength=n_targets)


def _auroc(confusion: NoiseConfusion, background: np.ndarray, member: np.ndarray) -> float:
    value = auroc_value(confusion.scores(background)[member], background[member])
    return float("nan") if value is None else value
