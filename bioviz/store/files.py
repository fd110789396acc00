"""Files that are either whole or absent, and that know when they were damaged.

A checked array is an ordinary .npy file with a 40-byte trailer: 8 bytes of magic and the SHA-256 of all that
stands before. `numpy.load` reads it as it is, because it stops at the end of the array. Other bytes are sealed with the
same trailer. A JSON file is an object of two fields: the SHA-256 of the text of the second, and that value.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bioviz.errors import BiovizError

MAGIC = b"BIOVSHA2"
TRAILER_BYTES = len(MAGIC) + 32
_CHUNK = 1 << 20
_SUM, _VALUE = b'{"sha256": "', b'",\n"value": '  # what stands around the value of a JSON file

# Files whose checksum this process has already found right: (path, inode, size, modification time in ns).
_verified: set[tuple[str, int, int, int]] = set()


class Corrupt(BiovizError):
    """A stored file was damaged (cut short or changed); drop it and compute it again."""


class DiskFull(BiovizError):
    """There is no room to write; nothing that was stored before is lost."""


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a binary file (readable, writable) that takes its place at `path` when the block ends without an error.

    It is written under a temporary name in the same folder, flushed to the disk and renamed, so that a reader
    sees the old file or the new one and never a part.

    Raises
    ------
    DiskFull
        No room on the disk, or the quota is used up.

    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(name)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"The disk is full: {path.name} could not be written to {path.parent}. What was stored "
                "before is kept. Free some space (for example: python -m bioviz cache prune) and start again; "
                "it goes on from there."
            ) from error
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


def save_array(path: Path, array: np.ndarray) -> None:
    """Store an array (not of objects) with its checksum.

    Raises
    ------
    DiskFull
        No room on the disk.
    ValueError
        An array of Python objects.

    """
    array = np.ascontiguousarray(array).reshape(np.shape(array))
    whole = slice(0, len(array)) if array.ndim else slice(0, 1)
    save_rows(path, array.shape, array.dtype, [(whole, array)])


def save_rows(
    path: Path, shape: tuple[int, ...], dtype: np.dtype | type, parts: Iterable[tuple[slice, np.ndarray]]
) -> str:
    """Store an array of `shape` that comes in parts, each for a slice of its rows.

    Rows that no part covers hold zeros. Written with plain writes, not through a memory map: on a full disk a
    map kills the process, a write raises.

    Returns
    -------
    The SHA-256 (hex) of the .npy bytes.

    Raises
    ------
    DiskFull
        No room on the disk.
    ValueError
        An array of Python objects, or a part that does not fit its rows.

    """
    dtype = np.dtype(dtype)
    if dtype.hasobject:
        raise ValueError("An array of Python objects cannot be stored (it would need pickle).")
    with atomic_file(path) as file:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": tuple(shape)}
        np.lib.format.write_array_header_2_0(file, header)
        start = file.tell()
        row_shape = tuple(shape[1:])
        row_bytes = dtype.itemsize * int(np.prod(row_shape, dtype=np.int64))
        for rows, part in parts:
            if len(shape) and part.shape != (rows.stop - rows.start, *row_shape):
                raise ValueError(f"A part of shape {part.shape} does not fit rows {rows} of {shape}.")
            file.seek(start + rows.start * row_bytes)
            file.write(np.ascontiguousarray(part, dtype=dtype).reshape(-1).view(np.uint8).data)
        end = start + dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        file.truncate(end)
        digest = _sha256(file, end)
        file.seek(end)
        file.write(MAGIC + digest)
    return digest.hex()


def load_array(path: Path, mmap: bool = False) -> np.ndarray:
    """Load what `save_array` or `save_rows` stored; its checksum is compared once a process and file state.

    Parameters
    ----------
    path
        The .npy file.
    mmap
        Map it read-only instead of reading it into memory.

    Raises
    ------
    FileNotFoundError
        There is none.
    Corrupt
        It was cut short or changed.

    """
    path = Path(path)
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        state = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
        if state not in _verified:
            _verify(path, file, status.st_size)
            _verified.add(state)
        if not mmap:
            file.seek(0)
            return np.load(file, allow_pickle=False)
    return np.load(path, mmap_mode="r", allow_pickle=False)


def stored_digest(path: Path) -> str:
    """Return the SHA-256 (hex) written in the trailer of a checked array, without comparing it.

    Raises
    ------
    FileNotFoundError, Corrupt.

    """
    with Path(path).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return _trailer(Path(path), file, size).hex()


def _trailer(path: Path, file: BinaryIO, size: int) -> bytes:
    file.seek(max(size - TRAILER_BYTES, 0))
    trailer = file.read(TRAILER_BYTES)
    if len(trailer) < TRAILER_BYTES or not trailer.startswith(MAGIC):
        raise Corrupt(f"{path} is damaged: its end is missing.")
    return trailer[len(MAGIC) :]


def _verify(path: Path, file: BinaryIO, size: int) -> None:
    expected = _trailer(path, file, size)
    if _sha256(file, size - TRAILER_BYTES) != expected:
        raise Corrupt(f"{path} is damaged: its checksum does not fit.")


def _sha256(file: BinaryIO, length: int) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    while length > 0 and (chunk := file.read(min(_CHUNK, length))):
        digest.update(chunk)
        length -= len(chunk)
    return digest.digest()
