"""Which rows may be among the nearest of some queries, by products of all pairs (`models.pair_search` on a GPU)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from bioviz.analysis.neighbors.cells import in_threads
from bioviz.analysis.rows import BLOCK_BYTES, Rows

_ORDERED_AT_ONCE = 2048  # rows of an approximate graph


class Grouping(NamedTuple):
    """Groups whose rows are left out of the neighbors of a query of the same group.

    Attributes
    ----------
    groups : (n,) ints
        None leaves out the query alone.
    second : (n,) ints
        A further group of `groups` that each row, as a query, has no neighbors in; None for none.

    """

    groups: np.ndarray | None = None
    second: np.ndarray | None = None


class Search(Protocol):
    """Finds candidates by blocks of queries.

    Attributes
    ----------
    block_bytes
        That the keys of one block may take.

    """

    @property
    def block_bytes(self) -> int: ...

    def candidates(
        self, queries: np.ndarray, groupings: Sequence[Grouping], n: int, count: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """For each grouping in turn ((q, count) int64 rows, (q, count) bool which of them are left out).

        Parameters
        ----------
        queries : (q,)
            Rows.
        groupings
            Each leaves out what those before it do, too.
        n
            The first n rows are candidates.
        count
            How many, at most n.

        """
        ...


class NumpySearch:
    """All pairs on the processor."""

    block_bytes = BLOCK_BYTES

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def candidates(
        self, queries: np.ndarray, groupings: Sequence[Grouping], n: int, count: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        keys = self._rows.keys(queries)
        keys[self._rows.penalty[queries] > 0] = np.arange(keys.shape[1])  # as far from all: the first ones
        keys[np.arange(len(queries)), queries] = np.inf
        keys = keys[:, :n]
        for grouping in groupings:
            if grouping.groups is not None:
                keys[grouping.groups[queries, None] == grouping.groups[None, :n]] = np.inf
                if grouping.second is not None:
                    keys[grouping.second[queries, None] == grouping.groups[None, :n]] = np.inf
            if count < n:
                chosen = np.argpartition(keys, count - 1, axis=1)[:, :count]
            else:
                chosen = np.tile(np.arange(n), (len(queries), 1))
            yield chosen, np.isinf(np.take_along_axis(keys, chosen, axis=1))


def nearest_of(
    rows: Rows, queries: np.ndarray, chosen: np.ndarray, left_out: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the k nearest of the `chosen` by exact distance, ties by row; -1 and infinity where none is left."""
    order = np.argsort(chosen, axis=1)
    chosen, left_out = np.take_along_axis(chosen, order, 1), np.take_along_axis(left_out, order, 1)
    distances = rows.distances(queries, chosen)
    distances[left_out] = np.inf
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    distances = np.take_along_axis(distances, order, 1)
    chosen = np.where(np.isinf(distances), -1, np.take_along_axis(chosen, order, 1))
    short = k - chosen.shape[1]
    if short > 0:
        chosen = np.pad(chosen, ((0, 0), (0, short)), constant_values=-1)
        distances = np.pad(distances, ((0, 0), (0, short)), constant_values=np.inf)
    return chosen, distances


def ordered(rows: Rows, candidates: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """((n, k) int32 nearest of each row's `candidates` (n, c), their distances); see `nearest_of`."""
    n = len(rows)
    indices, distances = np.empty((n, k), dtype=np.int32), np.empty((n, k), dtype=np.float32)

    def order(start: int) -> None:
        some = np.arange(start, min(n, start + _ORDERED_AT_ONCE))
        chosen = candidates[some]
        indices[some], distances[some] = nearest_of(rows, some, np.maximum(chosen, 0), chosen < 0, k)

    in_threads(order, range(0, n, _ORDERED_AT_ONCE))
    return indices, distances
