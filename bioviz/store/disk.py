"""A small-results cache (diskcache) that never pickles.

diskcache's own Disk pickles what it does not know, and unpickles whatever its folder holds (CVE-2025-69872).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import diskcache
from diskcache.core import MODE_PICKLE, UNKNOWN
from filelock import FileLock, Timeout

from bioviz.config import Settings
from bioviz.store.claims.computers import lasting_name
from bioviz.store.claims.locks import uses_leases
from bioviz.store.files import DiskFull, NotWritable, disk_trouble

Identity = tuple[int, int] | None  # device and number of a file
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


class CheckedCache(diskcache.Cache):
    """A cache whose index may be damaged at any time: it is then moved aside, and an empty one takes its place.

    Of several threads or processes that notice it, one does so; the others open what it made.
    """

    def __init__(self, directory: str, **settings: Any) -> None:
        super().__init__(directory, **settings)
        self._opened = _identity(Path(directory))

    def get(self, key: Any, default: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Return the value of a key; the default where there is none, or it was damaged."""
        self._disk.put(key)  # raises what is wrong with the key
        opened = self._opened
        try:
            return super().get(key, default, *args, **kwargs)
        except _DAMAGED as error:
            self._begin_anew(error, opened)
            return default

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Literal[True]:
        """Keep a value; raises TypeError where key or value would be pickled."""
        self._disk.put(key)
        json.dumps(None if isinstance(value, bytes) else value)
        opened = self._opened
        try:
            return super().set(key, value, *args, **kwargs)
        except _DAMAGED as error:
            self._begin_anew(error, opened)
            with _in_words(Path(self.directory)):
                return super().set(key, value, *args, **kwargs)

    def _begin_anew(self, error: Exception, opened: Identity) -> None:
        folder = Path(self.directory)
        if not _is_damage(error):
            with _in_words(folder):
                raise error
        limit = vars(self).get("size_limit")  # diskcache takes it from a table, which may be what is damaged
        self.close()
        with _in_words(folder), _alone(folder):
            if _identity(folder) == opened:  # else another thread or process was first
                _move_aside(folder)
            self.__init__(
                str(folder), disk=PlainDisk, **_limits(limit if isinstance(limit, int) else 2**30, folder)
            )


# What reading an index gives whose bytes are others than those written: SQLite finds it malformed, or a row holds text
# where a number belongs.
_DAMAGED = (sqlite3.DatabaseError, TypeError, ValueError, AttributeError, OverflowError)
_OPERATIONAL_DAMAGE = (
    "SQLITE_ERROR",  # such as "no such table", in a schema that was changed
    "SQLITE_SCHEMA",
    "SQLITE_MISMATCH",
)


def _is_damage(error: Exception) -> bool:
    """Tell damage from what will pass: a locked index, a full disk, no permission."""
    if isinstance(error, sqlite3.OperationalError):
        name = getattr(error, "sqlite_errorname", "")
        # "Disk I/O error" is said of many things: a file that ends before what another one says of it, or one that was
        # moved aside by another process while it was open (so is "read-only"). If it is the disk, the new index fails
        # as well.
        return name in _OPERATIONAL_DAMAGE or name.startswith(("SQLITE_IOERR", "SQLITE_READONLY_DBMOVED"))
    return True


@contextlib.contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    """Say in a sentence what SQLite says of a disk that cannot be written. Raises DiskFull, NotWritable."""
    try:
        with disk_trouble(folder / "cache.db"):
            yield
    except sqlite3.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_FULL":
            raise DiskFull(
                f"The disk is full: the index in {folder} could not be written. What was stored before is kept. Free "
                "some space (for example on the page Jobs and storage) and start again."
            ) from error
        if name.startswith(
            ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR", "SQLITE_AUTH")
        ):
            raise NotWritable(
                f"The index in {folder} could not be opened or written ({error}). Let this account write there, or set "
                "BIOVIZ_CACHE to a folder where it may."
            ) from error
        raise


def open_cache(settings: Settings, name: str, size_limit: int = 2**30) -> CheckedCache:
    """Open (or make) the cache `name`, safe to share between threads and processes.

    A damaged index is moved aside and an empty one made: everything in it can be computed again. Where computers share
    the disk each has an index of its own, as SQLite's are for one computer alone.

    Parameters
    ----------
    settings
        Where the cache folder is.
    name
        sub-folder of `cache_dir/media` or the like, for example "media" or "blocks/index".
    size_limit
        Bytes; the least recently used entries go beyond it.

    """
    folder = index_folder(settings, name)
    with disk_trouble(folder / "cache.db"):
        folder.mkdir(parents=True, exist_ok=True)
    with _in_words(folder), _alone(folder):
        try:
            return _open(folder, size_limit)
        except _DAMAGED as error:
            if not _is_damage(error):
                raise
            _move_aside(folder)
            return _open(folder, size_limit)


def index_folder(settings: Settings, name: str) -> Path:
    """Return where the cache `name` of this computer lies."""
    folder = Path(settings.cache_dir) / name
    return folder / lasting_name() if uses_leases(folder) else folder


def _open(folder: Path, size_limit: int) -> CheckedCache:
    # Made here, as diskcache and SQLite would not let a group write whatever the umask says.
    (folder / "cache.db").touch()
    return CheckedCache(str(folder), disk=PlainDisk, **_limits(size_limit, folder))


def _limits(size_limit: int, folder: Path) -> dict[str, Any]:
    limits: dict[str, Any] = {"size_limit": size_limit, "eviction_policy": "least-recently-used"}
    if uses_leases(
        folder
    ):  # a write-ahead log lies in memory that is shared, which network file systems have not
        limits.update(sqlite_journal_mode="delete", sqlite_mmap_size=0)
    return limits


def _identity(folder: Path) -> Identity:
    """Tell an index from the one that takes its place; None where there is none."""
    try:
        stat = (folder / "cache.db").stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold off all who open the index: SQLite takes what lies beside it by name, also beside another one."""
    path = folder / "opening.lock"
    lock = FileLock(path, timeout=60, thread_local=False, mode=0o666)
    with disk_trouble(path):
        try:
            lock.acquire()
        except Timeout as error:
            raise NotWritable(
                f"Another process keeps the index in {folder} locked for a minute now. Try again; end that process if "
                "it hangs."
            ) from error
    try:
        yield
    finally:
        lock.release()


def _move_aside(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):  # another process did
        os.replace(folder / "cache.db", folder / f"cache.db.damaged-{time.time_ns()}")
    for leftover in ("cache.db-wal", "cache.db-shm", "cache.db-journal"):
        (folder / leftover).unlink(missing_ok=True)


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_SUM]
