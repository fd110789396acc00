"""Shards: recordings that are claimed together, so that processes share work and hold few locks."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from bioviz.store.claims.locks import Claim


def shard_of(content_hash: str) -> str:
    """One of 256 shards; the same for everything computed from a recording."""
    return content_hash[:2]


class Shard:
    """Locks held for a number of recordings, and released when the last of them leaves, from any thread."""

    def __init__(self, locks: Iterable[Claim], recordings: int) -> None:
        self._locks = list(locks)
        self._left = recordings
        self._guard = threading.Lock()
        if not recordings:
            self._release()

    @property
    def lost(self) -> bool:
        """Whether another process is at them by now, since this one stood still for too long."""
        return any(lock.lost for lock in self._locks)

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
