"""Memory that a storm of requests took goes back to the system, once it is over and not before."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from bioviz.server import clips, media
from bioviz.server.heap import Calm, trim
from bioviz.server.work import Workers
from tests.server.test_work import in_own_loop


def test_things_are_done_once_it_is_quiet_and_each_after_its_time():
    async def ask():
        done = []
        workers = Workers(Calm(((0.1, lambda: done.append("trim")), (0.4, lambda: done.append("forget")))))
        for _ in range(5):
            await workers.run("a", lambda: None)
            await asyncio.sleep(0.03)
        assert not done
        await asyncio.sleep(0.25)
        assert done == ["trim"]
        await asyncio.sleep(0.4)
        assert done == ["trim", "forget"]

    in_own_loop(ask())


def test_pictures_and_samples_are_forgotten():
    for cache in (media._rendered, clips._samples):
        cache.put("a", "sound", 5)
    media.forget()
    assert media._rendered.get("a") is None and clips._samples.get("a") is None


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the C library of Linux keeps memory for threads"
)
def test_memory_that_threads_freed_goes_back():
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def storm() -> None:
        blocks = [
            np.ones(20_000 // 8) for _ in range(5000)
        ]  # each below what the system is asked for by itself
        kept.append(blocks[-1])  # at the end of all, so that what lies before it cannot go back by itself

    kept: list[np.ndarray] = []
    threads = [threading.Thread(target=storm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gc.collect()
    before = resident()
    assert trim()
    assert before - resident() > 50e6
