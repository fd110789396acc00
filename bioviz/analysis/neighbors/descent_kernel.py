"""Compiled loops of the approximate search. Imported when needed: numba takes a while to load.

Each function works on rows of its own and touches no others', so that threads may share out the rows in any way and the
bytes are the same.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def _replace_farthest(
    near: np.ndarray, keys: np.ndarray, fresh: np.ndarray, row: int, key: np.float32
) -> None:
    """Put a row in the place of the farthest of a heap, which is its first."""
    size = len(keys)
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] > keys[child]:
            child += 1
        if keys[child] <= key:
            break
        keys[place] = keys[child]
        near[place] = near[child]
        fresh[place] = fresh[child]
        place = child
    keys[place] = key
    near[place] = row
    fresh[place] = True


@njit(nogil=True, cache=True)
def scan(
    products: np.ndarray,
    candidates: np.ndarray,
    queries: np.ndarray,
    added: np.ndarray,
    groups: np.ndarray,
    near: np.ndarray,
    keys: np.ndarray,
    fresh: np.ndarray,
) -> None:
    """Keep for each query the nearest candidates of other groups.

    Parameters
    ----------
    products : (q, c) float32
        Of queries and candidates.
    candidates, queries : (c,), (q,) int64
        Their rows.
    added : (n,) float32
        The key of a row is this less twice the product.
    groups : (n,) int64
        A query has no neighbors in its own: each row its own group leaves out itself alone.
    near, keys, fresh : (n, count) int32, float32, bool
        The heaps, of which those of the queries are filled.

    """
    own_added = added[candidates]
    own_groups = groups[candidates]
    for i in range(len(queries)):
        query = queries[i]
        group = groups[query]
        heap, heap_keys, heap_fresh = near[query], keys[query], fresh[query]
        for j in range(len(candidates)):
            key = own_added[j] - np.float32(2) * products[i, j]
            if key < heap_keys[0] and own_groups[j] != group and candidates[j] != query:
                _replace_farthest(heap, heap_keys, heap_fresh, candidates[j], key)


@njit(nogil=True, cache=True, fastmath=True)
def _product(a: np.ndarray, b: np.ndarray) -> np.float32:
    total = np.float32(0)
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@njit(nogil=True, cache=True)
def reversed_lists(
    before: np.ndarray, fresh: np.ndarray, forward: int, backward: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return what each row gives to those that have it as a neighbor: its nearest, and rows to which it is near.

    Returns
    -------
    (n, forward + backward) int32 rows, -1 for none, and bool whether that was not so a round before.

    """
    n = len(before)
    rows = np.full((n, forward + backward), -1, np.int32)
    is_new = np.zeros((n, forward + backward), np.bool_)
    rows[:, :forward] = before[:, :forward]
    is_new[:, :forward] = fresh[:, :forward]
    filled = np.full(n, forward, np.int32)
    for rank in range(forward):
        for row in range(n):
            other = before[row, rank]
            if other >= 0 and filled[other] < forward + backward:
                rows[other, filled[other]] = row
                is_new[other, filled[other]] = fresh[row, rank]
                filled[other] += 1
    return rows, is_new


@njit(nogil=True, cache=True)
def descend(
    x: np.ndarray,
    added: np.ndarray,
    groups: np.ndarray,
    before: np.ndarray,
    was_fresh: np.ndarray,
    given: np.ndarray,
    is_new: np.ndarray,
    near: np.ndarray,
    keys: np.ndarray,
    fresh: np.ndarray,
    first: int,
    last: int,
) -> None:
    """Look at the neighbors of each row's neighbors, for rows from `first` to before `last`.

    Parameters
    ----------
    x, added, groups
        As of `scan`.
    before, was_fresh : (n, count) int32, bool
        Neighbors so far, whose neighbors are looked at, -1 for none; and whether they are since the last round.
    given, is_new : (n, m) int32, bool
        What each of them gives (`reversed_lists`). Old ones of old neighbors have been looked at.
    near, keys, fresh : (n, count)
        Heaps that hold the neighbors so far; changed.

    """
    seen = np.full(len(x), -1, np.int32)
    for row in range(first, last):
        heap, heap_keys, heap_fresh = near[row], keys[row], fresh[row]
        group = groups[row]
        seen[row] = row
        for at in range(before.shape[1]):
            if before[row, at] >= 0:
                seen[before[row, at]] = row
        for at in range(before.shape[1]):
            through = before[row, at]
            if through < 0:
                continue
            every = was_fresh[row, at]
            for place in range(given.shape[1]):
                other = given[through, place]
                if other < 0 or not (every or is_new[through, place]) or seen[other] == row:
                    continue
                seen[other] = row
                if groups[other] == group:
                    continue
                key = added[other] - np.float32(2) * _product(x[row], x[other])
                if key < heap_keys[0]:
                    _replace_farthest(heap, heap_keys, heap_fresh, other, key)  # pyright: ignore[reportArgumentType]
