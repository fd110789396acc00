"""Which acoustic property goes with confusion, for all labelled clips and for each label, in numbers and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.bootstrap import group_sums, interval, mean_interval, resample
from bioviz.analysis.confusion import CONFUSED
from bioviz.analysis.features import feature

FEWEST = 20
"""Clips below which nothing is said of a label."""
BINS = 8
SIDE = 0.15
"""Share of the clips that must lie on either side of a threshold in a sentence."""


@dataclass(frozen=True)
class Curve:
    """Confusion against one feature, in bins of equally many clips.

    Attributes:
        edges: (b+1,) float64, of the bins. count: (b,) int64 clips.
        mean, low, high: (b,) float64 mean confusion in each bin with its 95 % interval by recording.
        adjusted: (b,) float64, partial dependence: what remains of the mean when all features are taken together.
    """

    edges: np.ndarray
    count: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    adjusted: np.ndarray


@dataclass(frozen=True)
class Cause:
    """How one feature goes with the confusion of one label's clips (target -1: of all labelled clips).

    Attributes:
        feature, target, clips: which, of which, how many.
        rho, low, high: Spearman's rank correlation and its 95 % interval by recording.
        threshold, below, above: the split that tells most, and the shares of confused clips on either side;
            None where no split leaves enough clips.
        curve: see there.
    """

    feature: str
    target: int
    clips: int
    rho: float
    low: float
    high: float
    threshold: float | None
    below: float | None
    above: float | None
    curve: Curve

    @property
    def sure(self) -> bool:
        """The interval leaves out 0."""
        return bool(np.isfinite(self.low) and (self.low > 0 or self.high < 0))

    def sentence(self, names: tuple[str, ...]) -> str:
        """In words; "" if there is no split to tell of."""
        if self.threshold is None:
            return ""
        what = feature(self.feature)
        who = "Labelled clips" if self.target < 0 else f"Clips of {names[self.target]}"
        sides = [("below", self.below, self.above), ("at or above", self.above, self.below)]
        side, more, less = max(sides, key=lambda each: each[1])
        return (
            f"{who} with {what.title} {side} {what.text(self.threshold)} sit in background: "
            f"{100 * more:.0f} % against {100 * less:.0f} % of the others."
        )


def acoustic_causes(
    confusion: np.ndarray,
    columns: Mapping[str, np.ndarray],
    label_matrix: np.ndarray,
    recording: np.ndarray,
    n_boot: int = 500,
    seed: int = 0,
) -> tuple[Cause, ...]:
    """For all labelled clips and for each label with 20 clips or more: each feature against noise confusion.

    rho = Pearson correlation of the ranks (ties share their mean rank). The interval resamples recordings with the
    ranks as they are. Partial dependence: ridge regression of confusion on the bins of all features together; the
    curve of a feature is its part, moved to the mean confusion.

    Args:
        confusion: (n,) noise confusion. columns: feature name to (n,) float, NaN unknown.
    """
    labels = np.asarray(label_matrix, dtype=bool)
    found: list[Cause] = []
    wanted = [(-1, labels.any(axis=1)), *((i + 1, column) for i, column in enumerate(labels.T))]
    for target, members in wanted:
        rows = np.flatnonzero(members & np.isfinite(confusion))
        if len(rows) >= FEWEST:
            part = {name: np.asarray(column, np.float64)[rows] for name, column in columns.items()}
            found += _causes_of(target, confusion[rows], part, np.asarray(recording)[rows], n_boot, seed)
    return tuple(found)


def _causes_of(target, confusion, columns, recording, n_boot, seed) -> list[Cause]:
    usable = {}
    for name, values in columns.items():
        good = np.isfinite(values)
        if good.sum() >= FEWEST and len(np.unique(values[good])) > 1:
            usable[name] = _bins(values, good)
    if not usable:
        return []
    rho, low, high = rank_correlation(
        confusion, np.column_stack([columns[name] for name in usable]), recording, n_boot, seed
    )
    hot = np.hstack([bins[:, None] == np.arange(len(edges) - 1) for edges, bins in usable.values()])
    mean, mean_low, mean_high = mean_interval(confusion, hot, recording, n_boot, seed)
    adjusted = _partial(confusion, hot, [len(edges) - 1 for edges, _ in usable.values()])
    causes, start = [], 0
    for i, (name, (edges, _)) in enumerate(usable.items()):
        part = slice(start, start + len(edges) - 1)
        start = part.stop
        count = hot[:, part].sum(axis=0)
        curve = Curve(edges, count, mean[part], mean_low[part], mean_high[part], adjusted[part])
        split = _split(columns[name], confusion > CONFUSED, edges[1:-1])
        causes.append(Cause(name, target, int(count.sum()), rho[i], low[i], high[i], *split, curve))
    return causes


def rank_correlation(
    y: np.ndarray, columns: np.ndarray, groups: np.ndarray, n_boot: int = 500, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spearman's rho of `y` (n,) with each of `columns` (n, m), pairs with NaN left out, and its 95 % interval.

    Returns:
        (rho, low, high), each (m,) float64; NaN where a side has one value only, interval NaN with one group.
    """
    from scipy.stats import rankdata

    parts = []
    for column in columns.T:
        good = np.isfinite(y) & np.isfinite(column)
        a, b = np.zeros(len(y)), np.zeros(len(y))
        if good.any():
            a[good], b[good] = rankdata(y[good]), rankdata(column[good])
            a[good] -= a[good].mean()
            b[good] -= b[good].mean()
        parts += [good.astype(float), a, b, a * a, b * b, a * b]
    sums = group_sums(np.column_stack(parts), groups)

    def pearson(totals: np.ndarray) -> np.ndarray:
        n, a, b, aa, bb, ab = np.moveaxis(totals.reshape(len(totals), -1, 6), 2, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = np.sqrt((aa - a * a / n) * (bb - b * b / n))
            return np.where(spread > 1e-9, (ab - a * b / n) / spread, np.nan)

    rho = pearson(sums.sum(axis=0, keepdims=True))[0]
    if len(sums) < 2:
        return rho, np.full_like(rho, np.nan), np.full_like(rho, np.nan)
    low, high = interval(resample(sums, pearson, n_boot, seed))
    return rho, np.where(np.isfinite(rho), low, np.nan), np.where(np.isfinite(rho), high, np.nan)


def _bins(values: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(edges (b+1,), bin of each value (n,), -1 unknown), with about as many clips in each bin."""
    edges = np.unique(np.quantile(values[good], np.linspace(0, 1, BINS + 1)))
    bins = np.full(len(values), -1)
    bins[good] = np.clip(np.searchsorted(edges, values[good], "right") - 1, 0, len(edges) - 2)
    return edges, bins


def _partial(y: np.ndarray, hot: np.ndarray, sizes: list[int]) -> np.ndarray:
    """(sum of sizes,) partial dependence on each bin of each feature; NaN in an empty bin."""
    design = hot.astype(np.float64)
    design -= design.mean(axis=0)
    gram = design.T @ design
    gram[np.diag_indices_from(gram)] += 1.0  # one clip's worth of doubt a bin
    weights = np.linalg.solve(gram, design.T @ (y - y.mean()))
    count = hot.sum(axis=0)
    out, start = np.empty(len(weights)), 0
    for size in sizes:
        part = slice(start, start + size)
        start += size
        centre = weights[part] @ count[part] / max(count[part].sum(), 1)
        out[part] = y.mean() + weights[part] - centre
    return np.where(count > 0, np.clip(out, 0, 1), np.nan)


def _split(
    values: np.ndarray, confused: np.ndarray, edges: np.ndarray
) -> tuple[float | None, float | None, float | None]:
    """(threshold, share confused below, share confused at or above) that differ most; None without a split."""
    good = np.isfinite(values)
    values, confused = values[good], confused[good]
    best: tuple[float, float, float] | None = None
    whole = bool((values == np.round(values)).all())
    for edge in {float(np.ceil(edge)) if whole else _round(edge) for edge in edges}:
        below = values < edge
        if min(below.sum(), (~below).sum()) < max(5, SIDE * len(values)):
            continue
        shares = float(confused[below].mean()), float(confused[~below].mean())
        gain = (abs(shares[0] - shares[1]), -edge)
        if best is None or gain > (abs(best[1] - best[2]), -best[0]):
            best = (edge, *shares)
    return best or (None, None, None)


def _round(value: float) -> float:
    """Two significant digits: a threshold that can be said."""
    return float(f"{value:.2g}")
