"""Gives memory that a storm of requests took back to the system, once it is over."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Callable, Sequence

CALM_S = 2.0  # without work before it is done: it takes some milliseconds, and pages come in bursts


def trim() -> bool:
    """Give freed memory back to the system; whether there was any. Elsewhere than on glibc it does nothing.

    glibc keeps freed memory for the thread that took it, however long it stays unused (malloc_trim(3)).
    """
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (AttributeError, OSError, TypeError):  # another C library; Windows has no CDLL(None)
        return False


class Calm:
    """Does things once nothing has been going on for a while.

    Parameters
    ----------
    actions : sequence of (float, callable)
        After how many quiet seconds each is done.
    """

    def __init__(self, actions: Sequence[tuple[float, Callable[[], object]]] = ((CALM_S, trim),)) -> None:
        self._actions = actions
        self._timers: list[asyncio.TimerHandle] = []

    def disturb(self) -> None:
        """Say, on the event loop, that something has just been done: the quiet begins anew."""
        for timer in self._timers:
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers = [loop.call_later(after_s, action) for after_s, action in self._actions]
