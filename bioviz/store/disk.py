"""A small-results cache (diskcache) that never pickles.

diskcache's own Disk pickles what it does not know, and unpickles whatever its folder holds (CVE-2025-69872).
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import MODE_PICKLE, UNKNOWN

from bioviz.config import Settings

_SUM = 16  # hex digits of SHA-256 in front of a stored value


class DamagedEntry(OSError):
    """A cached value does not fit its checksum.

    diskcache takes an OSError for "not there", so that the value is computed again.
    """


class PlainDisk(diskcache.Disk):
    """Keys are str, int, float or bytes; values are bytes or JSON-able. Each value carries a checksum."""

    def put(self, key: Any) -> Any:
        if type(key) not in (str, int, float, bytes):
            raise TypeError(f"A cache key must be text, a number or bytes, not {type(key).__name__}.")
        fields = super().put(key)
        if not fields[1]:  # an int too large for SQLite would have been pickled
            raise TypeError("A cache key must fit in 64 bits.")
        return fields

    def get(self, key: Any, raw: bool) -> Any:
        if not raw:
            raise DamagedEntry("a cache key was pickled")
        return super().get(key, raw)

    def store(self, value: Any, read: bool, key: Any = UNKNOWN) -> Any:
        if read:
            value = value.read()
        if isinstance(value, bytes):
            sealed = _sum(value).encode() + value
        else:
            text = json.dumps(value, ensure_ascii=False)
            sealed = _sum(text.encode()) + text
        return super().store(sealed, False, key=key)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        if mode == MODE_PICKLE:
            raise DamagedEntry("a cache value was pickled")
        sealed: Any = super().fetch(mode, filename, value, False)
        try:
            if isinstance(sealed, bytes):
                data = sealed[_SUM:]
                if sealed[:_SUM] != _sum(data).encode():
                    raise DamagedEntry("a cache value was damaged")
                return data
            if sealed[:_SUM] != _sum(sealed[_SUM:].encode()):
                raise DamagedEntry("a cache value was damaged")
            return json.loads(sealed[_SUM:])
        except (TypeError, ValueError) as error:
            raise DamagedEntry("a cache value was damaged") from error


def open_cache(settings: Settings, name: str, size_limit: int = 2**30) -> diskcache.Cache:
    """Open (or make) the cache `name`, safe to share between threads and processes.

    A damaged index is moved aside and an empty one made: everything in it can be computed again.

    Parameters
    ----------
    settings
        Where the cache folder is.
    name
        sub-folder of `cache_dir/media` or the like, for example "media" or "blocks/index".
    size_limit
        Bytes; the least recently used entries go beyond it.

    """
    folder = Path(settings.cache_dir) / name
    try:
        return _open(folder, size_limit)
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # locked, no permission: not damage
            raise
        os.replace(folder / "cache.db", folder / f"cache.db.damaged-{time.time_ns()}")
        for leftover in ("cache.db-wal", "cache.db-shm"):
            (folder / leftover).unlink(missing_ok=True)
        return _open(folder, size_limit)


def _open(folder: Path, size_limit: int) -> diskcache.Cache:
    return diskcache.Cache(
        str(folder), disk=PlainDisk, size_limit=size_limit, eviction_policy="least-recently-used"
    )


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_SUM]
