"""Arrays on disk that know when they were damaged.

A checked array is an ordinary .npy file with the trailer of `store.files`. `numpy.load` reads it as it is, because it
stops at the end of the array.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from cachetools import LRUCache

from bioviz.store.files import MAGIC, TRAILER_BYTES, Corrupt, atomic_file

_CHUNK = 1 << 20

# Files whose checksum this process has already found right: (path, inode, size, modification time in ns).
_verified: LRUCache[tuple[str, int, int, int], bool] = LRUCache(100_000)
_verified_lock = threading.Lock()


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
        with _verified_lock:
            is_right = _verified.get(state, False)
        if not is_right:
            _verify(path, file, status.st_size)
            with _verified_lock:
                _verified[state] = True
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
