"""Which rows may be among the nearest of some queries, by products of all pairs (`models.pair_search` on a GPU)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from bioviz.analysis.rows import BLOCK_BYTES, Rows


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


def descended(rows: Rows, count: int, seed: int) -> np.ndarray:
    """(n, count + 1) int64 rows that are probably the nearest of each, itself among them; -1 for none (pynndescent)."""
    from pynndescent import NNDescent

    index = NNDescent(rows.x, metric="euclidean", n_neighbors=count + 1, random_state=seed, low_memory=True)
    found_neighbors = index.neighbor_graph
    assert found_neighbors is not None  # None only of an index that has been compressed
    return np.asarray(found_neighbors[0], dtype=np.int64)
