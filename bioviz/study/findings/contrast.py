"""Two groups of contenders compared on the datasets that both have: the dataset is the unit."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.statistics.bootstrap import draws, interval
from bioviz.study.scores import Contender, Grid

EXACT = 5  # datasets up to which all samples are gone through
EXACT_FLIPS = 14  # and all signs
FEWEST = 3  # datasets, below which there is no interval
DRAWS = 20_000


@dataclass(frozen=True)
class Contrast:
    """Mean difference over datasets.

    Attributes
    ----------
    effect : float or None
        Of the means of both groups; None where no dataset has both.
    low, high : float or None
        95 % interval by drawing datasets anew (percentiles); None of fewer than `FEWEST` datasets.
    p : float or None
        Two-sided, by flipping the signs of whole datasets; None of none.
    least_p : float or None
        The smallest that so many datasets can give.
    datasets : tuple of str
        Their names.
    differences : tuple of float
        Of each.

    """

    effect: float | None
    low: float | None
    high: float | None
    p: float | None
    least_p: float | None
    datasets: tuple[str, ...] = ()
    differences: tuple[float, ...] = ()

    @property
    def all_one_way(self) -> bool:
        """Whether all datasets, three or more, differ to the same side."""
        signs = np.sign(self.differences)
        return len(signs) >= FEWEST and abs(signs.sum()) == len(signs)


def differences(
    table: Grid,
    first: Collection[Contender],
    second: Collection[Contender],
    datasets: Collection[str] | None = None,
) -> tuple[list[str], np.ndarray]:
    """Return the mean of `first` less the mean of `second` on each dataset that has a value of all of them.

    Parameters
    ----------
    table : Grid
    first, second : collection of Contender
        Those that the table lacks do not count.
    datasets : collection of str or None
        Which count; all if None.

    Returns
    -------
    names : list of str
    differences : ndarray, shape (names,)
        Empty where one of the groups is.

    """
    rows = [[i for i, each in enumerate(table.contenders) if each in group] for group in (first, second)]
    if not all(rows):
        return [], np.empty(0)
    columns = [
        j
        for j, name in enumerate(table.datasets)
        if (datasets is None or name in datasets) and np.isfinite(table.values[rows[0] + rows[1], j]).all()
    ]
    left, right = (table.values[np.ix_(group, columns)].mean(axis=0) for group in rows)
    return [table.datasets[j] for j in columns], left - right


def of_differences(differences: np.ndarray, datasets: tuple[str, ...], seed: int = 0) -> Contrast:
    """Return the contrast of the differences (n,) of n datasets.

    Up to five datasets all n^n samples are drawn, up to fourteen all 2^n signs flipped; beyond, `DRAWS` of them from
    the seed.
    """
    x = np.asarray(differences, dtype=np.float64)
    n = len(x)
    if not n:
        return Contrast(None, None, None, None, None)
    low = high = None
    if n >= FEWEST:
        ends = interval(_bootstrap(x, seed)[:, None])
        low, high = (float(end[0]) for end in ends)
    flips = _signs(n, seed) @ x / n
    p = float((np.abs(flips) >= abs(x.mean()) - 1e-12).mean())
    least = max(2.0**-n * 2, 1 / len(flips)) if n <= EXACT_FLIPS else 1 / (DRAWS + 1)
    return Contrast(float(x.mean()), low, high, p, float(least), datasets, tuple(x.tolist()))


def _bootstrap(x: np.ndarray, seed: int) -> np.ndarray:
    """Return the means (samples,) of datasets drawn with replacement."""
    n = len(x)
    if n <= EXACT:
        return x[np.array(list(itertools.product(range(n), repeat=n)))].mean(axis=1)
    return np.concatenate([counts @ x / n for counts in draws(n, DRAWS, seed)])


def _signs(n: int, seed: int) -> np.ndarray:
    """(flips, n) of 1 and -1, the data's own among them."""
    if n <= EXACT_FLIPS:
        return np.array(list(itertools.product((1.0, -1.0), repeat=n)))
    drawn = np.random.default_rng(seed).choice((1.0, -1.0), (DRAWS, n))
    return np.vstack([np.ones(n), drawn])
