"""Content hashes of audio files, remembered by path, size and modification time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from bioviz.config import settings
from bioviz.store.disk import open_cache
from bioviz.store.files import DiskFull, NotWritable

# A file may change twice within one tick of its file system's clock (2 s on FAT): a hash taken sooner after the
# modification than that is not remembered.
_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class FileState:
    """What tells cheaply that a file has changed: size in bytes, modification time in ns, inode."""

    size: int
    mtime_ns: int
    inode: int


def file_state(path: Path | str) -> FileState:
    """Raise OSError where the file is not there or not readable."""
    status = os.stat(path)
    return FileState(status.st_size, status.st_mtime_ns, status.st_ino)


class HashMemory:
    """Hashes files, each content once. Safe between threads and processes; lives in `cache_dir/hashes`."""

    def __init__(self) -> None:
        self._cache = open_cache(settings(), "hashes")

    def __enter__(self) -> HashMemory:
        return self

    def __exit__(self, *_: object) -> None:
        self._cache.close()

    def knows(self, path: Path | str) -> bool:
        """Whether `content_hash` would not have to read the file. Raises OSError where it is not there."""
        return self._remembered(path, file_state(path)) is not None

    def content_hash(self, path: Path | str) -> str:
        """SHA-256 (hex) of the file's bytes.

        Raises
        ------
        OSError
            The file is not there or not readable.

        """
        state = file_state(path)
        remembered = self._remembered(path, state)
        if remembered is not None:
            return remembered
        value = hash_file(path)
        if file_state(path) == state and time.time_ns() - state.mtime_ns > _SETTLED_NS:
            with contextlib.suppress(DiskFull, NotWritable):  # it is then only hashed again
                self._cache.set(str(path), [*astuple(state), value])
        return value

    def _remembered(self, path: Path | str, state: FileState) -> str | None:
        known: Any = self._cache.get(str(path))
        return known[3] if known is not None and tuple(known[:3]) == astuple(state) else None


def hash_file(path: Path | str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
