"""A small cache in memory, bounded by bytes and shared by threads."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Any

from cachetools import LRUCache


class RecentlyUsed:
    """Keeps what was used last, up to a number of bytes.

    Parameters
    ----------
    limit_bytes : int
        What is larger by itself is not kept.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._held: LRUCache[Hashable, tuple[Any, int]] = LRUCache(
            limit_bytes, getsizeof=lambda entry: entry[1]
        )
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()

    def get(self, key: Hashable) -> Any | None:
        """Return the value kept under `key`, or None."""
        with self._lock:
            entry = self._held.get(key)
        return None if entry is None else entry[0]

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """Keep `value`, which takes `size` bytes, and drop the least recently used beyond the limit."""
        with self._lock:
            self._held.pop(key, None)
            if size <= self._held.maxsize:
                self._held[key] = (value, size)
