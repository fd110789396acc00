"""How much a clip sounds like a call, compared with the rest of its own recording."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.codes import codes
from bioviz.analysis.folds import folds
from bioviz.analysis.probe import probe_scores_of
from bioviz.analysis.rows import finite_rows

LONG = 8
"""Clips of a recording (median) from which on its own middle can be taken from its clips."""
FOLDS, REPEATS = 5, 5
MANY = 10_000
"""Clips above which folds are made once: the choice of the folds matters less by then."""


def call_scores(x: np.ndarray, labelled: np.ndarray, recording: np.ndarray, seed: int = 0) -> np.ndarray:
    """(n,) float64 score of a linear probe for "carries a label", whole recordings held out; NaN if undefined.

    The mean over several ways to make the folds: with few recordings one way is much of the result.

    Where recordings are cut into many clips the probe sees what differs from the recording's median: what a recorder
    and a place sound like all along cannot make every clip of a recording look like a call, or none.

    Args:
        x: (n, d) embedding, NaN rows for clips without one. labelled: (n,) bool. recording: (n,) ints.
    """
    code = codes(recording)
    own = np.array(x, dtype=np.float32)
    good = finite_rows(own)
    clips = np.bincount(code[good], minlength=1)
    if np.median(clips[clips > 0]) >= LONG if clips.any() else False:
        order = np.flatnonzero(good)[np.argsort(code[good], kind="stable")]
        for rows in np.split(order, np.cumsum(clips[clips > 0])[:-1]):
            own[rows] -= np.median(own[rows], axis=0)
    labelled = np.asarray(labelled, bool)
    repeats = REPEATS if len(own) <= MANY else 1
    foldings = [folds(labelled.astype(np.int64), FOLDS, seed + i, code) for i in range(repeats)]
    scores = probe_scores_of(own, labelled[:, None], foldings)
    return np.mean([each[:, 0] for each in scores], axis=0, dtype=np.float64)
