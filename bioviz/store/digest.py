"""A hash of values that is the same in every process and on every machine.

For keys of results see `store.keys`, which is the one module that makes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache

import numpy as np

_LARGE = 1 << 16  # bytes of an array that are not gathered with others


def digest(*parts: object) -> str:
    """SHA-256 (hex) of values, the same in every process and on every machine.

    Each value is preceded by its type and length, so that no two different lists of values run together:
    `digest("ab", "c") != digest("a", "bc")`, `digest(1) != digest("1")`, `digest(1) != digest(1.0)`.
    The order of a mapping's keys does not matter; a tuple and a list of the same values are the same.

    Parameters
    ----------
    parts
        None, bool, int, float, str, bytes, numpy arrays and scalars, and lists, tuples, mappings (with str
        keys) and dataclasses of them. Fields of a dataclass that do not count in its comparison
        (`compare=False`) do not count here either.

    Raises
    ------
    TypeError
        Anything else; a key must never depend on a memory address.

    """
    hasher = _Hasher()
    hasher.feed(parts)
    return hasher.hexdigest()


class _Hasher:
    """Gathers what is hashed in pieces: keys of a hundred thousand recordings are made while a run is opened."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._pieces: list[bytes] = []

    def hexdigest(self) -> str:
        self._flush()
        return self._sha.hexdigest()

    def feed(self, value: object) -> None:
        kind = type(value)
        if kind is str:
            self._put("str", value.encode("utf-8", "surrogatepass"))  # pyright: ignore[reportAttributeAccessIssue]
        elif kind is int:
            self._put("int", str(value).encode())
        elif kind is float:
            # + 0.0 makes -0.0 and 0.0, which are equal, one key.
            self._put("float", repr(value + 0.0).encode())  # pyright: ignore[reportOperatorIssue]
        elif isinstance(value, np.ndarray):
            self._feed_array(value)
        elif is_dataclass(value) and not isinstance(value, type):
            self._put("dataclass", b"")
            names = _names_of(kind)
            self._put("mapping", str(len(names)).encode())
            for name, piece in names:
                self._pieces.append(piece)
                self.feed(getattr(value, name))
        else:
            self._feed_other(value)

    def _feed_other(self, value: object) -> None:
        match value:
            case None:
                self._put("none", b"")
            case bool() | np.bool_():
                self._put("bool", b"1" if value else b"0")
            case int() | np.integer():
                self._put("int", str(int(value)).encode())
            case float() | np.floating():
                self._put("float", repr(float(value) + 0.0).encode())
            case str():
                self._put("str", value.encode("utf-8", "surrogatepass"))
            case bytes() | bytearray() | memoryview():
                self._put("bytes", bytes(value))
            case list() | tuple():
                self._put("list", str(len(value)).encode())
                for item in value:
                    self.feed(item)
            case Mapping():
                self._put("mapping", str(len(value)).encode())
                if not all(isinstance(key, str) for key in value):
                    raise TypeError("A key can be made only from mappings with text keys.")
                for key in sorted(value):
                    self.feed(key)
                    self.feed(value[key])
            case _:
                raise TypeError(f"A key cannot be made from {type(value).__name__}.")

    def _feed_array(self, value: np.ndarray) -> None:
        if value.dtype.hasobject:
            raise TypeError("A key cannot be made from an array of Python objects.")
        # Little-endian on every machine.
        array = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        self._put(f"array {array.dtype.str} {value.shape}", array.tobytes())
        if array.nbytes > _LARGE:
            self._flush()

    def _put(self, kind: str, data: bytes) -> None:
        self._pieces.append(f"{kind}:{len(data)}:".encode())
        self._pieces.append(data)

    def _flush(self) -> None:
        for piece in self._pieces if len(self._pieces) < 8 else [b"".join(self._pieces)]:
            self._sha.update(piece)
        self._pieces.clear()


@cache
def _names_of(kind: type) -> tuple[tuple[str, bytes], ...]:
    """Names of the fields that count of a dataclass, in order, each with what is hashed of it."""
    names = sorted(each.name for each in fields(kind) if each.compare)
    return tuple((name, f"str:{len(name.encode())}:{name}".encode()) for name in names)
