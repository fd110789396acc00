"""Probable nearest neighbors of many rows: those of nearby cells at first, then neighbors of neighbors.

The rows are parted into cells about centres (k-means on a sample); each row looks at the rows of its own cell and of
the nearest others, then a few times at the neighbors of its neighbors, as they were a round before. Nothing depends on
the order in which threads come: the same rows give the same bytes on any number of cores.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from bioviz.analysis.rows import Rows
from bioviz.progress import Progress

T = TypeVar("T")
Given = tuple[np.ndarray, np.ndarray]
"""What each row gives to those that have it as a neighbor, and whether that is new."""

VERSION = 1
"""Raised when other neighbors may be found; part of the key of every graph that is found so."""
PROBED = 12
"""Cells looked at for each: its own and the nearest others."""
MOST_ROUNDS = 6
"""Times at most that neighbors of neighbors are looked at."""
SETTLED = 0.03
"""Share of neighbors that a round changed, below which there is no further one."""
DEPTH, BACKWARD = 24, 24
"""Neighbors that each neighbor gives: its nearest, and rows to which it is one of the nearest."""
LARGEST = 4
"""Times the mean size, above which a cell is cut up: copies of one clip would make it as large as they are many."""
_SAMPLE = 32  # rows a cell by which centres are found
_ITERATIONS = 6
_BLOCK_BYTES = 32 * 2**20  # of products at once, a thread
_ROWS_AT_ONCE = 4096
MAX_WORKERS = 16


class Heap(NamedTuple):
    """The nearest of each row so far, the farthest of them first: (n, count) rows, keys, and whether they are new."""

    near: np.ndarray
    keys: np.ndarray
    fresh: np.ndarray


@dataclass(frozen=True)
class Cells:
    """Rows parted by the centre that is nearest.

    Attributes
    ----------
    members
        Rows of each cell, ascending.
    probed : (cells, PROBED) int64
        The cells that are looked at for each, its own first.

    """

    members: list[np.ndarray]
    probed: np.ndarray


def probable_neighbors(
    rows: Rows, count: int, groupings: Sequence[np.ndarray | None], seed: int, progress: Progress
) -> list[np.ndarray]:
    """For each grouping (n, count) int32 rows that are probably the nearest of other groups; -1 for none.

    Parameters
    ----------
    groupings
        (n,) ints, or None to leave out the row itself alone.

    Raises
    ------
    Cancelled
        Through `progress`.

    """
    n, added = len(rows), rows.squares + rows.penalty
    groups = [
        np.arange(n) if each is None else np.ascontiguousarray(each, dtype=np.int64) for each in groupings
    ]
    heaps = [
        Heap(
            np.full((n, count), -1, np.int32),
            np.full((n, count), np.inf, np.float32),
            np.zeros((n, count), bool),
        )
        for _ in groups
    ]
    steps = len(groups) * MOST_ROUNDS + 2
    with threadpool_limits(1, "blas"):  # a product's last digit would depend on how many threads share it
        progress.report("neighbors", 0, steps, "steps")
        cells = part(rows.x, seed)
        progress.report("neighbors", 1, steps, "steps")
        _look_at_cells(rows, cells, added, groups, heaps)
        for turn in range(MOST_ROUNDS):
            given = None
            for number, (own_groups, heap) in enumerate(zip(groups, heaps, strict=True)):
                progress.report("neighbors", 2 + turn * len(groups) + number, steps, "steps")
                given = _look_at_neighbors(rows.x, added, own_groups, heap, given)
            if max(np.count_nonzero(heap.fresh) for heap in heaps) <= SETTLED * n * count:
                break
    return [heap.near for heap in heaps]


def part(x: np.ndarray, seed: int) -> Cells:
    """Part (n, d) float32 rows into cells of some sqrt(n) / 2 rows."""
    n = len(x)
    count = max(1, min(n, int(2 * np.sqrt(n))))
    rng = np.random.default_rng(seed)
    sample = x[np.sort(rng.choice(n, min(n, count * _SAMPLE), replace=False))]
    centres = sample[np.sort(rng.choice(len(sample), count, replace=False))].copy()
    for _ in range(_ITERATIONS):
        centres = _means(sample, _nearest_centre(sample, centres), centres)
    own = _nearest_centre(x, centres)
    by_cell = np.split(np.argsort(own, kind="stable"), np.searchsorted(np.sort(own), np.arange(1, count)))
    largest = LARGEST * -(-n // count)
    members, of = [], []
    for cell, rows in enumerate(by_cell):
        for piece in np.array_split(rows, -(-len(rows) // largest)) if len(rows) else ():
            members.append(piece)
            of.append(cell)
    middle = centres[of]
    apart = np.einsum("ij,ij->i", middle, middle) - 2 * middle @ middle.T
    apart[np.diag_indices_from(apart)] = -np.inf
    return Cells(members, np.argsort(apart, axis=1, kind="stable")[:, :PROBED])


def _nearest_centre(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    squares = np.einsum("ij,ij->i", centres, centres)

    def of(start: int) -> np.ndarray:
        return (squares - 2 * (x[start : start + _ROWS_AT_ONCE] @ centres.T)).argmin(axis=1)

    return np.concatenate(in_threads(of, range(0, len(x), _ROWS_AT_ONCE)))


def _means(x: np.ndarray, own: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the mean of the rows of each cell; an empty one keeps its centre."""
    from scipy.sparse import csr_array

    size = np.bincount(own, minlength=len(centres))
    hot = csr_array((np.ones(len(own), np.float32), (own, np.arange(len(own)))), shape=(len(centres), len(x)))
    means = (hot @ x) / np.maximum(size, 1)[:, None]
    return np.where(size[:, None] > 0, means, centres).astype(np.float32)


def _look_at_cells(
    rows: Rows,
    cells: Cells,
    added: np.ndarray,
    groups: list[np.ndarray],
    heaps: list[Heap],
) -> None:
    from bioviz.analysis.neighbors.descent_kernel import scan

    def look(cell: int) -> None:
        queries = cells.members[cell]
        candidates = np.sort(np.concatenate([cells.members[other] for other in cells.probed[cell]]))
        theirs = rows.x[candidates].T
        step = max(1, _BLOCK_BYTES // (4 * len(candidates)))
        for start in range(0, len(queries), step):
            own = queries[start : start + step]
            products = rows.x[own] @ theirs
            for own_groups, heap in zip(groups, heaps, strict=True):
                scan(products, candidates, own, added, own_groups, *heap)

    in_threads(look, range(len(cells.members)))


def _look_at_neighbors(
    x: np.ndarray, added: np.ndarray, groups: np.ndarray, heap: Heap, given: Given | None
) -> Given:
    """Look once at the neighbors of all neighbors; return what neighbors give.

    Parameters
    ----------
    given
        By the first of the graphs, which leads the others on: in it neighbors give rows of their own group too.

    """
    from bioviz.analysis.neighbors.descent_kernel import descend, reversed_lists

    before, was_fresh = np.empty_like(heap.near), np.empty_like(heap.fresh)

    def sort(start: int) -> None:
        some = slice(start, start + _ROWS_AT_ONCE)
        order = np.argsort(heap.keys[some], axis=1, kind="stable")
        before[some] = np.take_along_axis(heap.near[some], order, axis=1)
        was_fresh[some] = np.take_along_axis(heap.fresh[some], order, axis=1)

    in_threads(sort, range(0, len(x), _ROWS_AT_ONCE))
    rows, is_new = reversed_lists(before, was_fresh, min(DEPTH, before.shape[1]), BACKWARD)
    first = rows, is_new
    if given is not None:
        rows, is_new = np.hstack([rows, given[0]]), np.hstack([is_new, given[1]])
    heap.fresh[:] = False

    def look(start: int) -> None:
        stop = min(start + step, len(x))
        descend(x, added, groups, before, was_fresh, rows, is_new, *heap, start, stop)

    step = max(_ROWS_AT_ONCE, -(-len(x) // 64))
    in_threads(look, range(0, len(x), step))
    return given or first


def in_threads(work: Callable[[int], T], numbers: Iterable[int]) -> list[T]:
    """Return what `work` gives for each number, done by as many threads as there are cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ThreadPoolExecutor(min(cores, MAX_WORKERS), thread_name_prefix="neighbors") as threads:
        return list(threads.map(work, numbers))
