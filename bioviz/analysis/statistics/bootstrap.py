"""Uncertainty by resampling whole recordings: windows of one recording are not independent."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

BATCH_VALUES = 8_000_000


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


def interval(samples: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """(low, high) percentiles over the first axis, ignoring NaN; NaN where fewer than half are numbers."""
    tail = (1 - level) / 2 * 100
    enough = np.isfinite(samples).mean(axis=0) >= 0.5
    filled = np.where(enough, samples, 0.0)
    low, high = np.nanpercentile(filled, [tail, 100 - tail], axis=0)
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)
