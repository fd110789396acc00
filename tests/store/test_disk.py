"""The cache of small results: no pickle in, no pickle out, damage is a miss."""

from __future__ import annotations

import pickle
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from diskcache.core import MODE_PICKLE

from bioviz.config import settings
from bioviz.store import disk
from bioviz.store.disk import open_cache


@pytest.fixture
def cache():
    with open_cache(settings(), "media") as opened:
        yield opened


@pytest.mark.parametrize(
    "value",
    [b"", b"\x00\xff", b"x" * 100_000, "", "grün", "y" * 100_000, 1, -2.5, None, True, [1, {"a": [2]}]],
)
def test_values_come_back_as_they_were(cache, value):
    cache["key"] = value
    assert cache["key"] == value and type(cache["key"]) is type(value)


@pytest.mark.parametrize("key", [("a", 1), None, True, 2**70])
def test_keys_that_would_be_pickled_are_refused(cache, key):
    with pytest.raises(TypeError, match="key"):
        cache[key] = 1


def test_values_that_would_be_pickled_are_refused(cache):
    with pytest.raises(TypeError):
        cache["key"] = {1, 2}
    assert "key" not in cache


def test_a_planted_pickle_is_a_miss_and_is_not_run(cache):
    cache["key"] = b"good"
    planted = pickle.dumps("evil")
    with sqlite3.connect(f"{cache.directory}/cache.db") as db:
        db.execute("UPDATE Cache SET mode = ?, value = ?, filename = NULL", (MODE_PICKLE, planted))
    assert cache.get("key") is None


@pytest.mark.parametrize("value", [b"z" * 5000, "text" * 5000, 7])
def test_a_damaged_value_is_a_miss(cache, value):
    cache["key"] = value
    with sqlite3.connect(f"{cache.directory}/cache.db") as db:
        (filename,) = db.execute("SELECT filename FROM Cache").fetchone()
        if filename is None:
            db.execute("UPDATE Cache SET value = '12345678901234567'")
    if filename is not None:
        path = f"{cache.directory}/{filename}"
        with open(path, "r+b") as file:
            file.seek(1000)
            file.write(b"!")
    assert cache.get("key") is None
    cache["key"] = value
    assert cache["key"] == value


def test_a_damaged_index_is_moved_aside():
    with open_cache(settings(), "media") as first:
        first["a"] = 1
        folder = first.directory
    with open(f"{folder}/cache.db", "wb") as file:
        file.write(b"this is no database" * 100)
    with open_cache(settings(), "media") as second:
        assert second.get("a") is None
        second["a"] = 2
        assert second["a"] == 2


def damage(cache) -> None:
    with sqlite3.connect(f"{cache.directory}/cache.db") as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(f"{cache.directory}/cache.db", "r+b") as file:
        size = file.seek(0, 2)
        for page in range(1, size // 4096):
            file.seek(4096 * page)
            file.write(b"\xff" * 600)


def test_an_index_damaged_while_it_is_open_is_moved_aside():
    with open_cache(settings(), "media") as cache:
        for number in range(300):
            cache.set(f"key {number}", "x" * 500)
        damage(cache)
    with open_cache(settings(), "media") as cache:
        assert [cache.get(f"key {number}") for number in range(300)] == [None] * 300
        cache.set("key 1", "new")
        assert cache.get("key 1") == "new"


def test_of_several_that_notice_the_damage_one_begins_anew():
    with open_cache(settings(), "media") as first, open_cache(settings(), "media") as second:
        for number in range(300):
            first.set(f"key {number}", "x" * 500)
        assert second.get("key 5")
        damage(first)
        assert first.get("key 5") is None
        first.set("new", 1)
        assert second.get("key 5") is None
        second.set("newer", 2)
        assert (first.get("new"), first.get("newer"), second.get("new")) == (1, 2, 1)
        assert len(list(Path(first.directory).glob("*damaged*"))) == 1


def test_processes_that_open_a_damaged_index_at_once_share_the_new_one():
    """Each that moved it aside by itself took the new one of another away: "disk I/O error", "readonly database"."""
    names = [f"media/{number}" for number in range(20)]
    folders = [settings().cache_dir / name for name in names]
    for name, folder in zip(names, folders, strict=True):
        open_cache(settings(), name).close()
        (folder / "cache.db").write_bytes(b"this is no database" * 1000)
    keys = [f"key {number}" for number in range(5)]
    command = [sys.executable, "-m", "tests.store.opens_together"]
    processes = [
        subprocess.Popen([*command, key, *names], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for key in keys
    ]
    for _ in names:
        moment = time.time() + 0.1
        for process in processes:
            print(moment, file=process.stdin, flush=True)
        found = [process.stdout.readline().strip() for process in processes if process.stdout]
        assert found == keys
    assert [process.wait(60) for process in processes] == [0] * len(keys)
    for folder in folders:
        assert len(list(folder.glob("*damaged*"))) == 1


def test_where_computers_share_the_disk_each_has_an_index_of_its_own(monkeypatch):
    """SQLite's write-ahead log lies in memory, which computers do not share: their writes would destroy each other."""
    monkeypatch.setenv("BIOVIZ_CLAIMS", "leases")
    folders = []
    for name in ("one", "two"):
        monkeypatch.setattr(disk, "lasting_name", lambda name=name: name)
        with open_cache(settings(), "media") as cache:
            assert cache.get("key") is None
            cache.set("key", name)
            assert sqlite3.connect(f"{cache.directory}/cache.db").execute(
                "PRAGMA journal_mode"
            ).fetchone() == ("delete",)
            folders.append(Path(cache.directory))
    assert len(set(folders)) == 2
    monkeypatch.setattr(disk, "lasting_name", lambda: "one")
    with open_cache(settings(), "media") as cache:
        assert cache.get("key") == "one"
    assert not list(settings().cache_dir.rglob("*-shm"))
