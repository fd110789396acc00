"""The compiled steps of the parallel UMAP, each over a range of rows. Imported when needed: numba loads slowly.

They let go of Python's lock, so that threads run them beside each other (`row_threads`).
"""

from __future__ import annotations

import numba
import numpy as np

MANTISSA_BITS = 8
"""Of a float32's 23 the ones by which a coefficient is looked up: within 0.4 % of its value. The part of a table that
is read over and over then fits into the processor's nearest memory."""
SHIFT = 23 - MANTISSA_BITS
_LEAST, _MOST = np.float32(1e-8), np.float32(1e6)  # squared distances between which coefficients are tabled
HALVES = (3, 2)
"""Clips that push for each one that pulls, in the two halves of an epoch. umap-learn pulls both ends of an edge when it
comes to one of them, so twice an epoch; here an end is pulled once in each half, by where the other is by then."""
NEARER = np.float32(0.15)
"""Share of their distance that a pull moves a point at most. Both ends move at once, by where the other was before:
free to swing past each other they keep fewer neighbors. Late epochs, whose steps are small, never reach it."""
CLIP = np.float32(4)
"""A force is that strong at most, in either direction; as umap-learn's."""
_SEARCH_STEPS = 64
_SEARCH_TOLERANCE = 1e-5
_LEAST_WIDTH = 1e-3  # of the mean distance


def tables(a: float, b: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Coefficients of UMAP's gradient by squared distance, since `pow` is what the time would go into.

    Parameters
    ----------
    a, b : float
        Of the similarity 1 / (1 + a d^2b) of two places at the distance d.

    Returns
    -------
    pull, push : (t,) float32
        What the difference of two places is multiplied by.
    first : int
        Of a squared distance the first bits, as a whole number, that stand at place 0.
    """
    first, last = (int(each.view(np.int32)) >> SHIFT for each in (_LEAST, _MOST))
    bits = (np.arange(first, last + 1, dtype=np.int64) << SHIFT) + (1 << (SHIFT - 1))
    squared = bits.astype(np.int32).view(np.float32).astype(np.float64)
    pull = -2 * a * b * squared ** (b - 1) / (a * squared**b + 1)
    push = 2 * b / ((0.001 + squared) * (a * squared**b + 1))
    return pull.astype(np.float32), push.astype(np.float32), first


@numba.njit(cache=True, inline="always")
def _counted(seed: int, epoch: int, edge: int) -> np.uint64:
    """Return a random uint64 that depends on these three alone, and on no other draw (mixed as in xxHash)."""
    x = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(epoch) * np.uint64(0xC2B2AE3D27D4EB4F)
    x ^= np.uint64(edge) * np.uint64(0x165667B19E3779F9)
    x ^= x >> np.uint64(32)
    x *= np.uint64(0xD6E8FEB86659FD93)
    x ^= x >> np.uint64(32)
    x *= np.uint64(0xD6E8FEB86659FD93)
    return x ^ (x >> np.uint64(32))


@numba.njit(cache=True, inline="always")
def _clip(value: np.float32) -> np.float32 | float:
    return min(CLIP, max(-CLIP, value))


@numba.njit(cache=True, inline="always", fastmath=True)
def _place(dx: np.float32, dy: np.float32, first: int, last: int) -> np.integer | int:
    """Return where the coefficient of two places that far apart stands in `tables`."""
    return min(last, max(0, (np.float32(dx * dx + dy * dy).view(np.int32) >> SHIFT) - first))


@numba.njit(cache=True, inline="always")
def _next(random: np.uint64) -> np.uint64:
    """Return the next of a row of random numbers (Knuth's linear congruential generator)."""
    return random * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)


@numba.njit(cache=True, inline="always")
def _below(random: np.uint64, n: int) -> np.int64:
    """Return a random number from 0 to n - 1, from the upper half of the bits."""
    return np.int64(((random >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))


@numba.njit(cache=True, nogil=True, fastmath=True)
def epoch(
    start: int,
    stop: int,
    before: np.ndarray,
    after: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    every: np.ndarray,
    due: np.ndarray,
    ties: np.ndarray,
    pull: np.ndarray,
    push: np.ndarray,
    first: int,
    alpha: float | np.float32,
    number: int,
    half: int,
    pushes: int,
    seed: int,
) -> None:
    """Half an epoch of the points `start` to `stop`, each moving by where the others were; fills in `after`.

    No two threads write one place and every random number is counted, so neither threads nor ranges decide anything.
    What pulls and pushes a point because of one edge is read at one place of it: the processor need not wait for one
    force before it looks up the next, which halves the time.

    Two maps of the same clips are tied: as in AlignedUMAP a point is drawn to its place on the other map whenever it
    moves, once for each pull and each push.

    Parameters
    ----------
    before, after : (n, 2) float32
        One map; or two of n / 2 clips each, one below the other.
    indptr, indices
        The graph's rows, as scipy's CSR matrices have them.
    every, due : (E,) float32
        Epochs between two draws of an edge, and the epoch of its next one, which the second half moves on.
    ties : (n / 2,) float32
        How much each clip is drawn to its place on the other map; empty where there is one map alone.
    pull, push, first
        As `tables` returns them.
    alpha : float32
        Learning rate, above 0.
    number : int
        Of the epoch.
    half, pushes : int
        0 or 1, and of `HALVES` the one.
    """
    tied, last = len(ties) > 0, pull.shape[0] - 1
    most = -NEARER / alpha
    n = before.shape[0] // 2 if tied else before.shape[0]
    for i in range(start, stop):
        own_map = i - i % n
        x, y = before[i, 0], before[i, 1]
        for edge in range(indptr[i], indptr[i + 1]):
            if due[edge] > number:
                continue
            if half == 1:
                due[edge] += every[edge]
            j = indices[edge]
            dx, dy = x - before[j, 0], y - before[j, 1]
            at = _place(dx, dy, first, last)
            pulled = max(pull[at], most)
            step_x, step_y = _clip(pulled * dx), _clip(pulled * dy)
            random = _counted(seed, 2 * number + half, edge)
            for _ in range(pushes):
                random = _next(random)
                k = own_map + _below(random, n)
                dx, dy = x - before[k, 0], y - before[k, 1]
                at = _place(dx, dy, first, last)
                step_x += _clip(push[at] * dx)
                step_y += _clip(push[at] * dy)
            if tied:
                clip = i - own_map
                other = clip + n - own_map
                moves = np.float32(1 + pushes)
                step_x -= moves * _clip(ties[clip] * (x - before[other, 0]))
                step_y -= moves * _clip(ties[clip] * (y - before[other, 1]))
            x += alpha * step_x
            y += alpha * step_y
        after[i, 0], after[i, 1] = x, y


@numba.njit(cache=True, nogil=True)
def memberships(
    start: int, stop: int, distances: np.ndarray, mean_of_all: float, strengths: np.ndarray
) -> None:
    """Fill in how much a neighbor belongs to a clip by UMAP: exp(-(d - nearest) / width), log2 of their number in sum.

    Parameters
    ----------
    start, stop
        The clips that are filled in.
    distances : (n, m) float32
        Ascending, the clip itself (0) first.
    mean_of_all
        Of all distances.
    strengths : (n, m) float32
        Filled in, from 0 to 1; 0 for the clip itself.

    References
    ----------
    McInnes, Healy & Melville (2018), UMAP, algorithm 3, with local connectivity 1; equal to umap-learn's.
    """
    m = distances.shape[1]
    target = np.log2(m)
    for i in range(start, stop):
        nearest, total = 0.0, 0.0
        for j in range(m):
            total += distances[i, j]
            if nearest == 0.0 and distances[i, j] > 0:
                nearest = distances[i, j]
        low, high, width = 0.0, np.inf, 1.0
        for _ in range(_SEARCH_STEPS):
            summed = 0.0
            for j in range(1, m):
                beyond = distances[i, j] - nearest
                summed += np.exp(-beyond / width) if beyond > 0 else 1.0
            if abs(summed - target) < _SEARCH_TOLERANCE:
                break
            if summed > target:
                high = width
                width = (low + high) / 2
            else:
                low = width
                width = width * 2 if high == np.inf else (low + high) / 2
        width = max(width, _LEAST_WIDTH * (total / m if nearest > 0 else mean_of_all))
        strengths[i, 0] = 0.0
        for j in range(1, m):
            beyond = distances[i, j] - nearest
            strengths[i, j] = np.exp(-beyond / width) if beyond > 0 and width > 0 else 1.0
