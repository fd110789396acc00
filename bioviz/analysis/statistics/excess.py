"""How much commoner something is among confused clips than among the other clips of the same label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MIN_UNITS = 8
MIN_CLIPS = 5


@dataclass(frozen=True)
class Excess:
    """Shares of clips that something applies to.

    Attributes
    ----------
    confused
        Share among confused clips.
    others
        What it would be, were it as common as among the clips of the same labels that are not confused.
    least
        How many of several such things a clip must show, to count as one that it applies to.
    difference, low, high
        Of the two, with an interval by units; NaN where there is too little to compare.

    """

    confused: float
    others: float
    difference: float
    low: float
    high: float
    least: int = 1

    @property
    def sure(self) -> bool:
        """Commoner among confused clips than chance explains."""
        return bool(self.low > 0)


def excess(
    applies: np.ndarray, confused: np.ndarray, stratum: np.ndarray, units: np.ndarray, tests: int = 1
) -> Excess:
    """Compare confused clips with the others of their own stratum (label).

    The difference is the slope of `applies` on `confused` with a mean of its own for each stratum; its error is
    robust to clips of one unit hanging together (Liang & Zeger 1986), with a t quantile of the units.

    Parameters
    ----------
    applies, confused : (n,) bool
    stratum : (n,) ints
    units : (n,) ints
        Such as the recording.
    tests
        How many such questions are asked, for an interval that holds for all of them (Bonferroni).

    """
    from scipy.stats import t

    y, x = np.asarray(applies, np.float64), np.asarray(confused, np.float64)
    share = float(y[x > 0].mean()) if (x > 0).any() else np.nan
    code = np.unique(stratum, return_inverse=True)[1]
    size = np.maximum(np.bincount(code), 1)
    x_within = x - (np.bincount(code, x) / size)[code]
    y_within = y - (np.bincount(code, y) / size)[code]
    spread = float(x_within @ x_within)
    known = np.abs(x_within) > 0  # strata with clips of both kinds
    group = np.unique(units, return_inverse=True)[1]
    enough = all(
        (known & side).sum() >= MIN_CLIPS and len(np.unique(group[known & side])) >= MIN_CLIPS
        for side in (x > 0, x == 0)
    )
    n_units = len(np.unique(group[known]))
    if spread <= 0 or not enough or n_units < MIN_UNITS:
        return Excess(share, np.nan, np.nan, np.nan, np.nan)
    slope = float(x_within @ y_within) / spread
    of_unit = np.bincount(group, x_within * (y_within - slope * x_within))
    error = np.sqrt(n_units / (n_units - 1) * float(of_unit @ of_unit)) / spread
    # Where hardly any clip is concerned errors come out too small: one more clip on the other side is within them.
    reach = t.ppf(1 - 0.025 / max(tests, 1), n_units - 1) * max(error, 1 / (x > 0).sum())
    return Excess(share, share - slope, slope, slope - reach, slope + reach)
