"""The cache can be made smaller without losing what cannot be computed again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bioviz.config import settings
from bioviz.store.usage import prune, touch, usage

KEPT = [
    "checkpoints/ft/model.safetensors",
    "flags/a.json",
    "datasets/d/clips.npy",
    "weights/w.pt",
    "jobs/1.json",
]
EVICTED = [
    "blocks/m/aa/1.npy",
    "blocks/m/bb/2.npy",
    "sets/s1/matrix.npy",
    "sets/s2/matrix.npy",
    "runs/r/xy.npy",
]


@pytest.fixture
def cache(own_cache) -> Path:
    """1000 bytes a file; of the evictable ones the first was used longest ago."""
    for age, name in enumerate(KEPT + EVICTED[::-1]):
        path = own_cache / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 1000)
        when = time.time() - 1000 * (age + 1)
        os.utime(path, (when, when))
        os.utime(path.parent, (when, when))
    return own_cache


def left(cache: Path) -> set[str]:
    return {p.relative_to(cache).as_posix() for p in cache.rglob("*") if p.is_file()}


def test_usage_counts_bytes_and_files(cache):
    found = {item.name: (item.bytes, item.files, item.evictable) for item in usage(settings())}
    assert found["blocks"] == (2000, 2, True) and found["sets"] == (2000, 2, True)
    assert found["checkpoints"] == (1000, 1, False)
    assert sum(size for size, _, _ in found.values()) == 10_000


def test_nothing_goes_while_there_is_room(cache):
    assert prune(settings(), 10_000).entries == 0
    assert left(cache) == set(KEPT + EVICTED)


def test_the_least_recently_used_goes_first(cache):
    done = prune(settings(), 8_500)
    assert (done.entries, done.bytes, done.left_bytes) == (2, 2000, 8000)
    assert left(cache) == set(KEPT + EVICTED[2:])


def test_what_was_touched_stays_longer(cache):
    touch(cache / EVICTED[0])
    prune(settings(), 9_000)
    assert left(cache) == set(KEPT + EVICTED) - {EVICTED[1]}


def test_what_is_to_be_kept_is_kept(cache):
    prune(settings(), 9_000, keep={cache / EVICTED[0]})
    assert EVICTED[0] in left(cache)


def test_checkpoints_flags_and_datasets_survive_any_limit(cache):
    done = prune(settings(), 0)
    assert left(cache) == set(KEPT) and done.left_bytes == 5000


def test_links_are_removed_and_not_followed(cache, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.wav").write_bytes(b"x" * 5000)
    (cache / "sets" / "link").symlink_to(outside, target_is_directory=True)
    prune(settings(), 0)
    assert (outside / "mine.wav").is_file() and not (cache / "sets" / "link").exists()


def test_old_temporary_files_are_swept_and_young_ones_are_not(cache):
    for name, age in (("old", 2 * 86400), ("young", 60)):
        path = cache / "blocks" / "m" / "aa" / f".{name}.tmp"
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age,) * 2)
    prune(settings(), 10**9)
    names = {Path(name).name for name in left(cache)}
    assert ".young.tmp" in names and ".old.tmp" not in names


def test_no_cache_yet(monkeypatch, tmp_path):
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "none"))
    assert usage(settings()) == [] and prune(settings()).entries == 0
