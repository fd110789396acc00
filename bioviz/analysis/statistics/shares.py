"""Intervals of shares and rates whose clips come in recordings."""

from __future__ import annotations

import math

import numpy as np

from bioviz.analysis.statistics.auc import Z95

Interval = tuple[float, float]
LEAST_SPREAD = 1.5


def wilson(share: float, n: float, z: float = Z95) -> Interval:
    """Wilson's interval of a share of n independent draws; (0, 1) of none."""
    if n <= 0:
        return 0.0, 1.0
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def independent_draws(groups: np.ndarray) -> float:
    """How many independent draws clips of some groups are worth, if all clips of a group went alike (Kish)."""
    if not len(groups):
        return 0.0
    sizes = np.unique(groups, return_counts=True)[1].astype(np.float64)
    return float(sizes.sum() ** 2 / np.square(sizes).sum())


def clustered_share(hits: np.ndarray, groups: np.ndarray) -> tuple[float | None, float, float]:
    """Share of hits (n,) bool with an interval that counts groups (n,), not clips; None of no clip."""
    if not len(hits):
        return None, 0.0, 1.0
    share = float(np.mean(hits))
    return share, *wilson(share, independent_draws(groups))


def clustered_rate(events: np.ndarray, hours: np.ndarray) -> tuple[float | None, float, float]:
    """Events an hour, with a 95 % interval that knows that events come in bursts.

    Poisson's exact interval, as for as many independent events as these are worth by their spread over the groups
    (Pearson's statistic divided by its degrees of freedom; never below LEAST_SPREAD, as few events tell too little of
    how they come).

    Parameters
    ----------
    events, hours : (groups,)
        Of each group; groups without hours do not count.

    """
    from scipy.stats import chi2

    heard = np.asarray(hours, np.float64) > 0
    events, hours = np.asarray(events, np.float64)[heard], np.asarray(hours, np.float64)[heard]
    total, time = float(events.sum()), float(hours.sum())
    if not time:
        return None, 0.0, math.inf
    rate = total / time
    spread = LEAST_SPREAD
    if total and len(hours) > 1:
        spread = max(
            spread, float((np.square(events - rate * hours) / (rate * hours)).sum() / (len(hours) - 1))
        )
    worth = total / spread
    low = float(chi2.ppf(0.025, 2 * worth)) / 2 if worth else 0.0
    high = float(chi2.ppf(0.975, 2 * worth + 2)) / 2
    return rate, low * spread / time, high * spread / time


def draws_for(share: float, wanted: float, most: int = 100_000) -> int | None:
    """Fewest independent draws with which the lower end of `wilson` reaches `wanted`; None where none do."""
    if share <= wanted:
        return None
    low, high = 1, most
    if wilson(share, high)[0] < wanted:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if wilson(share, middle)[0] >= wanted else (middle + 1, high)
    return low
