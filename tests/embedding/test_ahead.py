"""Producers ahead of one consumer: all comes through, the buffer is bounded, errors and stopping work."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import pytest

from bioviz.embedding.prefetch import Prefetcher


@dataclass
class Item:
    unit: int
    part: int
    nbytes: int = 10


def produce(unit):
    for part in range(3):
        yield Item(unit, part)


@pytest.mark.parametrize("alternate", [False, True])
@pytest.mark.parametrize("limit", [1, 25, 10_000])
@pytest.mark.parametrize("threads", [1, 4])
def test_everything_comes_once_and_a_unit_in_order(alternate, limit, threads):
    with Prefetcher(range(20), produce, threads=threads, limit_bytes=limit, alternate=alternate) as items:
        got = [(item.unit, item.part) for item in items]
    assert sorted(got) == [(unit, part) for unit in range(20) for part in range(3)]
    for unit in range(20):
        assert [part for u, part in got if u == unit] == [0, 1, 2]


@pytest.mark.parametrize("alternate", [False, True])
def test_no_more_is_held_than_allowed(alternate):
    made = []

    def counting(unit):
        made.append(unit)
        yield Item(unit, 0)

    taken = 0
    with Prefetcher(range(100), counting, threads=3, limit_bytes=50, alternate=alternate) as items:
        for _ in items:
            taken += 1
            time.sleep(0.001)
            # 50 bytes are 5 items; each thread may have one more in its hands.
            assert len(made) - taken <= 5 + 3
    assert taken == 100


def test_taking_turns_means_that_nothing_is_made_while_the_loop_works():
    made = []

    def noting(unit):
        for part in range(4):
            made.append((unit, part))
            yield Item(unit, part)

    with Prefetcher(range(30), noting, threads=2, limit_bytes=100, alternate=True) as items:
        taken = 0
        for _ in items:
            taken += 1
            waiting = len(items._items)
            time.sleep(0.002)
            if waiting:  # a thread may finish the item it was making when the buffer filled up, no more
                assert len(made) - taken - waiting <= 1
    assert taken == 120


def test_an_error_of_a_producer_is_raised_in_the_loop():
    def failing(unit):
        yield Item(unit, 0)
        if unit == 3:
            raise ZeroDivisionError

    with (
        pytest.raises(ZeroDivisionError),
        Prefetcher(range(10), failing, threads=2, limit_bytes=100, alternate=False) as items,
    ):
        list(items)


def test_an_error_of_the_source_is_raised_in_the_loop():
    def source():
        yield 1
        raise ZeroDivisionError

    with (
        pytest.raises(ZeroDivisionError),
        Prefetcher(source(), produce, threads=2, limit_bytes=100, alternate=True) as items,
    ):
        list(items)


@pytest.mark.parametrize("alternate", [False, True])
def test_leaving_early_ends_the_threads(alternate):
    before = threading.active_count()
    with Prefetcher(iter(range(10**6)), produce, threads=3, limit_bytes=30, alternate=alternate) as items:
        next(iter(items))
    assert threading.active_count() == before


def test_nothing_to_do():
    with Prefetcher([], produce, threads=2, limit_bytes=30, alternate=True) as items:
        assert list(items) == []
