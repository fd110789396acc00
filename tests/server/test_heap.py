"""Memory that a storm of requests took goes back to the system, once it is over and not before."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from bioviz.server import clips, media
from bioviz.server.memory.heap import Calm
from bioviz.server.work import Workers
from tests.browsing import PROJECT
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


# In a process of its own: how much another one got from the system before decides where its memory lies.
STORM = """
import gc, os, threading
from pathlib import Path
import numpy as np
from bioviz.server.memory.heap import trim

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def storm():
    blocks = [np.ones(20_000 // 8) for _ in range(5000)]  # each below what the system is asked for by itself
    kept.append(blocks[-1])  # at the end of all, so that what lies before it cannot go back by itself

kept = []
threads = [threading.Thread(target=storm) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
gc.collect()
before = resident()
assert trim()
print(before - resident())
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the C library of Linux keeps memory for threads"
)
def test_memory_that_threads_freed_goes_back():
    ran = subprocess.run(
        [sys.executable, "-c", STORM], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) > 50e6
