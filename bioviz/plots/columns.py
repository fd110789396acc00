"""How numbers travel to the browser: a head of JSON, then columns as they lie in memory."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np


class Columns:
    """Columns of numbers that follow a head of JSON; the head says of each where it is.

    Each begins at a multiple of eight bytes, so that a browser reads it where it lies.
    """

    def __init__(self) -> None:
        self._columns: list[np.ndarray] = []
        self._end = 0

    def add(self, values: np.ndarray, dtype: str) -> dict[str, str | int]:
        """Put a column behind the others, little-endian whatever the machine; give what the head says of it."""
        column = np.ascontiguousarray(values, dtype=np.dtype(dtype))
        at, self._end = self._end, self._end + _padded(column.nbytes)
        self._columns.append(column)
        return {"dtype": dtype.lstrip("<"), "at": at, "count": len(column)}

    def parts(self) -> Iterator[bytes | memoryview]:
        """Give their bytes, one column after the other."""
        for column in self._columns:
            yield column.view(np.uint8).data
            yield bytes(_padded(column.nbytes) - column.nbytes)


def parts_of(head_of: Callable[[Columns], dict[str, Any]]) -> Iterator[bytes | memoryview]:
    """Give what the browser reads (`columnsFrom` in points.js): length of the head, head, and its columns.

    Parameters
    ----------
    head_of
        Gives the head, having added its columns to those that it is given.

    """
    columns = Columns()
    text = json.dumps(head_of(columns)).encode()
    text += b" " * (_padded(len(text)) - len(text))
    yield struct.pack("<q", len(text))
    yield text
    yield from columns.parts()


def digest_of(parts: Iterable[bytes | memoryview]) -> str:
    """Return the digest of bytes that come in parts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:24]


def _padded(length: int) -> int:
    return -(-length // 8) * 8
