"""When and where a recording was made, as its name or header tells it."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

# PREFIX_YYYYMMDD_HHMMSS of most recorders; AudioMoth writes $ for _ when the clock was set by GPS.
_STAMP = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)"
    r"[T_$ .-]?(\d\d)[-_.h:]?(\d\d)[-_.m:]?(\d\d)(?:\.\d+)?(Z|[+-]\d{4})?(?!\d)"
)
_AUDIOMOTH_HEX = re.compile(r"^[0-9A-F]{8}$")
_AUDIOMOTH_COMMENT = re.compile(
    r"Recorded at (\d\d):(\d\d):(\d\d)(?:\.\d+)? (\d\d)/(\d\d)/(\d{4}) \(UTC([+-]\d+)?(?::(\d\d))?\)"
)
_GENERIC_FOLDERS = {
    "audio",
    "data",
    "recordings",
    "recording",
    "wav",
    "wavs",
    "flac",
    "sound",
    "sounds",
    "files",
}


def time_from_name(name: str) -> datetime | None:
    """Start of a recording from its file name; without a zone unless the name states one.

    >>> time_from_name("SITE-A_20250614_053000.flac")
    datetime.datetime(2025, 6, 14, 5, 30)
    """
    stem = Path(name).stem
    if match := _STAMP.search(stem):
        *parts, zone = match.groups()
        try:
            found = datetime(*map(int, parts))
        except ValueError:
            return None
        return found.replace(tzinfo=_zone(zone)) if zone else found
    if _AUDIOMOTH_HEX.match(stem):  # the first AudioMoth firmware: seconds since 1970 in hexadecimal
        found = datetime.fromtimestamp(int(stem, 16), tz=UTC)
        return found if 2010 <= found.year <= 2040 else None
    return None


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[3:5])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def time_from_header(path: Path) -> datetime | None:
    """Start of a .wav recording from its GUANO chunk or AudioMoth comment, with the zone they state; else None."""
    chunks = _wav_chunks(path)
    if guano := chunks.get(b"guan"):
        for line in guano.decode("utf-8", "replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "Timestamp":
                try:
                    return datetime.fromisoformat(value.strip())
                except ValueError:
                    return None
    if match := _AUDIOMOTH_COMMENT.search(chunks.get(b"LIST", b"").decode("latin-1")):
        hour, minute, second, day, month, year, zone, zone_minutes = match.groups()
        offset = timedelta(hours=int(zone or 0))
        offset += timedelta(minutes=int(zone_minutes or 0)) * (-1 if (zone or "").startswith("-") else 1)
        try:
            return datetime(
                int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=timezone(offset)
            )
        except ValueError:
            return None
    return None


def _wav_chunks(path: Path, limit: int = 1 << 16) -> dict[bytes, bytes]:
    """The small text chunks of a RIFF file, by id; nothing for other files."""
    found: dict[bytes, bytes] = {}
    try:
        with Path(path).open("rb") as file:
            head = file.read(12)
            if head[:4] != b"RIFF" or head[8:] != b"WAVE":
                return found
            while len(head := file.read(8)) == 8:
                name, size = struct.unpack("<4sI", head)
                padded = size + size % 2
                if name in (b"guan", b"LIST") and size <= limit:
                    found[name] = file.read(padded)[:size]
                else:
                    file.seek(padded, 1)
    except OSError:
        return found
    return found


def site_of(name: str) -> str:
    """Recorder or place: what stands before the time in the file name, else the sub-folder, else "".

    Args:
        name: path within the dataset, with forward slashes.
    """
    *folders, base = name.split("/")
    stem = Path(base).stem
    if match := _STAMP.search(stem):
        prefix = stem[: match.start()].strip("_-. ")
        if prefix:
            return prefix
    for folder in reversed(folders):
        if folder.casefold() not in _GENERIC_FOLDERS and not _STAMP.search(folder):
            return folder
    return ""
