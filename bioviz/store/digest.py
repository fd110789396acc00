"""A hash of values that is the same in every process and on every machine.

For keys of results see `store.keys`, which is the one module that makes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hashlib import _Hash


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
    sha = hashlib.sha256()
    _feed(sha, parts)
    return sha.hexdigest()


def _feed(sha: _Hash, value: object) -> None:
    match value:
        case None:
            _put(sha, "none", b"")
        case bool() | np.bool_():
            _put(sha, "bool", b"1" if value else b"0")
        case int() | np.integer():
            _put(sha, "int", str(int(value)).encode())
        case float() | np.floating():
            # + 0.0 makes -0.0 and 0.0, which are equal, one key.
            _put(sha, "float", repr(float(value) + 0.0).encode())
        case str():
            _put(sha, "str", value.encode("utf-8", "surrogatepass"))
        case bytes() | bytearray() | memoryview():
            _put(sha, "bytes", bytes(value))
        case np.ndarray():
            if value.dtype.hasobject:
                raise TypeError("A key cannot be made from an array of Python objects.")
            # Little-endian on every machine.
            array = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
            _put(sha, f"array {array.dtype.str} {value.shape}", array.tobytes())
        case list() | tuple():
            _put(sha, "list", str(len(value)).encode())
            for item in value:
                _feed(sha, item)
        case Mapping():
            _put(sha, "mapping", str(len(value)).encode())
            if not all(isinstance(key, str) for key in value):
                raise TypeError("A key can be made only from mappings with text keys.")
            for key in sorted(value):
                _feed(sha, key)
                _feed(sha, value[key])
        case _ if is_dataclass(value) and not isinstance(value, type):
            _put(sha, "dataclass", b"")
            _feed(sha, {each.name: getattr(value, each.name) for each in fields(value) if each.compare})
        case _:
            raise TypeError(f"A key cannot be made from {type(value).__name__}.")


def _put(sha: _Hash, kind: str, data: bytes) -> None:
    sha.update(f"{kind}:{len(data)}:".encode())
    sha.update(data)
