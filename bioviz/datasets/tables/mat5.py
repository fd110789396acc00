"""Numbers and texts from MATLAB files of version 5 to 7, every size in them checked.

scipy's reader ends the whole process (a segmentation fault) on some damaged files, which nobody can catch.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator
from itertools import islice

import numpy as np

_HEADER, _MOST_BYTES = 128, 256 * 1024 * 1024
_MATRIX, _COMPRESSED = 14, 15
_TYPES = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8", 16: "u1", 17: "u2",
    18: "u4",
}  # fmt: skip
_CHARACTERS, _NUMBERS = 4, range(6, 16)  # classes of arrays
_UTF8 = 16


class Broken(ValueError):
    """It is no such file, or ends too soon."""


def read_mat5(content: bytes, names: Collection[str]) -> dict[str, np.ndarray | list[str]]:
    """Return the variables of some names.

    Parameters
    ----------
    content : bytes
        The whole file.
    names : collection of str
        Variables wanted.

    Returns
    -------
    dict
        Of those that are there: numbers as (n,) float64 in MATLAB's order, text as one str a row.

    Raises
    ------
    Broken
        It is no such file, or damaged.
    """
    order = {b"IM": "<", b"MI": ">"}.get(content[126:128])
    if order is None:
        raise Broken("no MATLAB file of version 5 to 7")
    variables: dict[str, np.ndarray | list[str]] = {}
    for kind, body in _elements(content[_HEADER:], order):
        if kind == _COMPRESSED:
            (kind, body), *_ = list(_elements(_inflated(body), order)) or [(0, b"")]
        if kind == _MATRIX and (variable := _variable(body, order, names)) is not None:
            variables[variable[0]] = variable[1]
    return variables


def _inflated(body: bytes) -> bytes:
    try:
        stream = zlib.decompressobj()
        inflated = stream.decompress(body, _MOST_BYTES)
    except zlib.error as error:
        raise Broken("a compressed part is damaged") from error
    if stream.unconsumed_tail:
        raise Broken("too large")
    return inflated


def _elements(content: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """(type, bytes) of the elements that lie one after the other."""
    at = 0
    while at + 8 <= len(content):
        kind, size = struct.unpack_from(order + "II", content, at)
        if kind >> 16:  # a small element: its size and type in one word, its content in the next
            kind, size, start, following = kind & 0xFFFF, kind >> 16, at + 4, at + 8
            if size > 4:
                raise Broken("a small element of more than 4 bytes")
        else:
            start = at + 8
            following = start + size + (-size % 8 if kind != _COMPRESSED else 0)
        if start + size > len(content):
            raise Broken("it breaks off")
        yield kind, content[start : start + size]
        at = following


def _variable(body: bytes, order: str, names: Collection[str]) -> tuple[str, np.ndarray | list[str]] | None:
    parts = list(islice(_elements(body, order), 4))
    if len(parts) < 4:
        raise Broken("a variable without content")
    flags, shape, name, (kind, raw) = parts
    title = name[1].decode("latin-1")
    if title not in names:
        return None
    if len(flags[1]) < 4:
        raise Broken("a variable without a class")
    of_class = struct.unpack_from(order + "I", flags[1])[0] & 0xFF
    sizes = np.clip(np.nan_to_num(_numbers(*shape, order)), -1, 1 << 40).astype(np.int64)
    if of_class == _CHARACTERS:
        return title, _texts(kind, raw, sizes, order)
    if of_class in _NUMBERS:
        return title, _numbers(kind, raw, order)
    raise Broken(f"{title} is neither numbers nor text")


def _numbers(kind: int, raw: bytes, order: str) -> np.ndarray:
    if kind not in _TYPES:
        raise Broken("numbers of an unknown type")
    dtype = np.dtype(order + _TYPES[kind])
    return np.frombuffer(raw[: len(raw) // dtype.itemsize * dtype.itemsize], dtype).astype(np.float64)


def _texts(kind: int, raw: bytes, sizes: np.ndarray, order: str) -> list[str]:
    """One text a row; MATLAB keeps characters column after column."""
    if kind == _UTF8 or kind in (1, 2):
        letters = raw.decode("utf-8", "replace") if kind == _UTF8 else raw.decode("latin-1")
    else:
        letters = "".join(chr(int(n)) if 0 <= n < 0xD800 else "\ufffd" for n in _numbers(kind, raw, order))
    rows = int(sizes[0]) if len(sizes) == 2 else 1
    if len(sizes) != 2 or rows < 0 or rows * int(sizes[1]) != len(letters):
        raise Broken("a text of another length than it says")
    return [letters[i::rows] for i in range(rows)] if letters else []
