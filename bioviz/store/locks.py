"""Locks between processes. The operating system frees them when their holder dies, however it dies."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from bioviz.store.files import disk_trouble


def try_lock(path: Path) -> FileLock | None:
    """Take the lock at `path` if it is free, else return None at once.

    It may be released (`.release()`) by another thread than the one that took it. The file stays behind: removing
    it would let two processes hold "the same" lock.
    """
    with disk_trouble(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, thread_local=False, mode=0o666)  # the umask takes off what is too much
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return None
    return lock


@contextlib.contextmanager
def locked(path: Path, waiting: Callable[[], object], every_s: float = 0.2) -> Iterator[None]:
    """Hold the lock at `path`; while another process has it, call `waiting` every `every_s` seconds.

    `waiting` may raise (Cancelled, say) to give up.
    """
    while (lock := try_lock(path)) is None:
        waiting()
        time.sleep(every_s)
    try:
        yield
    finally:
        lock.release()
