"""Leases: claims that hold between computers on a shared disk, where locks of the system cannot be relied on.

A lease is a folder of files with rising numbers. Who makes the file of the next number has it: a link from a file of
one's own either is made or is there already, on network file systems too, for exactly one. The holder counts up in its
file every `RENEW_S`; who wants it may make the next number once the file says that it was released, or once it is
stale. The file with the highest number stays for ever, so that a number never comes twice.

No clock of a computer decides. A file is stale when it is older than `STALE_S` by the time of the file server (which
dates a file that was just written beside it) and did not change while it was watched for `WATCH_S`; or when it did not
change while it was watched for `STALE_S`, whatever the dates say. A holder that ended on this very computer is known to
have ended at once.

A holder that was stopped for so long loses its lease and finds out when it goes on (`Lease.lost`). What it had in its
hands is then computed twice; no file is harmed, as results are named by their content and take their place whole.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import secrets
import threading
import time
import weakref
from dataclasses import dataclass
from pathlib import Path

from bioviz.store.claims import computers
from bioviz.store.claims.disk_clock import dated_ns

RENEW_S, WATCH_S, STALE_S = 10.0, 25.0, 60.0
_RELEASED = b"released    "
_COUNT = "{:012d}"
_LEFT_BEHIND_S = 3600.0  # from when on a file that was to be linked is nobody's
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@dataclass(frozen=True)
class _Claim:
    """The file with the highest number, as it was read."""

    number: int
    content: bytes
    modified_ns: int

    @property
    def released(self) -> bool:
        return self.content.startswith(_RELEASED)


class Lease:
    """A lease that this process holds until `release`, from any thread.

    Parameters
    ----------
    folder : Path
        Of the lease.
    number : int
        Of the file that this process made.
    descriptor : int
        Of the file, open for writing.

    """

    def __init__(self, folder: Path, number: int, descriptor: int) -> None:
        self._folder, self._number, self._descriptor = folder, number, descriptor
        self._lock = threading.Lock()
        self._open, self._lost, self._count = True, False, 0
        self._process = os.getpid()
        self._renewed = time.monotonic()
        _renewer.add(self)

    @property
    def lost(self) -> bool:
        """Whether another has taken it over, since this process stood still for too long."""
        if self._process != os.getpid():
            return True
        if self._open and not self._lost and time.monotonic() - self._renewed > 2 * RENEW_S:
            self.renew()  # the thread that renews stood still too
        return self._lost

    def renew(self) -> None:
        """Show that the holder lives, and see whether the lease is still its own."""
        with self._lock:
            if not self._open or self._lost:
                return
            self._count += 1
            # Each on its own: a file that who took over has removed cannot be written (ESTALE of NFS).
            with contextlib.suppress(OSError):
                self._write(_COUNT.format(self._count).encode())
            with contextlib.suppress(OSError):  # the server may be away: then nobody can take it over either
                self._lost = max(_numbers(self._folder), default=0) > self._number
                self._renewed = time.monotonic()

    def release(self) -> None:
        """Let another have it."""
        if self._process != os.getpid():
            return  # a fork holds nothing, and its copy of the lock may never be let go
        with self._lock:
            if not self._open:
                return
            self._open = False
            _renewer.drop(self)
            with contextlib.suppress(OSError):
                self._write(_RELEASED)  # into a file that is nobody's any more where the lease was lost
            with contextlib.suppress(OSError):
                os.close(self._descriptor)

    def _write(self, beginning: bytes) -> None:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, beginning)
        os.fsync(self._descriptor)

    def __del__(self) -> None:
        if getattr(self, "_open", False):
            self.release()


class _Renewer:
    """One thread that renews all leases of this process."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Hold no leases, as in a fork: its parent's are none of its own, and the thread was not copied."""
        self._leases: weakref.WeakSet[Lease] = weakref.WeakSet()
        self._changed = threading.Condition(threading.RLock())
        self._thread: threading.Thread | None = None

    def add(self, lease: Lease) -> None:
        with self._changed:
            self._leases.add(lease)
            self._changed.notify()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, daemon=True, name="leases")
                self._thread.start()

    def drop(self, lease: Lease) -> None:
        with self._changed:
            self._leases.discard(lease)

    def held(self) -> list[Lease]:
        with self._changed:
            return list(self._leases)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait(RENEW_S)
            for lease in self.held():
                lease.renew()


_renewer = _Renewer()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renewer.begin_anew)
_lock = threading.Lock()
_watched: dict[Path, tuple[_Claim, float]] = {}  # what was read of a lease, and since when it is so


@atexit.register
def release_all() -> None:
    """Release what this process holds."""
    for lease in _renewer.held():
        lease.release()


def try_lease(folder: Path) -> Lease | None:
    """Take the lease that `folder` stands for if it is free, or its holder has ended; else return None.

    Raises
    ------
    OSError
        The folder cannot be read or written.

    """
    folder.mkdir(parents=True, exist_ok=True)
    claim = _read(folder)
    if claim is not None and not claim.released and not _is_dead(claim) and not _is_stale(folder, claim):
        return None
    with _lock:
        _watched.pop(folder, None)
    number = 1 if claim is None else claim.number + 1
    descriptor = _make(folder, number)
    if descriptor is None:
        return None
    # Who looked long ago may have made a number that others have left behind.
    if max(_numbers(folder), default=0) > number:
        os.close(descriptor)
        _name(folder, number).unlink(missing_ok=True)
        return None
    _clean(folder, number)
    return Lease(folder, number, descriptor)


def _read(folder: Path) -> _Claim | None:
    """Return the file with the highest number; None where there was never one."""
    while number := max(_numbers(folder), default=0):
        try:  # by opening it, which makes a network file system ask the server
            with _name(folder, number).open("rb") as file:
                content = file.read()
                return _Claim(number, content, os.fstat(file.fileno()).st_mtime_ns)
        except FileNotFoundError:
            continue  # a higher one is there by now
    return None


def _numbers(folder: Path) -> list[int]:
    return [int(name) for name in os.listdir(folder) if name.isdecimal()]


def _name(folder: Path, number: int) -> Path:
    return folder / f"{number:09d}"


def _is_stale(folder: Path, claim: _Claim) -> bool:
    now = time.monotonic()
    with _lock:
        known = _watched.get(folder)
        if known is None or known[0] != claim:
            _watched[folder] = claim, now
            return False
    watched_s = now - known[1]
    if watched_s >= STALE_S:
        return True
    return watched_s >= WATCH_S and (dated_ns(folder) - claim.modified_ns) > STALE_S * 1e9


def _new_file(folder: Path) -> tuple[Path, int]:
    """Return a new file that says who made it, on the disk, and its descriptor."""
    path = folder / f".{secrets.token_hex(8)}.tmp"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    _sign(descriptor)
    return path, descriptor


def _sign(descriptor: int) -> None:
    pid = os.getpid()
    own = f"{_COUNT.format(0)}\n{computers.this_computer()}\n{pid} {computers.start_of(pid)}\n"
    os.write(descriptor, own.encode())
    os.fsync(descriptor)


def _make(folder: Path, number: int) -> int | None:
    """Make the file of a number and return its descriptor; None where another was quicker."""
    own, descriptor = _new_file(folder)
    is_ours = False
    try:
        os.link(own, _name(folder, number))
        is_ours = True
    except FileExistsError:  # maybe made by this very call, whose answer was lost on the way
        with contextlib.suppress(FileNotFoundError):
            is_ours = os.path.samestat(os.fstat(descriptor), _name(folder, number).stat())
    except FileNotFoundError:
        pass  # another cleaned up
    except OSError as error:
        if error.errno in _NO_LINKS:
            return _make_alone(folder, number)
        raise
    finally:
        own.unlink(missing_ok=True)
        if not is_ours:
            os.close(descriptor)
    return descriptor if is_ours else None


def _make_alone(folder: Path, number: int) -> int | None:
    """As `_make`, on a file system without links."""
    try:
        descriptor = os.open(_name(folder, number), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return None
    _sign(descriptor)
    return descriptor


def _clean(folder: Path, number: int) -> None:
    """Remove lower numbers, and files that somebody who ended wanted to link."""
    with contextlib.suppress(OSError):
        now = _name(folder, number).stat().st_mtime
        for path in folder.iterdir():
            is_lower = path.name.isdecimal() and int(path.name) < number
            if is_lower or (path.name.startswith(".") and now - path.stat().st_mtime > _LEFT_BEHIND_S):
                path.unlink(missing_ok=True)


def _is_dead(claim: _Claim) -> bool:
    """Whether the holder ran on this very computer, and ended."""
    try:
        _, computer, process = claim.content.decode().splitlines()
        pid, start = process.split()
        return (
            bool(computer) and computer == computers.this_computer() and computers.has_ended(int(pid), start)
        )
    except ValueError:
        return False  # what is not whole yet may be becoming so
