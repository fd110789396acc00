"""Two groups of clips: which measured features tell them apart, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.jackknife import LEVEL, MIN_UNITS
from bioviz.analysis.statistics.auc import auroc
from bioviz.analysis.statistics.bootstrap import draws, interval

N_BOOT = 300


@dataclass(frozen=True)
class Effect:
    """How one feature differs between group A and group B.

    Attributes
    ----------
    feature
        Its name; figures are in its unit.
    median_a, median_b
        Medians.
    difference
        median_a - median_b.
    low, high
        95 % interval of the difference by resampling recordings; None with a side in fewer than 8.
    delta
        Cliff's delta, -1 (all of A below all of B) to 1.
    delta_low, delta_high
        95 % interval, likewise.
    p
        two-sided, of delta = 0, likewise.
    q
        p after correction over all features (Benjamini-Hochberg).
    clips_a, clips_b
        With a value.

    """

    feature: str
    median_a: float
    median_b: float
    difference: float
    low: float | None
    high: float | None
    delta: float
    delta_low: float | None
    delta_high: float | None
    p: float | None
    q: float | None
    clips_a: int
    clips_b: int


def compare_groups(
    columns: Mapping[str, np.ndarray], a: np.ndarray, b: np.ndarray, recording: np.ndarray, seed: int = 0
) -> tuple[Effect, ...]:
    """Effects of all features with values on both sides, the largest |delta| first.

    delta = P(A > B) - P(A < B) = 2 AUROC - 1, its error by recording (see `auc.auroc`), p from delta over that
    error; q_(i) = min over j >= i of p_(j) m / j, over the m features in order of p.

    Parameters
    ----------
    columns
        Feature name to (n,) float, NaN unknown.
    a, b : (n,) bool
        a clip in both counts in A alone.
    recording : (n,) ints

    """
    a = np.asarray(a, bool)
    b = np.asarray(b, bool) & ~a
    effects = []
    for name, values in columns.items():
        values = np.asarray(values, np.float64)
        rows = np.flatnonzero((a | b) & np.isfinite(values))
        side = a[rows]
        if side.all() or not side.any():
            continue
        effects.append(_effect(name, values[rows], side, np.asarray(recording)[rows], seed))
    q = benjamini_hochberg(np.array([np.nan if e.p is None else e.p for e in effects]))
    effects = [
        Effect(**{**vars(effect), "q": None if np.isnan(value) else float(value)})
        for effect, value in zip(effects, q, strict=True)
    ]
    return tuple(sorted(effects, key=lambda effect: -abs(effect.delta)))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """(m,) p values corrected for the false discovery rate; NaN stays and does not count."""
    from scipy.stats import false_discovery_control

    out = np.full(len(p), np.nan)
    known = np.isfinite(p)
    if known.any():
        out[known] = false_discovery_control(p[known], method="bh")
    return out


def _effect(name: str, values: np.ndarray, side: np.ndarray, recording: np.ndarray, seed: int) -> Effect:
    from scipy.special import stdtr, stdtrit

    auc = auroc(values, side, recording)
    median_a, median_b = (float(np.median(values[part])) for part in (side, ~side))
    n_units = min(len(np.unique(recording[part])) for part in (side, ~side))
    assert auc.value is not None  # both sides have clips
    delta = 2 * auc.value - 1
    low = high = p = delta_low = delta_high = None
    if n_units >= MIN_UNITS and auc.se is not None:
        low, high = _median_interval(values, side, recording, n_units, seed)
        # All of A above all of B has no error left to measure; half a clip of doubt keeps p a number above 0.
        se = max(2 * auc.se, 1 / len(values))
        p = float(2 * stdtr(n_units - 1, -abs(delta) / se))
        reach = stdtrit(n_units - 1, (1 + LEVEL) / 2) * se
        delta_low, delta_high = max(delta - reach, -1.0), min(delta + reach, 1.0)
    return Effect(
        name, median_a, median_b, median_a - median_b, low, high, delta, delta_low, delta_high, p, None,
        int(side.sum()), int((~side).sum()),
    )  # fmt: skip


def _median_interval(
    values: np.ndarray, side: np.ndarray, recording: np.ndarray, n_units: int, seed: int
) -> tuple[float | None, float | None]:
    """Interval of the difference of medians by a bootstrap over recordings.

    Percentiles are too narrow for few units; they are taken as far out as a t interval reaches (Hesterberg 2015).
    """
    from scipy.special import ndtr, stdtrit

    code = np.unique(recording, return_inverse=True)[1]
    groups = int(code.max()) + 1
    samples = []
    for weights in draws(groups, N_BOOT, seed, width=len(values)):
        samples.append(
            _medians(values[side], weights[:, code[side]]) - _medians(values[~side], weights[:, code[~side]])
        )
    reach = np.sqrt(n_units / (n_units - 1)) * stdtrit(n_units - 1, (1 + LEVEL) / 2)
    low, high = interval(np.concatenate(samples), float(1 - 2 * ndtr(-reach)))
    return (None, None) if np.isnan(low) else (float(low), float(high))


def _medians(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(b,) median of `values` (n,), each counted as often as `weights` (b, n) say; NaN if none is."""
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[:, order], axis=1)
    total = cumulated[:, -1:]
    lower = (2 * cumulated >= total).argmax(axis=1)
    upper = (2 * cumulated > total).argmax(axis=1)
    ordered = values[order]
    return np.where(total[:, 0] > 0, (ordered[lower] + ordered[upper]) / 2, np.nan)
