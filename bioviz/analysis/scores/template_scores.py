"""How much a clip sounds like annotated calls, by templates of them, and how often chance brings as much.

Beside every template stands the same call played backwards, its decoy: in a sound that has nothing to do with the call
the one is found as well as the other. What is found better than decoys are is more than chance (target and decoy:
Elias & Gygi 2007).
"""

from __future__ import annotations

import numpy as np

_TAIL, _FINER = 10, 5
"""Decoys that the tail is read off; how much finer than a count it tells."""


def template_scores(alike: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Put labels together.

    Parameters
    ----------
    alike : ndarray, shape (n, L, 2)
        Resemblance to the calls of each label, and to its decoys; NaN unknown.
    background : ndarray of bool, shape (n,)

    Returns
    -------
    ndarray, shape (n, 2)
        Score and decoy's score: the highest of any label, in units of how decoys vary among background.
    """
    alike = np.asarray(alike, dtype=np.float64)
    out = np.full((len(alike), 2), np.nan)
    for label in range(alike.shape[1]):
        null = alike[background, label, 1]
        null = null[np.isfinite(null)]
        if not len(null):
            continue
        low, middle, high = np.quantile(null, (0.25, 0.5, 0.75))
        spread = high - low if high > low else 1.0
        out = np.fmax(out, (alike[:, label] - middle) / spread)
    return out


def decoy_p(scores: np.ndarray) -> np.ndarray:
    """How often chance brings such scores.

    By the share of decoys that score as high. Above nearly all of them it is read off a Pareto tail (Hill 1975), down
    to a `_FINER`th of what a count could tell: scores are bounded, so that a tail of powers is rather too long than
    too short.

    Parameters
    ----------
    scores : ndarray, shape (m, 2)
        Scores and decoys' scores of the clips asked about.

    Returns
    -------
    ndarray, shape (m,)
        1 where unknown.
    """
    known = np.isfinite(scores).all(axis=1)
    p = np.ones(len(scores))
    own, decoys = scores[known, 0], np.sort(scores[known, 1])
    n = len(decoys)
    counted = (1 + n - np.searchsorted(decoys, own, "left")) / (1 + n)
    if n >= 2 * _TAIL and decoys[-_TAIL] > 0:
        start = decoys[-_TAIL]
        slope = np.log(decoys[-_TAIL:] / start).sum() / (_TAIL - 1) * (1 + 2 / np.sqrt(_TAIL))
        far = own > start
        tail = _TAIL / n * (own[far] / start) ** (-1 / max(slope, 1e-6))
        counted[far] = np.minimum(counted[far], np.maximum(tail, 1 / (_FINER * (1 + n))))
    p[known] = counted
    return p
