"""Files that are either whole or absent, and that know when they were damaged.

Bytes are sealed with a 40-byte trailer: 8 bytes of magic and the SHA-256 of all that stands before. A JSON file is an
object of two fields: the SHA-256 of the text of the second, and that value. Arrays are in `store.arrays`.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from bioviz.errors import BiovizError

MAGIC = b"BIOVSHA2"
TRAILER_BYTES = len(MAGIC) + 32
_SUM, _VALUE = b'{"sha256": "', b'",\n"value": '  # what stands around the value of a JSON file


class Corrupt(BiovizError):
    """A stored file was damaged (cut short or changed); drop it and compute it again."""


class DiskFull(BiovizError):
    """There is no room to write; nothing that was stored before is lost."""


class NotWritable(BiovizError):
    """The cache may not be written to; what it holds can still be read."""


@contextlib.contextmanager
def disk_trouble(path: Path) -> Iterator[None]:
    """Say in a sentence why `path` cannot be written.

    Raises
    ------
    DiskFull
        No room on the disk, or the quota is used up.
    NotWritable
        The disk or the folder is read-only for this account, or the file would be larger than it may be.

    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"The disk is full: {path.name} could not be written to {path.parent}. What was stored "
                "before is kept. Free some space (for example on the page Jobs and storage) and start again; "
                "it goes on from there."
            ) from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG):
            raise NotWritable(
                f"{path.name} could not be written to {path.parent}: {error.strerror}. What was stored before is "
                "kept. Let this account write there, or set BIOVIZ_CACHE to a folder where it may."
            ) from error
        raise


def make_folder(folder: Path) -> Path:
    """Return `folder`, made with its parents where it is missing.

    Raises
    ------
    DiskFull, NotWritable
        See `disk_trouble`.

    """
    with disk_trouble(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def create(folder: Path, name: str) -> tuple[Path, BinaryIO]:
    """Open a new temporary file for writing and reading, with the rights that the umask leaves to others.

    `tempfile` would leave it to this account alone, and a group could not share a cache.
    """
    path = folder / f".{name[:40]}.{secrets.token_hex(8)}.tmp"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    return path, os.fdopen(os.open(path, flags, 0o666), "w+b")


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a binary file (readable, writable) that takes its place at `path` when the block ends without an error.

    It is written under a temporary name in the same folder, flushed to the disk and renamed, so that a reader
    sees the old file or the new one and never a part.

    Raises
    ------
    DiskFull, NotWritable
        See `disk_trouble`.

    """
    path = Path(path)
    with disk_trouble(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary, file = create(path.parent, path.name)
        try:
            with file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


def write_atomic(path: Path, data: bytes | Callable[[BinaryIO], object]) -> None:
    """Write bytes, or what `data(file)` writes, so that `path` holds all of it or is as it was.

    Raises
    ------
    DiskFull
        No room on the disk.

    """
    with atomic_file(path) as file:
        if callable(data):
            data(file)
        else:
            file.write(data)


def write_json(path: Path, value: object, *, compact: bool = False) -> None:
    """Write a JSON-able value atomically, with its checksum.

    Parameters
    ----------
    path : Path
        The file.
    value
        What it shall hold.
    compact : bool
        On one line, which is half as long and half as long to read where there are many values.

    Raises
    ------
    DiskFull
        No room on the disk.

    """
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
    text = json.dumps(value, ensure_ascii=False, **layout).encode()
    write_atomic(path, _SUM + hashlib.sha256(text).hexdigest().encode() + _VALUE + text + b"}\n")


def read_json(path: Path) -> Any:
    """Read what `write_json` wrote; what it holds is for the caller to check.

    Raises
    ------
    FileNotFoundError
        There is none.
    Corrupt
        It is not JSON, or was changed after it was written.

    """
    return parse_json(Path(path).read_bytes(), str(path))


def parse_json(data: bytes, name: str) -> Any:
    """Return the value in the bytes of a JSON file, its checksum compared where it has one.

    Parameters
    ----------
    data : bytes
        As `write_json` wrote them, or plain JSON, as earlier versions did.
    name : str
        Of the file, for sentences.

    Raises
    ------
    Corrupt
        It is not JSON, or was changed after it was written.

    """
    sealed = re.fullmatch(_SUM + rb"([0-9a-f]{64})" + re.escape(_VALUE) + rb"(.*)}\n", data, re.DOTALL)
    try:
        if sealed is None:
            value = json.loads(data)
        elif hashlib.sha256(sealed[2]).hexdigest() != sealed[1].decode():
            raise Corrupt(f"{name} is damaged: its checksum does not fit.")
        else:
            return json.loads(sealed[2])
    except (ValueError, RecursionError) as error:
        raise Corrupt(f"{name} is damaged: it is not JSON ({error}).") from error
    if isinstance(value, dict) and len(value) <= 2 and ("sha256" in value or "value" in value):
        raise Corrupt(
            f"{name} is damaged: it was changed after it was written."
        )  # in what is around the value
    return value


def write_sealed(path: Path, data: bytes) -> None:
    """Write bytes atomically, with their checksum in a trailer. Raises DiskFull."""

    def write(file: BinaryIO) -> None:
        file.write(data)
        file.write(MAGIC + hashlib.sha256(data).digest())

    write_atomic(path, write)


def read_sealed(path: Path) -> bytes:
    """Return what `write_sealed` wrote; what has no trailer, as earlier versions wrote it, as it is.

    Raises
    ------
    FileNotFoundError
        There is none.
    Corrupt
        It was changed after it was written.

    """
    data = Path(path).read_bytes()
    body, trailer = data[:-TRAILER_BYTES], data[-TRAILER_BYTES:]
    if not trailer.startswith(MAGIC):
        return data
    if hashlib.sha256(body).digest() != trailer[len(MAGIC) :]:
        raise Corrupt(f"{path} is damaged: its checksum does not fit.")
    return body
