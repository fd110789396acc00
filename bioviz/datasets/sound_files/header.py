"""What the header of a .wav recording tells: when it was made, and how much slower it plays than what was recorded.

Read are GUANO, the wamd chunk of Wildlife Acoustics, the comment of AudioMoth and the bext chunk of broadcast WAV.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from bioviz.datasets.sound_files.riff import text_chunks

# The first firmware (1.0) wrote no zone; its clock was set to UTC.
_AUDIOMOTH = re.compile(
    r"Recorded at (\d\d):(\d\d):(\d\d)(?:\.\d+)? (\d\d)/(\d\d)/(\d{4})(?: \(UTC([+-]\d+)?(?::(\d\d))?\)| by AudioMoth)"
)
_BEXT_DATE, _BEXT_TIME = slice(320, 330), slice(330, 338)
_WAMD_TIMESTAMP, _WAMD_EXPANSION = 0x05, 0x0F
_LARGEST_EXPANSION = 1000.0


@dataclass(frozen=True)
class Header:
    """What a header tells.

    Attributes
    ----------
    recorded_at : datetime, optional
        Start of the recording, with the zone that is stated there, if any.
    expansion : float
        Time expansion: 10 where the file plays ten times slower than what was recorded.
    """

    recorded_at: datetime | None = None
    expansion: float = 1.0


def read_header(path: Path) -> Header:
    """Read the header of a recording; what is not there, or cannot be read, is as in `Header()`."""
    chunks = text_chunks(path)
    guano = _guano(chunks.get(b"guan", b""))
    wamd = _wamd(chunks.get(b"wamd", b""))
    at = (
        _iso(guano.get("Timestamp", ""))
        or _iso(wamd.get(_WAMD_TIMESTAMP, b"").decode("utf-8", "replace").strip("\0 "))
        or _audiomoth(chunks.get(b"LIST", b"").decode("latin-1"))
        or _bext(chunks.get(b"bext", b""))
    )
    return Header(at, _expansion(guano.get("TE", ""), wamd.get(_WAMD_EXPANSION, b"")))


def _guano(content: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in content.decode("utf-8", "replace").split("\n"))
    return {key.strip(): value.strip() for key, colon, value in pairs if colon}


def _wamd(content: bytes) -> dict[int, bytes]:
    """Return the first value of each field, by its number."""
    entries: dict[int, bytes] = {}
    at = 0
    while at + 6 <= len(content):
        number, size = struct.unpack_from("<HI", content, at)
        entries.setdefault(number, content[at + 6 : at + 6 + size])
        at += 6 + size
    return entries


def _expansion(guano: str, wamd: bytes) -> float:
    try:
        value = float(guano.replace(",", ".")) if guano else float(int.from_bytes(wamd[:2], "little"))
    except ValueError:
        return 1.0
    return value if 0 < value <= _LARGEST_EXPANSION else 1.0


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _audiomoth(comment: str) -> datetime | None:
    match = _AUDIOMOTH.search(comment)
    if match is None:
        return None
    hour, minute, second, day, month, year, zone, zone_minutes = match.groups()
    offset = timedelta(hours=int(zone or 0))
    offset += timedelta(minutes=int(zone_minutes or 0)) * (-1 if (zone or "").startswith("-") else 1)
    try:
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second))
        return at.replace(tzinfo=timezone(offset) if offset else UTC)
    except ValueError:
        return None


def _bext(content: bytes) -> datetime | None:
    """Date and time of origin: digits with any separators, by the clock of the recorder."""
    date, time = (re.findall(rb"\d+", content[field]) for field in (_BEXT_DATE, _BEXT_TIME))
    if [len(part) for part in date] != [4, 2, 2] or [len(part) for part in time] != [2, 2, 2]:
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in (*date, *time))
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
