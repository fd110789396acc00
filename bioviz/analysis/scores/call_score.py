"""How much a clip sounds like a call, compared with the rest of its own file."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.codes import codes
from bioviz.analysis.rows import finite_rows
from bioviz.analysis.scores.probe import probe_scores_of
from bioviz.analysis.statistics.folds import folds

LONG = 8
"""Clips of a file (median) from which on its own middle can be taken from its clips."""
FOLDS, REPEATS = 5, 5
MANY = 10_000
"""Clips above which folds are made once: the choice of the folds matters less by then."""


def call_scores(
    x: np.ndarray, labelled: np.ndarray, units: np.ndarray, file: np.ndarray | None = None, seed: int = 0
) -> np.ndarray:
    """(n,) float64 score of a linear probe for "carries a label", whole units held out; NaN if undefined.

    The mean over several ways to make the folds: with few recordings one way is much of the result.

    Where files are cut into many clips the probe sees what differs from the file's median: what a recorder, a place
    and an hour sound like all along cannot make every clip of a file look like a call, or none. Files of one unit
    (an evening, a site) differ in that too; files too short for a median of their own are taken by unit.

    Parameters
    ----------
    x : (n, d)
        Embedding, NaN rows for clips without one.
    labelled : (n,) bool
    units : (n,) ints
        Of independence.
    file : (n,) ints
        The unit where none is given.

    """
    code = codes(units)
    own = _centred(np.array(x, dtype=np.float32), (code if file is None else codes(file), code))
    labelled = np.asarray(labelled, bool)
    repeats = REPEATS if len(own) <= MANY else 1
    foldings = [folds(labelled.astype(np.int64), FOLDS, seed + i, code) for i in range(repeats)]
    scores = probe_scores_of(own, labelled[:, None], foldings)
    return np.stack([each[:, 0] for each in scores]).mean(axis=0, dtype=np.float64)


def _centred(x: np.ndarray, groupings: tuple[np.ndarray, ...]) -> np.ndarray:
    """(n, d) without the median of each group, by the first of the groupings whose groups hold `LONG` clips."""
    good = finite_rows(x)
    for code in groupings:
        clips = np.bincount(code[good], minlength=1)
        clips = clips[clips > 0]
        if len(clips) and np.median(clips) >= LONG:
            order = np.flatnonzero(good)[np.argsort(code[good], kind="stable")]
            for rows in np.split(order, np.cumsum(clips)[:-1]):
                x[rows] -= np.median(x[rows], axis=0)
            break
    return x
