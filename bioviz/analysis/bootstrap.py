"""Uncertainty by resampling whole recordings: windows of one recording are not independent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

BATCH_VALUES = 8_000_000


def group_sums(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(G, m) float64: sums of (n, m) `values` over each group, in order of the group's value."""
    code = np.unique(groups, return_inverse=True)[1]
    out = np.zeros((int(code.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(out, code, values)
    return out


def draws(n_groups: int, n_boot: int, seed: int, width: int = 0) -> Iterator[np.ndarray]:
    """Batches (b, G) of how often each group is drawn (with replacement, G draws); n_boot rows in all.

    A batch is small enough to hold `width` (or G) values a row.
    """
    rng = np.random.default_rng(seed)
    batch = max(1, BATCH_VALUES // max(1, n_groups, width))
    for start in range(0, n_boot, batch):
        rows = min(batch, n_boot - start)
        # Counted draws are multinomial, and quicker than a binomial for every group.
        drawn = rng.integers(0, n_groups, (rows, n_groups))
        drawn += np.arange(rows)[:, None] * n_groups
        yield np.bincount(drawn.ravel(), minlength=rows * n_groups).reshape(rows, n_groups)


def resample(
    sums: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray], n_boot: int = 500, seed: int = 0
) -> np.ndarray:
    """(n_boot, ...) values of a statistic that is a function of sums over groups, such as a ratio of means.

    Args:
        sums: (G, m) as from `group_sums`.
        statistic: takes resampled totals (b, m), gives (b, ...).
    """
    return np.concatenate([statistic(weights @ sums) for weights in draws(len(sums), n_boot, seed)])


def interval(samples: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """(low, high) percentiles over the first axis, ignoring NaN; NaN where fewer than half are numbers."""
    tail = (1 - level) / 2 * 100
    enough = np.isfinite(samples).mean(axis=0) >= 0.5
    filled = np.where(enough, samples, 0.0)
    low, high = np.nanpercentile(filled, [tail, 100 - tail], axis=0)
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


def mean_interval(
    values: np.ndarray, members: np.ndarray, groups: np.ndarray, n_boot: int = 500, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean of `values` over the members of each column, with a 95 % interval by resampling groups.

    Args:
        values: (n,) float, NaN left out. members: (n, m) bool. groups: (n,) ints.

    Returns:
        (mean, low, high), each (m,) float64; NaN without members, interval NaN with members in one group only.
    """
    good = np.isfinite(values)
    member = (np.asarray(members, dtype=bool) & good[:, None]).astype(np.float64)
    m = member.shape[1]
    if not len(values):
        empty = np.full(m, np.nan)
        return empty, empty, empty
    sums = group_sums(np.hstack([member * np.where(good, values, 0)[:, None], member]), groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = sums.sum(axis=0)
        mean = total[:m] / total[m:]
        low, high = interval(resample(sums, lambda s: s[:, :m] / s[:, m:], n_boot, seed))
    several = (sums[:, m:] > 0).sum(axis=0) > 1
    return mean, np.where(several, low, np.nan), np.where(several, high, np.nan)
