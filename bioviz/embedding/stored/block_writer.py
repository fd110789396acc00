"""A thread that stores finished blocks, those of many recordings with one commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bioviz.embedding.stored.blocks import BlockStore

COMMIT_S = 0.5
"""What is finished waits no longer than this: all that a killed process may lose."""
COMMIT_BYTES = 32 << 20
"""Nor until there is more than this."""


class _Finished(NamedTuple):
    store: BlockStore
    key: str
    block: np.ndarray
    stored: Callable[[], object]


class BlockWriter:
    """Stores blocks in a thread, so that neither model nor decoder waits for the disk.

    Flushing a file to the disk takes some milliseconds however little is in it: one file a recording would let no more
    than 150 recordings pass in a second. Leaving the context stores what is left and waits for it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[_Finished] = []
        self._bytes = 0
        self._oldest = 0.0
        self._closing = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="blocks", daemon=True)

    def __enter__(self) -> BlockWriter:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        if kind is None:
            self.raise_error()

    def put(
        self, store: BlockStore, key: str, block: np.ndarray, stored: Callable[[], object] = lambda: None
    ) -> None:
        """Take a block (n, columns), and call `stored` when it is on the disk. Raises DiskFull of an earlier one."""
        self.raise_error()
        with self._changed:
            self._changed.wait_for(lambda: self._bytes < 4 * COMMIT_BYTES or self._error is not None)
            if not self._waiting:
                self._oldest = time.monotonic()
            self._waiting.append(_Finished(store, key, block, stored))
            self._bytes += block.nbytes
            self._changed.notify_all()

    def raise_error(self) -> None:
        """Raise what kept a block from being stored."""
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._is_due():
                    left = self._oldest + COMMIT_S - time.monotonic() if self._waiting else None
                    self._changed.wait(left)
                taken, self._waiting, self._bytes = self._waiting, [], 0
                self._changed.notify_all()
            if not taken:
                return
            try:
                _commit(taken)
            except BaseException as error:
                with self._changed:
                    self._error = error
                    self._changed.notify_all()
                return

    def _is_due(self) -> bool:
        if self._closing or self._bytes >= COMMIT_BYTES:
            return True
        return bool(self._waiting) and time.monotonic() >= self._oldest + COMMIT_S


def _commit(finished: list[_Finished]) -> None:
    by_store: dict[str, list[_Finished]] = {}
    for each in finished:
        by_store.setdefault(each.store.kind, []).append(each)
    for of_one in by_store.values():
        of_one[0].store.save_all([(each.key, each.block) for each in of_one])
    for each in finished:
        each.stored()
