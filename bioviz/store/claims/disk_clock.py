"""The time by whoever dates the files of a folder: a file server's clock may differ from this computer's."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from threading import Lock

_ASK_AGAIN_S = 60.0
_lock = Lock()
_ahead: dict[
    Path, tuple[float, float]
] = {}  # seconds that a folder's clock is ahead of ours, and when it was asked


def dated_ns(folder: Path) -> int:
    """Return the time in ns since the epoch that a file has that is written now. Raises OSError."""
    path = folder / f".{secrets.token_hex(8)}.tmp"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        os.write(descriptor, b"?")
        os.fsync(descriptor)
        return os.fstat(descriptor).st_mtime_ns
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)


def time_in(folder: Path) -> float:
    """Return the time in seconds since the epoch by the clock that dates files of a folder, asked once a minute.

    This computer's own where the folder cannot be written.
    """
    with _lock:
        ahead, asked = _ahead.get(folder, (0.0, float("-inf")))
        if time.monotonic() - asked >= _ASK_AGAIN_S:
            try:
                ahead = dated_ns(folder) / 1e9 - time.time()
            except OSError:
                ahead = 0.0
            _ahead[folder] = ahead, time.monotonic()
    return time.time() + ahead
