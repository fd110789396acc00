"""Does the figure of how well background is told come from between recordings, or is it so within them too?

A score that tells quiet recordings from busy ones has a good AUROC over all clips where calls are in some recordings
and background is in others, though it tells no clip of a recording from the next. Pairs of clips of one unit show it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import codes
from bioviz.analysis.diagnosis.shortcuts.pairs import Pairs

MIN_UNITS = 8
"""Units with clips of both sides that there must be."""
LOWER = 0.05
"""Fall of the AUROC from which it is worth a sentence."""


@dataclass(frozen=True)
class WithinUnits:
    """AUROC of background over pairs of clips of one unit.

    Attributes
    ----------
    auroc, pooled
        Over pairs of one unit, and over all pairs; of the same scores.
    p
        Chance that `auroc` is as far below `pooled` (one-sided t, by units left out); None where it is not by `LOWER`.
    units
        With clips of both sides.
    """

    auroc: float
    pooled: float
    p: float | None
    units: int


def within_units(score: np.ndarray, background: np.ndarray, groups: np.ndarray) -> WithinUnits | None:
    """Compare pairs of clips of one unit with all pairs; None with fewer than `MIN_UNITS` units of both sides.

    Parameters
    ----------
    score : ndarray, shape (n,) or (n, m)
        As of `shortcuts.shortcuts`.
    background : ndarray of bool, shape (n,)
    groups : ndarray of int, shape (n,)
    """
    from scipy.stats import t

    score = np.asarray(score, dtype=np.float64).reshape(len(background), -1)
    good = np.isfinite(score).all(axis=1)
    if not good.any():
        return None
    pairs = Pairs.of(score[good], np.asarray(background, bool)[good], codes(np.asarray(groups)[good]))
    own = pairs.background * pairs.labelled
    units = int((own > 0).sum())
    if units < MIN_UNITS:
        return None
    of_background, of_labelled, wins = pairs.wins_by_unit()
    all_wins, all_pairs = of_background.sum(), float(pairs.background.sum() * pairs.labelled.sum())
    auroc, pooled = float(wins.sum() / own.sum()), float(all_wins / all_pairs)
    less = of_labelled + of_background - wins
    left_pairs = (pairs.background.sum() - pairs.background) * (pairs.labelled.sum() - pairs.labelled)
    with np.errstate(invalid="ignore", divide="ignore"):
        without = (all_wins - less) / left_pairs - (wins.sum() - wins) / (own.sum() - own)
    n = len(without)
    spread = float(np.sqrt((n - 1) / n * np.square(without - without.mean()).sum()))
    fall = pooled - auroc
    if fall < LOWER or not np.isfinite(spread):
        return WithinUnits(auroc, pooled, None, units)
    return WithinUnits(auroc, pooled, float(t.sf(fall / max(spread, 1e-9), units - 1)), units)
