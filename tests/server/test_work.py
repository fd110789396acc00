"""What is fetched ahead waits for its turn, and is not done when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

import pytest

from bioviz.server.work import CalledOff, Workers


def in_own_loop(work: Coroutine):
    """In a thread, as browser tests before this one keep a loop going in the main thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def nobody_left() -> bool:
    return True


async def still_there() -> bool:
    return False


def test_the_same_work_asked_for_twice_is_done_once():
    async def ask():
        workers, calls, hold = Workers(), [], threading.Event()

        def work():
            calls.append(1)
            hold.wait(5)
            return len(calls)

        both = [asyncio.create_task(workers.run("a", work)) for _ in range(2)]
        await asyncio.sleep(0.05)
        hold.set()
        return await asyncio.gather(*both), calls

    assert in_own_loop(ask()) == ([1, 1], [1])


def test_what_nobody_waits_for_is_not_done():
    calls = []

    async def ask():
        workers = Workers()
        with pytest.raises(CalledOff):
            await workers.run_ahead("a", lambda: calls.append("a"), nobody_left)
        await workers.run_ahead("b", lambda: calls.append("b"), still_there)

    in_own_loop(ask())
    assert calls == ["b"]


def test_work_ahead_never_holds_up_what_the_user_waits_for():
    async def ask():
        workers, hold = Workers(), threading.Event()
        ahead = [
            asyncio.create_task(workers.run_ahead(i, lambda: hold.wait(10), still_there)) for i in range(8)
        ]
        await asyncio.sleep(0.05)
        now = await asyncio.wait_for(workers.run("now", lambda: "done"), 5)
        unfinished = not any(task.done() for task in ahead)
        hold.set()
        await asyncio.gather(*ahead)
        return now, unfinished

    assert in_own_loop(ask()) == ("done", True)
