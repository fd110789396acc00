"""Shards: recordings that are claimed together, so that processes share work and hold few locks."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from filelock import FileLock


def shard_of(content_hash: str) -> str:
    """One of 256 shards; the same for everything computed from a recording."""
    return content_hash[:2]


class Shard:
    """Locks held for a number of recordings, and released when the last of them leaves, from any thread."""

    def __init__(self, locks: Iterable[FileLock], recordings: int) -> None:
        self._locks = list(locks)
        self._left = recordings
        self._guard = threading.Lock()
        if not recordings:
            self._release()

    def leave(self) -> None:
        """One recording is done with."""
        with self._guard:
            self._left -= 1
            last = self._left == 0
        if last:
            self._release()

    def _release(self) -> None:
        for lock in self._locks:
            lock.release()
