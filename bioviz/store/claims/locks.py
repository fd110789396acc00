"""Claims of processes: by locks of the system on a local disk, by leases where computers share the disk.

The system frees a lock when its holder dies, however it dies. Between computers that cannot be relied on: there a claim
is a lease, which ends some time after its holder (`store.claims.leases`).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from bioviz.config import LEASES, settings
from bioviz.store.claims.leases import try_lease
from bioviz.store.claims.shared_disk import is_shared
from bioviz.store.files import disk_trouble


class Claim(Protocol):
    """What this process holds, and another cannot."""

    @property
    def lost(self) -> bool:
        """Whether another holds it by now, since this process stood still for too long."""
        ...

    def release(self) -> None:
        """Let another have it; from any thread."""


@dataclass(frozen=True)
class Held:
    """A lock of the system."""

    lock: FileLock
    lost = False

    def release(self) -> None:
        """Let another have it."""
        self.lock.release()


def uses_leases(folder: Path) -> bool:
    """Whether claims in a folder are leases."""
    chosen = settings().claims
    return chosen == LEASES or (not chosen and is_shared(folder))


def try_lock(path: Path) -> Claim | None:
    """Take the lock at `path` if it is free, else return None at once.

    It may be released (`.release()`) by another thread than the one that took it. The file stays behind: removing
    it would let two processes hold "the same" lock.
    """
    with disk_trouble(path):
        if uses_leases(path.parent):
            return try_lease(path.with_name(f"{path.name}.leases"))
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, thread_local=False, mode=0o666)  # the umask takes off what is too much
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return None
    return Held(lock)


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
