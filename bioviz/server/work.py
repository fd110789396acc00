"""Threads for the routes: few, so that the machine stays usable; separate ones for what is fetched ahead."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

_cores = os.cpu_count() or 1


class Workers:
    """Runs functions in threads; the same work asked for twice at a time is done once."""

    def __init__(self) -> None:
        self._now = ThreadPoolExecutor(max(2, min(4, _cores)), thread_name_prefix="media-now")
        self._ahead = ThreadPoolExecutor(max(1, min(4, _cores - 1)), thread_name_prefix="media-ahead")
        self._running: dict[Hashable, Future] = {}

    async def run(self, key: Hashable, work: Callable[[], Any], ahead: bool) -> Any:
        """Result of `work()`; `ahead` work never holds up what the user waits for."""
        key = (ahead, key)
        future = self._running.get(key)
        if future is None:
            future = (self._ahead if ahead else self._now).submit(work)
            self._running[key] = future
            future.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(asyncio.wrap_future(future))
