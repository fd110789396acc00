"""Run producers in threads ahead of one consumer, holding a bounded amount of what they made."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What producers make: `nbytes` counts against the bound."""

    @property
    def nbytes(self) -> int: ...


Unit = TypeVar("Unit")
Item = TypeVar("Item", bound=Sized)


class Prefetcher(Generic[Unit, Item]):
    """Iterate over what `produce(unit)` yields for every unit, made by threads ahead of the loop.

    Items of one unit come in order; units overlap. An error in a thread is raised in the loop. Use it as a
    context manager: leaving it stops the threads. Several threads may iterate: each item goes to one of them.

    Parameters
    ----------
    units
        Taken one at a time, from any thread but never two at once.
    produce
        Yields items of a unit.
    threads
        How many.
    limit_bytes
        Producers pause when about this much waits for the loop.
    alternate
        Where the loop computes on the very cores that the threads need, let the two take turns: the threads
        fill the buffer, then rest until it is empty. Sharing the cores at the same time costs more, because
        a parallel computation waits for its slowest, interrupted core.

    """

    def __init__(
        self,
        units: Iterable[Unit],
        produce: Callable[[Unit], Iterator[Item]],
        *,
        threads: int,
        limit_bytes: int,
        alternate: bool,
    ) -> None:
        self._units = iter(units)
        self._produce = produce
        self._limit = limit_bytes
        self._alternate = alternate
        self._source = threading.Lock()
        self._changed = threading.Condition()
        self._items: deque[Item] = deque()
        self._held = 0
        self._filling = True
        self._stopped = False
        self._error: BaseException | None = None
        self._running = threads
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def __enter__(self) -> Prefetcher[Unit, Item]:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def __iter__(self) -> Iterator[Item]:
        while True:
            with self._changed:
                self._changed.wait_for(self._ready)
                if self._error is not None:
                    raise self._error
                if not self._items:
                    return
                item = self._items.popleft()
                self._held -= item.nbytes
                if not self._alternate or not self._items:
                    self._filling = self._held < self._limit
                    self._changed.notify_all()
            yield item

    def is_done(self) -> bool:
        """Whether all was taken, by whichever thread."""
        with self._changed:
            return not self._running and not self._items

    def _ready(self) -> bool:
        if self._error is not None or not self._running:
            return True
        return bool(self._items) and not (self._alternate and self._filling)

    def _work(self) -> None:
        try:
            while not self._stopped:
                with self._source:
                    unit = next(self._units, None)
                if unit is None:
                    return
                for item in self._produce(unit):
                    if not self._put(item):
                        return
        except BaseException as error:
            with self._changed:
                self._error = self._error or error
                self._stopped = True
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _put(self, item: Item) -> bool:
        with self._changed:
            self._items.append(item)
            self._held += item.nbytes
            if self._held >= self._limit:
                self._filling = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._filling or self._stopped)
            return not self._stopped
