"""Threads for the routes: few, so that the machine stays usable; separate ones for what is fetched ahead."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bioviz.server.memory.heap import Calm

_cores = os.cpu_count() or 1
_AHEAD = max(1, min(4, _cores - 1))


class CalledOff(Exception):
    """Nobody waits any more for what was fetched ahead."""


class Workers:
    """Runs functions in threads; the same work asked for twice at a time is done once.

    Parameters
    ----------
    calm : Calm, optional
        Told of all that was done.
    """

    def __init__(self, calm: Calm | None = None) -> None:
        self._now = ThreadPoolExecutor(max(2, min(4, _cores)), thread_name_prefix="media-now")
        self._ahead = ThreadPoolExecutor(_AHEAD, thread_name_prefix="media-ahead")
        self._turn = asyncio.Semaphore(_AHEAD)
        self._running: dict[Hashable, Future] = {}
        self._calm = calm or Calm()

    async def run(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """Return the result of `work()`, which the user waits for."""
        return await self._share((False, key), self._now, work)

    async def run_ahead(
        self, key: Hashable, work: Callable[[], Any], is_gone: Callable[[], Awaitable[bool]]
    ) -> Any:
        """Return the result of `work()`, which never holds up what the user waits for.

        Raises
        ------
        CalledOff
            `gone()` became true before its turn came.

        """
        async with self._turn:
            if await is_gone():
                raise CalledOff
            return await self._share((True, key), self._ahead, work)

    async def _share(self, key: Hashable, pool: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
        future = self._running.get(key)
        if future is None:
            future = pool.submit(work)
            self._running[key] = future
            future.add_done_callback(lambda _: self._running.pop(key, None))
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        finally:
            self._calm.disturb()
