"""Packs: small arrays, each under a key of its own, many of them in one file that is written with one commit.

A pack is the bytes of its arrays one after another, then an index with the place, shape and SHA-256 of each, then a
footer with the index's own SHA-256. It is never changed: a pack in which something is damaged is written anew without.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import secrets
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bioviz.errors import BiovizError
from bioviz.store.files import Corrupt, atomic_file
from bioviz.store.usage import touch

log = logging.getLogger(__name__)

SUFFIX = ".pack"
_ENTRY = np.dtype(
    [("name", "u1", 32), ("offset", "<u8"), ("rows", "<u4"), ("columns", "<u4"), ("digest", "u1", 32)]
)
_FOOTER = struct.Struct("<Q8s8s32s")  # entries, dtype of the arrays, magic, SHA-256 of what stands before it
_MAGIC = b"BIOVPCK1"
_LOOK_AGAIN_S = 0.2
_SETTLED_S = 2.0  # a folder that changed longer ago than this has another time when it changes again


@dataclass(frozen=True, eq=False)
class _Pack:
    path: Path
    dtype: np.dtype
    entries: np.ndarray

    def check(self, size: int) -> None:
        """Raise Corrupt where the arrays are no numbers, or do not lie in the first `size` bytes."""
        if self.dtype.kind not in "fiu":
            raise Corrupt(f"its arrays are of {self.dtype}")
        count = (
            self.entries["rows"].astype(np.float64) * self.entries["columns"]
        )  # as floats, which do not overflow
        if (self.entries["offset"] + count * self.dtype.itemsize > size).any():
            raise Corrupt("its index names places that it does not have")

    def read(self, position: int) -> np.ndarray:
        """Raise FileNotFoundError, or Corrupt where the bytes are not those that were written."""
        with self.path.open("rb") as file:
            return self._read(file, position)

    def all_whole(self) -> Iterator[tuple[bytes, np.ndarray]]:
        """Yield the (name, array) of all that is not damaged."""
        with self.path.open("rb") as file:
            for position, entry in enumerate(self.entries):
                with contextlib.suppress(Corrupt):
                    yield entry["name"].tobytes(), self._read(file, position)

    def _read(self, file: BinaryIO, position: int) -> np.ndarray:
        entry = self.entries[position]
        shape = int(entry["rows"]), int(entry["columns"])
        file.seek(int(entry["offset"]))
        content = file.read(shape[0] * shape[1] * self.dtype.itemsize)
        if hashlib.sha256(content).digest() != entry["digest"].tobytes():
            raise Corrupt(f"{self.path} is damaged: the checksum of array {position} does not fit.")
        return np.frombuffer(content, self.dtype).reshape(shape).copy()


class PackFolder:
    """The packs of a folder, from any thread; other processes may add to them and remove some.

    Parameters
    ----------
    folder : Path
        Need not be there yet.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._packs: dict[Path, _Pack] = {}
        self._places: dict[bytes, tuple[_Pack, int]] = {}
        self._listed_ns = -1  # time of the folder when it was listed, and had been so for a while
        self._looked = float("-inf")
        self._touched: Path | None = None

    def add(self, arrays: Sequence[tuple[str, np.ndarray]]) -> None:
        """Store (rows, columns) arrays of one dtype by their keys: all of them, or none.

        Raises
        ------
        store.files.DiskFull, store.files.NotWritable

        """
        self._write([(_name(key), array) for key, array in arrays])

    def has(self, key: str) -> bool:
        """Whether there is an array, without checking it."""
        found = self._find(_name(key))
        return found is not None and found[0].path.is_file()

    def load(self, key: str) -> np.ndarray | None:
        """Return an array; None where there is none or it is damaged: then all that is damaged beside it goes too."""
        for _ in range(2):
            found = self._find(_name(key))
            if found is None:
                return None
            pack, position = found
            try:
                array = pack.read(position)
            except FileNotFoundError:
                self.look_again()
                continue
            except Corrupt as error:
                log.warning("%s What is damaged of it is dropped and computed again.", error)
                self._mend(pack)
                return None
            if pack.path != self._touched:
                touch(pack.path)
                self._touched = pack.path
            return array
        return None

    def drop(self, key: str) -> None:
        """Forget an array."""
        found = self._find(_name(key))
        if found is not None:
            self._mend(found[0], _name(key))

    def look_again(self) -> None:
        """See what other processes have added or removed until now."""
        with self._lock:
            self._looked, self._listed_ns = float("-inf"), -1

    def _find(self, name: bytes) -> tuple[_Pack, int] | None:
        with self._lock:
            self._refresh()
            return self._places.get(name)

    def _refresh(self) -> None:
        if time.monotonic() - self._looked < _LOOK_AGAIN_S:
            return
        self._looked = time.monotonic()
        try:
            changed = self._folder.stat().st_mtime_ns
            if changed == self._listed_ns:
                return
            there = {path for path in self._folder.iterdir() if path.suffix == SUFFIX}
        except (FileNotFoundError, NotADirectoryError):
            changed, there = -1, set()
        self._listed_ns = -1  # until all that it lists was read
        if gone := self._packs.keys() - there:
            for path in gone:
                del self._packs[path]
            self._places = {name: place for name, place in self._places.items() if place[0].path not in gone}
        read_all = True
        for path in there - self._packs.keys():
            try:
                pack = _open(path)
            except OSError:  # one that cannot be read now hides no other, and is tried again
                read_all = False
                continue
            if pack is not None:
                self._register(pack)
        if read_all and time.time_ns() - changed > _SETTLED_S * 1e9:
            self._listed_ns = changed

    def _register(self, pack: _Pack) -> None:
        self._packs[pack.path] = pack
        for position, name in enumerate(pack.entries["name"]):
            self._places[name.tobytes()] = pack, position

    def _write(self, arrays: Sequence[tuple[bytes, np.ndarray]]) -> None:
        dtype, path = arrays[0][1].dtype, self._folder / f"{secrets.token_hex(16)}{SUFFIX}"
        entries = np.zeros(len(arrays), _ENTRY)
        with atomic_file(path) as file:
            for entry, (name, array) in zip(entries, arrays, strict=True):
                content = np.ascontiguousarray(array, dtype).tobytes()
                entry["name"], entry["digest"] = _bytes(name), _bytes(hashlib.sha256(content).digest())
                entry["offset"], (entry["rows"], entry["columns"]) = file.tell(), array.shape
                file.write(content)
            file.write(_sealed(entries, dtype))
        with self._lock:
            self._register(_Pack(path, dtype, entries))

    def _mend(self, pack: _Pack, unwanted: bytes = b"") -> None:
        """Put a pack without what is damaged or unwanted in its place; where that fails, know it only here."""
        try:
            whole = [(name, array) for name, array in pack.all_whole() if name != unwanted]
        except FileNotFoundError:  # another was quicker
            self.look_again()
            return
        with self._lock:
            for name in [name for name, place in self._places.items() if place[0] is pack]:
                del self._places[name]
            try:
                if whole:
                    self._write(whole)
                pack.path.unlink(missing_ok=True)  # another may have mended it too
                self._packs.pop(pack.path, None)
            except (OSError, BiovizError):
                kept = {name for name, _ in whole}
                for position, name in enumerate(pack.entries["name"]):
                    if name.tobytes() in kept:
                        self._places[name.tobytes()] = pack, position


@lru_cache(64)
def packs_in(folder: Path) -> PackFolder:
    """Return the packs of a folder: one object for all who ask, since it remembers the indices."""
    return PackFolder(folder)


def _open(path: Path) -> _Pack | None:
    """Read the index of a pack; None where it is damaged (then the pack is dropped)."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - _FOOTER.size, 0))
        footer = file.read(_FOOTER.size)
        try:
            count, dtype, magic, _ = _FOOTER.unpack(footer)
            length = count * _ENTRY.itemsize
            if magic != _MAGIC or length + _FOOTER.size > size:
                raise Corrupt("its end is missing")
            file.seek(size - _FOOTER.size - length)
            index = file.read(length)
            if hashlib.sha256(index + footer[:-32]).digest() != footer[-32:]:
                raise Corrupt("the checksum of its index does not fit")
            pack = _Pack(path, np.dtype(dtype.rstrip(b"\0").decode()), np.frombuffer(index, _ENTRY))
            pack.check(size - _FOOTER.size - length)
            return pack
        except (Corrupt, struct.error, ValueError, TypeError) as error:
            log.warning("%s is damaged (%s). It is dropped and computed again.", path, error)
    with contextlib.suppress(OSError):
        path.unlink()
    return None


def _sealed(entries: np.ndarray, dtype: np.dtype) -> bytes:
    """Return the index with its footer."""
    name = dtype.str.encode().ljust(8, b"\0")
    start = entries.tobytes() + struct.pack("<Q8s8s", len(entries), name, _MAGIC)
    return start + hashlib.sha256(start).digest()


def _name(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _bytes(content: bytes) -> np.ndarray:
    return np.frombuffer(content, np.uint8)
