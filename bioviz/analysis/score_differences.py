"""Two embedding sets of the same clips, score by score, with the uncertainty of the difference.

A score is written as a function of sums over clips, so that drawing whole recordings again is a weighted sum. Both
sides are drawn together: what the recordings have in common cancels in the difference. Neighbours, clusters and
maps stay as they are; the chance in them is not in the intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bioviz.analysis.bootstrap import draws, interval
from bioviz.analysis.confusion import balanced
from bioviz.analysis.helps import HELPS

if TYPE_CHECKING:
    from scipy.sparse import csr_array

N_BOOT = 1000


@dataclass(frozen=True)
class Statistic:
    """A score of clips: `of` takes sums (b, m) of `values` (n, m) over clips and gives (b,) or (b, q)."""

    values: csr_array | np.ndarray
    of: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Difference:
    """One score on both sides; None where it is undefined.

    Attributes:
        name: of `helps.HELPS`.
        left, right: the score. difference: right - left.
        low, high: 95 % interval of the difference by resampling recordings; None with fewer than two.
    """

    name: str
    left: float | None
    right: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def exceeds(self) -> bool | None:
        """Whether the difference is larger than its uncertainty; None where that cannot be told."""
        return None if self.low is None or self.high is None else bool(self.low > 0 or self.high < 0)


def paired(
    left: Statistic, right: Statistic, groups: np.ndarray, n_boot: int = N_BOOT, seed: int = 0
) -> tuple[np.ndarray, ...]:
    """(left, right, low, high), each (q,) float64: both scores and the 95 % interval of right - left.

    In each of `n_boot` draws the same groups are drawn for both sides. The interval is that of the drawn differences,
    moved by their bias (mean - observed), since scores of a draw, which holds clips twice, are a little off.
    NaN where there are fewer than two groups.
    """
    code = np.unique(groups, return_inverse=True)[1]
    size = int(code.max(initial=-1)) + 1
    sides = [(side.of, _group_sums(side.values, code, size)) for side in (left, right)]
    width = max(sums.shape[1] for _, sums in sides)
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = (_columns(of(np.asarray(sums.sum(axis=0)).reshape(1, -1)))[0] for of, sums in sides)
        if size < 2:
            return a, b, np.full(len(a), np.nan), np.full(len(a), np.nan)
        drawn = []
        for weights in draws(size, n_boot, seed, width):
            one, other = (_columns(of(weights @ sums)) for of, sums in sides)
            drawn.append(other - one)
    samples = np.concatenate(drawn)
    low, high = interval(samples)
    known = np.isfinite(samples)
    bias = np.where(known, samples, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1) - (b - a)
    return a, b, low - bias, high - bias


def difference(name: str, left: Statistic, right: Statistic, groups: np.ndarray, seed: int = 0) -> Difference:
    """`paired` of a single score."""
    values = [float(each[0]) for each in paired(left, right, groups, seed=seed)]
    a, b, low, high = (value if np.isfinite(value) else None for value in values)
    gap = None if a is None or b is None else b - a
    return Difference(name, a, b, gap, low if gap is not None else None, high if gap is not None else None)


def sentence(found: Difference) -> str:
    """The difference in plain words, and whether it is larger than its uncertainty."""
    about = HELPS[found.name]
    if found.difference is None:
        return f"{about.title}: not defined on both sides."
    ends = f"from {found.left:.3f} to {found.right:.3f}"
    moved = "rose" if found.difference > 0 else "fell" if found.difference < 0 else "stayed"
    if found.exceeds is None:
        return f"{about.title} {moved} {ends}; with one recording its uncertainty cannot be told."
    span = f"({found.difference:+.3f}, 95 % interval {found.low:+.3f} to {found.high:+.3f})"
    if not found.exceeds:
        return f"{about.title} {moved} {ends} {span}: not larger than its uncertainty."
    good = (found.difference > 0) == (about.best == "high")
    value = "" if not about.best else "better, and " if good else "worse, and "
    return f"{about.title} {moved} {ends} {span}: {value}larger than its uncertainty."


def mean(values: np.ndarray, member: np.ndarray | None = None) -> Statistic:
    """Mean of (n,) `values` over the clips of `member` (n,) bool; NaN does not count."""
    good = np.isfinite(values) if member is None else np.isfinite(values) & member
    columns = np.stack([np.where(good, values, 0.0), good.astype(np.float64)], axis=1)
    return Statistic(columns, lambda sums: sums[:, 0] / sums[:, 1])


def means(values: np.ndarray, codes: np.ndarray, count: int) -> Statistic:
    """(q,) means of (n,) `values` for each of `count` values of (n,) `codes`; NaN does not count."""
    good = np.isfinite(values)
    totals, clips = _spread(np.where(good, values, 0), codes, count), _spread(good, codes, count)
    return Statistic(_beside(totals, clips), lambda sums: sums[:, :count] / sums[:, count:])


def label_confusions(share: np.ndarray, base: np.ndarray, targets: np.ndarray, count: int) -> Statistic:
    """(q,) noise confusion of each target, as `labels.label_confusion` has it (0 is background).

    Args:
        share, base: (n,) background among the neighbours and among the clips that could be.
    """
    good = np.isfinite(share) & np.isfinite(base)
    parts = [_spread(np.where(good, each, 0), targets, count) for each in (share, base, good)]

    def of(sums: np.ndarray) -> np.ndarray:
        clips = sums[:, 2 * count :]
        found = balanced(sums[:, :count] / clips, sums[:, count : 2 * count] / clips)
        found[:, 0] = 1 - found[:, 0]
        return found

    return Statistic(_beside(*parts), of)


def confusion_of(share: np.ndarray, base: np.ndarray, member: np.ndarray) -> Statistic:
    """Noise confusion of the labelled clips `member` (n,) bool, taken together."""
    good = np.isfinite(share) & np.isfinite(base) & member
    columns = np.stack([np.where(good, share, 0), np.where(good, base, 0), good.astype(float)], axis=1)
    return Statistic(columns, lambda sums: balanced(sums[:, 0] / sums[:, 2], sums[:, 1] / sums[:, 2]))


def auc(scores: np.ndarray, positive: np.ndarray) -> Statistic:
    """AUROC = P(score of a positive > score of a negative) + P(equal) / 2; NaN scores do not count."""
    good = np.isfinite(scores)
    # Scores that differ by rounding alone are equal.
    levels, place = np.unique(np.round(np.where(good, scores, 0.0), 9), return_inverse=True)
    m = len(levels)
    values = _beside(_spread(good & positive, place, m), _spread(good & ~positive, place, m))

    def of(sums: np.ndarray) -> np.ndarray:
        yes, no = sums[:, :m], sums[:, m:]
        below = np.cumsum(no, axis=1) - no / 2
        return (yes * below).sum(axis=1) / (yes.sum(axis=1) * no.sum(axis=1))

    return Statistic(values, of)


def mutual_information(clusters: np.ndarray, targets: np.ndarray) -> Statistic:
    """NMI = I / ((H(C) + H(T)) / 2), as in the paper's scores."""
    cells = _Cells(clusters, targets)

    def of(sums: np.ndarray) -> np.ndarray:
        total = sums.sum(axis=1)
        entropy = [_entropy(part, total) for part in (sums, sums @ cells.by_cluster, sums @ cells.by_target)]
        information = entropy[1] + entropy[2] - entropy[0]
        middle = (entropy[1] + entropy[2]) / 2
        return np.where(middle > 0, np.maximum(information, 0) / middle, np.nan)

    return Statistic(cells.values, of)


def rand_index(clusters: np.ndarray, targets: np.ndarray) -> Statistic:
    """ARI = (RI - E[RI]) / (max RI - E[RI]), as in the paper's scores."""
    cells = _Cells(clusters, targets)

    def of(sums: np.ndarray) -> np.ndarray:
        pairs, of_cluster, of_target = (
            (part * (part - 1) / 2).sum(axis=1)
            for part in (sums, sums @ cells.by_cluster, sums @ cells.by_target)
        )
        total = sums.sum(axis=1)
        expected = of_cluster * of_target / (total * (total - 1) / 2)
        most = (of_cluster + of_target) / 2
        return np.where(most > expected, (pairs - expected) / (most - expected), np.nan)

    return Statistic(cells.values, of)


class _Cells:
    """The cells of the cluster x target table that hold clips, one column each."""

    def __init__(self, clusters: np.ndarray, targets: np.ndarray) -> None:
        clusters = np.unique(clusters, return_inverse=True)[1]
        targets = np.unique(targets, return_inverse=True)[1]
        width = int(targets.max(initial=0)) + 1
        found, place = np.unique(clusters * width + targets, return_inverse=True)
        self.values = _spread(np.ones(len(place)), place, len(found))
        self.by_cluster = _spread(np.ones(len(found)), found // width, int(clusters.max(initial=0)) + 1)
        self.by_target = _spread(np.ones(len(found)), found % width, width)


def _entropy(counts: np.ndarray, total: np.ndarray) -> np.ndarray:
    share = counts / total[:, None]
    return -np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0).sum(axis=1)


def _spread(values: np.ndarray, columns: np.ndarray, count: int) -> csr_array:
    """(n, count) sparse: each value in its column."""
    from scipy.sparse import csr_array

    n = len(values)
    return csr_array((np.asarray(values, np.float64), (np.arange(n), columns)), shape=(n, count))


def _beside(*parts: csr_array) -> csr_array:
    from scipy.sparse import hstack

    return hstack(parts, format="csr")


def _group_sums(values: csr_array | np.ndarray, code: np.ndarray, size: int):
    return _spread(np.ones(len(code)), code, size).T.tocsr() @ values


def _columns(values: np.ndarray) -> np.ndarray:
    return values[:, None] if values.ndim == 1 else values
