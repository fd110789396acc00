"""Ranges of rows on all cores: threads share them out, and what comes out is the same on any number of threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

_LEAST = 256  # rows of a range; below, waking a thread takes longer than they do
_RANGES = 8  # for each thread, so that one that was held up leaves the rest to the others

Rows = Callable[..., object]
"""A function whose first two arguments are the first row and the one after the last."""


def threads_here() -> int:
    """How many threads compute: as many as numba may use (all cores, or NUMBA_NUM_THREADS)."""
    import numba

    return numba.get_num_threads()


@contextmanager
def over_rows(n: int) -> Iterator[Callable[..., None]]:
    """Yield what calls a function that lets go of Python's lock for all of n rows, and waits until it is done.

    Threads of our own instead of numba's: these sleep while they have nothing to do, where numba's keep a core busy,
    and any number of maps may be computed at once in one process.
    """
    threads = threads_here()
    count = min(_RANGES * threads if threads > 1 else 1, max(1, n // _LEAST))
    edges = np.linspace(0, n, count + 1).astype(int).tolist()
    ranges = list(pairwise(edges))
    helpers = min(threads, count) - 1

    with ThreadPoolExecutor(max(1, helpers), thread_name_prefix="rows") as pool:

        def call(function: Rows, *arguments: Any) -> None:
            left = iter(ranges)  # shared: each range is taken by one thread

            def work() -> None:
                for start, stop in left:
                    function(start, stop, *arguments)

            helping = [pool.submit(work) for _ in range(helpers)]
            work()
            for each in helping:
                each.result()

        yield call


def in_order(function: Callable[[slice], T], n: int, step: int) -> Iterator[T]:
    """Yield what a function returns of each `step` rows of n, the first ones first, computed by all threads."""
    threads = threads_here()
    parts = [slice(first, min(n, first + step)) for first in range(0, n, step)]
    with ThreadPoolExecutor(threads, thread_name_prefix="rows") as pool:
        for first in range(0, len(parts), threads):  # no more results at once than there are threads
            yield from pool.map(function, parts[first : first + threads])
