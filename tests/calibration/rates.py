"""A rate over simulated datasets, and whether it keeps to its aim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, binom

from tests.calibration.registry import Row


@dataclass(frozen=True)
class Rate:
    """Hits over chances, of `datasets` independent datasets that had a chance."""

    hits: float
    of: float
    datasets: int

    @classmethod
    def of_outcomes(cls, outcomes: np.ndarray) -> Rate:
        hits, of = outcomes.sum(axis=0)
        return cls(float(hits), float(of), int((outcomes[:, 1] > 0).sum()))

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else float("nan")

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Clopper-Pearson, datasets being the trials: what is said of one dataset hangs together."""
        n, x = self.datasets, self.value * self.datasets
        if not n:
            return 0.0, 1.0
        tail = (1 - level) / 2
        low = beta.ppf(tail, x, n - x + 1) if x > 0 else 0.0
        high = beta.ppf(1 - tail, x + 1, n - x) if x < n else 1.0
        return float(low), float(high)


def misses_aim(rate: Rate, row: Row, level: float = 0.001) -> bool:
    """The rate is further beyond its aim than chance explains (one-sided binomial, datasets being the trials)."""
    if row.at_most is None:
        return False
    if not rate.datasets:
        return not row.at_most  # what was never tried reaches no aim
    x = rate.value * rate.datasets
    if row.at_most:
        return bool(binom.sf(np.floor(x) - 1, rate.datasets, row.aim) < level)
    return bool(binom.cdf(np.ceil(x), rate.datasets, row.aim) < level)
