"""The compiled step of laying out two maps together. Imported when needed: numba takes a while to load."""

from __future__ import annotations

import numba
import numpy as np

from bioviz.analysis.projection.umap_internals import clip, rdist, tau_rand_int


@numba.njit(cache=True, fastmath=True)
def epoch(
    xy: np.ndarray,
    heads: np.ndarray,
    tails: np.ndarray,
    counts: np.ndarray,
    every: np.ndarray,
    due: np.ndarray,
    every_negative: np.ndarray,
    due_negative: np.ndarray,
    ties: np.ndarray,
    curve: np.ndarray,
    strength: float,
    alpha: float,
    number: int,
    state: np.ndarray,
) -> None:
    """One epoch of AlignedUMAP for two maps whose rows are the same clips; changes `xy`, `due...` and `state`.

    Both maps are pulled and pushed as in UMAP, and every clip also towards its place on the other map. Unlike
    umap-learn, which draws it, the map that comes first alternates.

    Parameters
    ----------
    xy : (2, n, 2) float32
        Both maps.
    heads, tails : (E,) int32
        Edges of the left map's graph, then the right one's.
    counts : (2,)
        How many of each.
    every, every_negative : (E,)
        Epochs between two draws of an edge, and of a clip to push away from.
    due, due_negative : (E,) float32
        Epoch of the next draw.
    ties : (n,) float32
        How much each clip is tied to its place on the other map.
    curve : (2,)
        a and b of UMAP's low-dimensional similarity.
    strength
        Of all ties.
    alpha
        Learning rate.
    number
        Of the epoch.
    state : (3,) int64
        Of the random numbers.

    """
    a, b = curve[0], curve[1]
    n = xy.shape[1]
    for i in range(max(counts[0], counts[1])):
        for turn in range(2):
            m = (number + turn) % 2
            edge = i if m == 0 else counts[0] + i
            if i >= counts[m] or due[edge] > number:
                continue
            j, k = heads[edge], tails[edge]
            current, other = xy[m, j], xy[m, k]
            distance = rdist(current, other)
            pull = 0.0
            if distance > 0.0:
                pull = -2.0 * a * b * pow(distance, b - 1.0) / (a * pow(distance, b) + 1.0)
            for d in range(2):
                step = clip(pull * (current[d] - other[d]))
                step -= clip(strength * ties[j] * (current[d] - xy[1 - m, j, d]))
                current[d] += clip(step) * alpha
                step = clip(pull * (other[d] - current[d]))
                step -= clip(strength * ties[k] * (other[d] - xy[1 - m, k, d]))
                other[d] += clip(step) * alpha
            due[edge] += every[edge]

            pushes = int((number - due_negative[edge]) / every_negative[edge])
            for _ in range(pushes):
                k = tau_rand_int(state) % n
                other = xy[m, k]
                distance = rdist(current, other)
                push = 0.0
                if distance > 0.0:
                    push = 2.0 * b / ((0.001 + distance) * (a * pow(distance, b) + 1))
                elif j == k:
                    continue
                for d in range(2):
                    step = clip(push * (current[d] - other[d])) if push > 0.0 else 0.0
                    step -= clip(strength * ties[j] * (current[d] - xy[1 - m, j, d]))
                    current[d] += clip(step) * alpha
            due_negative[edge] += pushes * every_negative[edge]
