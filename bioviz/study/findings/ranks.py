"""Mean ranks over datasets, and which contenders they can tell apart (Friedman; Nemenyi, as in Demšar 2006)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.study.scores import Contender, Grid, ranks_within

PERMUTATIONS = 9999
LEVEL = 0.05
FEWEST = 3  # datasets, below which ranks are no more than a list


@dataclass(frozen=True)
class Ranks:
    """Contenders by their mean rank, the best (1) first.

    Attributes
    ----------
    contenders : tuple of Contender
        In that order.
    mean : ndarray, shape (contenders,)
        Mean rank; ties share theirs.
    p : float or None
        Of Friedman's statistic, by dealing out the ranks within datasets anew; None where there is nothing to test.
    critical : float or None
        Difference in mean rank from which on Nemenyi's test tells two apart, at 5 % for all pairs together.
    groups : tuple of (first, last)
        Positions of the longest runs of contenders that the test does not tell apart.
    datasets : tuple of str
        Ranked on, as every contender has a value there.
    left_out : int
        Datasets on which one of them has none.

    """

    contenders: tuple[Contender, ...]
    mean: np.ndarray
    p: float | None
    critical: float | None
    groups: tuple[tuple[int, int], ...]
    datasets: tuple[str, ...]
    left_out: int

    def sentence(self) -> str:
        """Say what the ranks can tell."""
        k, n = len(self.contenders), len(self.datasets)
        if self.p is None or self.critical is None:
            return f"Ranks of {k} models on {n} datasets are a list: a test needs two models and {FEWEST} datasets."
        if self.critical > k - 1:
            return (
                f"Too few datasets: with {n} of them two of {k} models would have to differ by {self.critical:.1f} in "
                f"mean rank, and no two can differ by more than {k - 1}. No model is told from another here."
            )
        if self.p > LEVEL:
            return (
                f"As different as these are ranks that mean nothing (Friedman, p {self.p:.2g}, {n} datasets): no model "
                "is told from another."
            )
        if self.mean[-1] - self.mean[0] < self.critical:
            return (
                f"Models differ (Friedman, p {self.p:.2g}, {n} datasets), but it takes {self.critical:.1f} in mean "
                "rank to tell which (Nemenyi, 5 % for all pairs together), and no two are as far apart."
            )
        return (
            f"Models differ (Friedman, p {self.p:.2g}, {n} datasets). Two whose mean ranks are {self.critical:.1f} or "
            "more apart are told from each other (Nemenyi, 5 % for all pairs together)."
        )


def mean_ranks(table: Grid, seed: int = 0) -> Ranks:
    """Rank the contenders within each dataset, the highest value first."""
    from scipy.stats import studentized_range

    whole = table.complete
    k, n = len(whole.contenders), len(whole.datasets)
    left_out = len(table.datasets) - n
    if not n or not k:
        return Ranks((), np.empty(0), None, None, (), whole.datasets, left_out)
    ranks = ranks_within(whole.values)
    mean = ranks.mean(axis=1)
    order = np.argsort(mean, kind="stable")
    contenders, mean = tuple(whole.contenders[i] for i in order), mean[order]
    if k < 2 or n < FEWEST:
        return Ranks(contenders, mean, None, None, (), whole.datasets, left_out)
    critical = float(
        studentized_range.ppf(1 - LEVEL, k, np.inf) / np.sqrt(2) * np.sqrt(k * (k + 1) / (6 * n))
    )
    p = _friedman_p(ranks, seed)
    apart = critical if p <= LEVEL else np.inf
    return Ranks(contenders, mean, p, critical, _groups(mean, apart), whole.datasets, left_out)


def _friedman_p(ranks: np.ndarray, seed: int) -> float:
    """Return p of the spread of mean ranks (k, n), against ranks dealt out at random in every dataset.

    The distribution of Friedman's statistic is that of chi square with many datasets alone.
    """
    rng = np.random.default_rng(seed)
    spread = np.square(ranks.mean(axis=1) - ranks.mean()).sum()
    dealt = rng.permuted(np.broadcast_to(ranks.T, (PERMUTATIONS, *ranks.T.shape)), axis=2).mean(axis=1)
    null = np.square(dealt - ranks.mean()).sum(axis=1)
    return float((1 + (null >= spread - 1e-9).sum()) / (1 + PERMUTATIONS))


def _groups(mean: np.ndarray, critical: float) -> tuple[tuple[int, int], ...]:
    """Return the longest runs of rising `mean` whose ends are less than `critical` apart, of two or more."""
    groups: list[tuple[int, int]] = []
    for first in range(len(mean)):
        last = int(np.searchsorted(mean, mean[first] + critical, "left")) - 1
        if last > first and (not groups or last > groups[-1][1]):
            groups.append((first, last))
    return tuple(groups)
