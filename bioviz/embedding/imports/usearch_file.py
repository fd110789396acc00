"""The file of a USearch index (version 2), read without its library: vectors and their keys.

    u32 rows, u32 bytes a row | the rows | 64 bytes of head | graph: 40 bytes, i16 level a node, then the nodes

A node is its key (u64), its level (i16), and lists of neighbors: one of the ground floor, one a level above; each a u32
count and room for as many u32 as may be. The graph is stepped over. So does USearch 2.26 write it; a file that does not
add up to its last byte is refused.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from bioviz.embedding.imports.results import check_size
from bioviz.errors import BadInput

KINDS = {10: np.dtype("<f8"), 11: np.dtype("<f4"), 12: np.dtype("<f2")}
"""Scalars that are read: numbers as they were stored. The others are codes of another scale."""
_HEAD = struct.Struct("<7s3H4B3Q?")
_GRAPH = struct.Struct("<5Q")
_GONE = np.iinfo(np.uint64).max


def read_index(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors (n, d) float32 and their keys (n,) uint64; removed ones are left out.

    Raises
    ------
    BadInput
        It is no such file, another version's, damaged, or stores codes in place of numbers.

    """
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            rows, width = struct.unpack("<2I", file.read(8))
            if 8 + rows * width + 64 + _GRAPH.size > size:
                raise BadInput(f"{path} is damaged: it says {rows:,} vectors, and is too short for them.")
            file.seek(8 + rows * width)
            head = file.read(64)
            magic, major, *_, scalar, key_kind, slot_kind, present, _, dim, several = _HEAD.unpack_from(head)
            graph = file.read(_GRAPH.size)
            nodes, connectivity, ground, _, _ = _GRAPH.unpack(graph)
    except (OSError, struct.error) as error:
        raise BadInput(f"{path} is no USearch index that can be read ({error}).") from error
    if magic != b"usearch" or major != 2 or several or (key_kind, slot_kind) != (14, 15):
        raise BadInput(f"{path} is no USearch index of version 2 with one vector a key.")
    if scalar not in KINDS:
        raise BadInput(
            f"{path} stores its vectors as codes (kind {scalar}), not as numbers, so they cannot be read."
        )
    check_size(rows, dim, path.name)
    if width != dim * KINDS[scalar].itemsize or nodes != rows or max(connectivity, ground) > 4096:
        raise BadInput(f"{path} is damaged: {rows:,} vectors of {dim:,} numbers do not add up.")
    offset = 8 + rows * width + 64 + _GRAPH.size
    keys = _keys(path, offset, rows, connectivity, ground, size)
    vectors = np.fromfile(path, KINDS[scalar], rows * dim, offset=8).reshape(rows, dim)
    present_keys = keys != _GONE
    if int(present_keys.sum()) < present:
        raise BadInput(
            f"{path} is damaged: it says {present:,} vectors and holds {int(present_keys.sum()):,}."
        )
    return vectors[present_keys].astype(np.float32), keys[present_keys]


def _keys(path: Path, offset: int, rows: int, connectivity: int, ground: int, size: int) -> np.ndarray:
    """(rows,) uint64; the first eight bytes of each node."""
    levels = np.fromfile(path, "<i2", rows, offset=offset)
    if len(levels) != rows or (levels < 0).any() or (levels > 64).any():
        raise BadInput(f"{path} is damaged: its graph has impossible levels.")
    lengths = 10 + (4 + 4 * ground) + levels.astype(np.int64) * (4 + 4 * connectivity)
    first = offset + 2 * rows
    if first + int(lengths.sum()) != size:
        raise BadInput(f"{path} is damaged or of another version: its parts do not add up to its length.")
    content = np.memmap(path, np.uint8, "r", first)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return content[starts[:, None] + np.arange(8)].copy().view("<u8").ravel()
