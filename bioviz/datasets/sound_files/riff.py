"""The chunks of RIFF and RF64 files (.wav), walked without trusting their sizes."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

NO_LENGTH = 0xFFFFFF00  # sizes from here on are written by programs that do not know the length yet
_MOST_CHUNKS = 1000
_TEXT_BYTES = 1 << 16
_TEXTS = (b"guan", b"LIST", b"wamd", b"bext")


@dataclass(frozen=True)
class Chunk:
    """A chunk: its id, where its content begins, and how many bytes its header says that it has."""

    id: bytes
    at: int
    size: int


@dataclass(frozen=True)
class SoundData:
    """The chunk `data` of a file.

    Attributes
    ----------
    at : int
        Where its first byte is.
    declared : int
        Bytes by the header.
    there : int
        Bytes from there to the end of the file, or to the next chunk.
    is_unfinished : bool
        The header gives no length, as a recorder leaves it that lost its power, and sound follows.
    """

    at: int
    declared: int
    there: int
    is_unfinished: bool


def chunks(file: BinaryIO, start: int = 12) -> Iterator[Chunk]:
    """Yield the chunks from an offset on, as far as their headers can be read; nothing where it is no RIFF file."""
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    if not is_riff(file.read(12)):
        return
    at, long_size = start, None
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack("<4sI", head)
        if name == b"ds64":
            long_size = int.from_bytes(file.read(24)[8:16], "little")
        if name == b"data" and size == 0xFFFFFFFF and long_size:
            size = long_size
        yield Chunk(name, at + 8, size)
        at += 8 + size + size % 2
        if at >= end:
            return


def is_riff(head: bytes) -> bool:
    """Whether the first 12 bytes are those of a RIFF or RF64 file of sound."""
    return head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE"


def sound_data(path: Path) -> SoundData | None:
    """Where the sound of a file lies; None where it is no RIFF file, or has no such chunk.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with Path(path).open("rb") as file:
        data = next((chunk for chunk in chunks(file) if chunk.id == b"data"), None)
        if data is None:
            return None
        left = file.seek(0, os.SEEK_END) - data.at
        without_length = data.size == 0 or data.size >= NO_LENGTH
        unfinished = without_length and left > 0 and not (data.size == 0 and _are_chunks(file, data.at))
        present = left if unfinished else min(left, data.size)
        return SoundData(data.at, data.size, max(0, present), unfinished)


def text_chunks(path: Path) -> dict[bytes, bytes]:
    """Return the small chunks that tell of the recording (GUANO, LIST, wamd, bext), by id; nothing for other files."""
    texts: dict[bytes, bytes] = {}
    try:
        with Path(path).open("rb") as file:
            for chunk in list(chunks(file)):
                if chunk.id in _TEXTS and chunk.size <= _TEXT_BYTES:
                    file.seek(chunk.at)
                    texts.setdefault(chunk.id, file.read(chunk.size))
    except OSError:
        return texts
    return texts


def _are_chunks(file: BinaryIO, at: int) -> bool:
    """Whether what follows an offset are chunks up to the end of the file rather than sound."""
    end = file.seek(0, os.SEEK_END)
    last = at
    for chunk in chunks(file, at):
        if not all(32 <= byte < 127 for byte in chunk.id):
            return False
        last = chunk.at + chunk.size
    return end - 1 <= last <= end + 1
