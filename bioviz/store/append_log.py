"""Logs to which lines are only ever appended, each on the disk before it counts.

A line is a JSON value, a tab, and the beginning of the SHA-256 of what stands before it. One that a crash cut short, or
whose checksum does not fit, is passed over, and the next one starts on a line of its own. Earlier versions wrote no
checksum.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bioviz.store.digest import digest
from bioviz.store.files import DiskFull, disk_trouble


def read_lines(path: Path) -> Iterator[Any]:
    """Yield the values of a log, in order; None for a line that cannot be read. Without a file there are none."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    for line in lines:
        if not line.strip():
            continue
        body, tab, stated = line.rpartition(
            b"\t"
        )  # JSON has no tab of its own: in a text it is written as an escape
        try:
            if tab and stated.rstrip(b"\r") != _sum(body):
                yield None
            else:
                yield json.loads(body if tab else line)
        except (ValueError, RecursionError):
            yield None


def state_of(paths: Iterable[Path]) -> str:
    """Return a text that changes with every line that anybody appends to these logs; cheap, for the keys of caches."""
    statuses = [(path.name, path.stat()) for path in paths]
    return digest([[name, status.st_size, status.st_mtime_ns] for name, status in statuses])[:16]


def append_line(path: Path, line: Mapping[str, object], what: str) -> None:
    """Append a line and wait until the disk has it; the caller has the log to itself.

    Parameters
    ----------
    path
        Its folders are made where they are missing.
    what
        The line in words, such as "flag".

    Raises
    ------
    DiskFull, NotWritable
        No room on the disk, or no right to write; nothing that was there before is lost.

    """
    text = json.dumps(dict(line), ensure_ascii=False, separators=(",", ":"))
    body = text.encode("utf-8", "replace")
    data = body + b"\t" + _sum(body) + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            if end:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":  # a crash left half a line
                    data = b"\n" + data
            try:
                while data:
                    data = data[file.write(data) :]
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(end)  # what is not kept must not stand there in part
                raise
        if not end:
            _sync_folder(path.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"The disk is full: this {what} is not kept, all earlier ones are. Free some space and try again."
            ) from error
        with disk_trouble(path):
            raise


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
