"""A matched filter for the traces of a call: what of a label is in a clip that background mostly fills.

The linear probe is fitted to tell labels apart where they are clear. A drowned call is background with a little of the
label added, so the best linear detector weighs each direction by how little background varies along it:
w = S^-1 (m_label - m_background), S the covariance of background (shrunk, Ledoit & Wolf 2004).
"""

from __future__ import annotations

import numpy as np

from bioviz.analysis.rows import blocks, finite_rows
from bioviz.analysis.scores.probe import Standardised

MIN_BACKGROUND, MIN_CLIPS = 20, 3
MAX_BACKGROUND = 5000
"""Background clips that the covariance is taken from; more make it no better to speak of."""


def matched_filter_scores(
    x: np.ndarray, members: np.ndarray, clear: np.ndarray, fold: np.ndarray, seed: int = 0
) -> np.ndarray:
    """Out-of-fold scores of a matched filter for each label.

    Parameters
    ----------
    x : ndarray, shape (n, d)
        Embedding; rows with NaN are left out.
    members : ndarray of bool, shape (n, T)
        Targets of each clip, background first.
    clear : ndarray of bool, shape (n,)
        Clips that a label's mean is taken from, where there are three or more of the label.
    fold : ndarray of int, shape (n,)
    seed : int
        Of the background that is drawn where there is very much.

    Returns
    -------
    ndarray, shape (n, T)
        NaN for background's own column, for rows with NaN, and where a fold leaves too little to learn from.
    """
    from sklearn.covariance import ledoit_wolf
    from threadpoolctl import threadpool_limits

    out = np.full(members.shape, np.nan)
    good = finite_rows(x)
    n_folds = int(fold.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    with threadpool_limits(1, "blas"):
        for each in range(n_folds if n_folds > 1 else 0):
            training, tested = good & (fold != each), np.flatnonzero(good & (fold == each))
            background = np.flatnonzero(training & members[:, 0])
            if len(background) < MIN_BACKGROUND or not len(tested):
                continue
            if len(background) > MAX_BACKGROUND:
                background = np.sort(rng.choice(background, MAX_BACKGROUND, replace=False))
            spread = Standardised(x, np.flatnonzero(training)).spread
            drawn = x[background].astype(np.float64)
            middle = drawn.mean(axis=0)
            covariance = ledoit_wolf((drawn - middle) / spread)[0]
            covariance[np.diag_indices_from(covariance)] += 1e-9
            labels, shifts = _shifts(x, training & ~members[:, 0], members, clear, middle)
            if len(labels):
                weights = np.linalg.solve(covariance, (shifts / spread).T)
                for start, stop in blocks(len(tested), 8 * x.shape[1]):
                    own = tested[start:stop]
                    out[np.ix_(own, labels)] = (x[own] - middle) / spread @ weights
    return out


def _shifts(
    x: np.ndarray, training: np.ndarray, members: np.ndarray, clear: np.ndarray, middle: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(targets (m,) with enough clips, (m, d) their means from `middle`)."""
    labels, shifts = [], []
    for target in range(1, members.shape[1]):
        own = training & members[:, target]
        sure = own & clear
        rows = sure if sure.sum() >= MIN_CLIPS else own
        if rows.sum() >= MIN_CLIPS:
            labels.append(target)
            shifts.append(x[rows].mean(axis=0, dtype=np.float64) - middle)
    return np.array(labels, dtype=np.int64), np.array(shifts).reshape(len(labels), x.shape[1])
