"""How many samples a FLAC file holds by its last frames, whatever its header says.

Some recorders write twice the length into the header (Frontier Labs), others none; a copy that was cut short keeps
that of the whole. Every frame carries its own number, so that the last one tells the length.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_TAIL_BYTES = 1 << 20  # the largest frame is far smaller
_MOST_ENDS = 4  # offsets at which a frame may end
_SYNC = re.compile(rb"\xff[\xf8\xf9]", re.DOTALL)
_SIZES = {1: 192, **{n: 576 << (n - 2) for n in range(2, 6)}, **{n: 256 << (n - 8) for n in range(8, 16)}}
_TOTAL_AT, _TOTAL_BITS = 18, 36  # of the 8 bytes of STREAMINFO that end with the number of samples


def declared_frames(path: Path) -> int | None:
    """Return samples per channel by the header, 0 where it leaves that open; None where the file is no FLAC.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with Path(path).open("rb") as file:
        return _declared(file.read(_TOTAL_AT + 8))


def held_frames(path: Path) -> int | None:
    """Return samples per channel up to the end of the last whole frame; None where no frame is found.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with Path(path).open("rb") as file:
        head = file.read(_TOTAL_AT + 8)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
    nominal = int.from_bytes(head[8:10], "big")  # samples in a frame
    declared = _declared(head)
    ends = [len(tail)]
    for sync in reversed(list(_SYNC.finditer(tail))):
        frame = _frame(tail, sync.start(), nominal)
        if frame is None:
            continue
        first, count = frame
        # A tag may follow the last frame, so that a header that agrees with it is believed.
        if first + count == declared or _is_whole(tail, sync.start(), ends[-_MOST_ENDS:]):
            return first + count
        ends.append(sync.start())  # cut off or damaged: the frame before it may end here
    return None


def _is_whole(data: bytes, start: int, ends: list[int]) -> bool:
    """Whether a frame that begins at an offset ends, with its checksum, at one of some offsets."""
    value, at = 0, start
    for end in sorted(ends):
        for byte in data[at : end - 2]:
            value = (value << 8 & 0xFF00) ^ _CRC16[value >> 8 ^ byte]
        at = max(at, end - 2)
        if end - start > 2 and value == int.from_bytes(data[end - 2 : end], "big"):
            return True
    return False


def with_frames(head: bytes, frames: int) -> bytes:
    """Return the first bytes of a file (at least 26) with another number of samples in them."""
    value = int.from_bytes(head[_TOTAL_AT : _TOTAL_AT + 8], "big")
    value = (value >> _TOTAL_BITS << _TOTAL_BITS) | frames
    return head[:_TOTAL_AT] + value.to_bytes(8, "big") + head[_TOTAL_AT + 8 :]


def _declared(head: bytes) -> int | None:
    if head[:4] != b"fLaC" or len(head) < _TOTAL_AT + 8 or head[4] & 0x7F != 0:
        return None
    return int.from_bytes(head[_TOTAL_AT:], "big") & ((1 << _TOTAL_BITS) - 1)


def _frame(data: bytes, at: int, nominal: int) -> tuple[int, int] | None:
    """(first sample, samples) of the frame whose header begins at an offset; None where there is none."""
    head = data[at : at + 16]
    if len(head) < 6:
        return None
    leading = _leading_ones(head[4])
    length = 1 if leading == 0 else leading
    if leading == 1 or leading > 7 or len(head) < 4 + length + 4:
        return None
    number = head[4] & (0x7F >> leading)
    for byte in head[5 : 4 + length]:
        if byte & 0xC0 != 0x80:
            return None
        number = number << 6 | byte & 0x3F
    after = 4 + length
    code = head[2] >> 4
    if code in (6, 7):
        width = code - 5
        count = int.from_bytes(head[after : after + width], "big") + 1
        after += width
    elif code in _SIZES:
        count = _SIZES[code]
    else:
        return None
    after += {12: 1, 13: 2, 14: 2}.get(head[2] & 0x0F, 0)
    if after >= len(head) or _crc8(head[:after]) != head[after]:
        return None
    return (number if head[1] & 1 else number * (nominal or count)), count


def _leading_ones(byte: int) -> int:
    return 8 - (byte ^ 0xFF).bit_length()


def _table(polynomial: int, bits: int) -> tuple[int, ...]:
    top, mask, table = 1 << (bits - 1), (1 << bits) - 1, []
    for value in range(256):
        value <<= bits - 8
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        table.append(value)
    return tuple(table)


_CRC8, _CRC16 = _table(0x07, 8), _table(0x8005, 16)


def _crc8(data: bytes) -> int:
    value = 0
    for byte in data:
        value = _CRC8[value ^ byte]
    return value
