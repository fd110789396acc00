"""Clips to label by ear without knowing what the model thinks of them, spread over all that it thinks."""

from __future__ import annotations

import itertools

import numpy as np

EDGES = (0.0, 0.5, 0.8, 0.95, 0.99, 1.0)
"""Ranks of the scores between which equally many clips are drawn: most of what decides a threshold lies at the top."""


def blind_sample(scores: np.ndarray, groups: np.ndarray, size: int, seed: int = 0) -> np.ndarray:
    """Draw clips from strata of the score, of as many units as there are, in an order that tells nothing.

    Parameters
    ----------
    scores : (n,) float
        NaN is left out.
    groups : (n,) int
        Units of independence.
    size
        Clips wanted; fewer where there are fewer.

    Returns
    -------
    (m,) int64 positions, shuffled.

    """
    rng = np.random.default_rng(seed)
    known = np.flatnonzero(np.isfinite(scores))
    order = known[np.argsort(scores[known], kind="stable")]
    edges = np.round(np.array(EDGES) * len(order)).astype(int)
    strata = [order[a:b] for a, b in itertools.pairwise(edges.tolist()) if b > a]
    queues = [_one_of_each_unit_first(rng.permutation(stratum), groups) for stratum in strata]
    drawn: list[int] = []
    for turn in range(max((len(queue) for queue in queues), default=0)):
        for queue in reversed(queues):  # of what is not shared out evenly the top gets more
            if turn < len(queue) and len(drawn) < size:
                drawn.append(int(queue[turn]))
    return rng.permutation(np.array(drawn, dtype=np.int64))


def _one_of_each_unit_first(places: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the places so that the first clip of each unit comes before the second of any."""
    turn = np.zeros(len(places), dtype=np.int64)
    seen: dict[int, int] = {}
    for i, group in enumerate(groups[places].tolist()):
        turn[i] = seen.get(group, 0)
        seen[group] = turn[i] + 1
    return places[np.argsort(turn, kind="stable")]
