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
# YYYYMMDD_HHMM of schedules without seconds; a separator must stand between, or any twelve digits would do.
_STAMP_MINUTES = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[T_$ -](\d\d)[-_.h:]?(\d\d)()(Z|[+-]\d{4})?(?!\d)"
)
# site_siteid_recordingid_date_time[_length_offset] of the Australian Acoustic Observatory.
_OBSERVATORY = re.compile(
    r"(?P<site>[A-Za-z]\w*?)_(?P<site_id>\d{1,6})_(?P<recording>\d{4,9})_(?P<year>(?:19|20)\d\d)\d{4}_\d{6}(?:_[\d.]+)*"
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
    if match := _stamp(stem):
        *parts, zone = match.groups()
        try:
            found = datetime(*(int(part or 0) for part in parts))
        except ValueError:
            return None
        return found.replace(tzinfo=_zone(zone)) if zone else found
    if _AUDIOMOTH_HEX.match(stem):  # the first AudioMoth firmware: seconds since 1970 in hexadecimal
        found = datetime.fromtimestamp(int(stem, 16), tz=UTC)
        return found if 2010 <= found.year <= 2040 else None
    return None


def _stamp(stem: str) -> re.Match[str] | None:
    return _STAMP.search(stem) or _STAMP_MINUTES.search(stem)


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
    if match := _observatory(stem):
        return match["site"]
    if match := _stamp(stem):
        prefix = stem[: match.start()].strip("_-. ")
        if prefix:
            return prefix
    for folder in reversed(folders):
        if folder.casefold() not in _GENERIC_FOLDERS and not _stamp(folder):
            return folder
    return ""


def recording_id_of(name: str) -> str:
    """The original recording that a file is a cut of, where its name tells it, else "".

    >>> recording_id_of("miles_cotton_01_2982_772257_20210216_182030.flac")
    '2982/772257'
    """
    match = _observatory(Path(name).stem)
    return f"{match['site_id']}/{match['recording']}" if match else ""


def _observatory(stem: str) -> re.Match[str] | None:
    match = _OBSERVATORY.fullmatch(stem)
    # PLOT_3_2021_20210216_182030: a year before the date is no recording.
    return match if match and match["recording"] != match["year"] else None


def date_of(text: str) -> tuple[str, datetime | None]:
    """(date, start) as a table states them: ISO where it can be read so, else the text; a start only with a time.

    Days and months in an order that may be either are left as they are written.
    """
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = time_from_name(text)
    if moment is None:
        return text, None
    only_date = re.fullmatch(r"\d{4}-?\d\d-?\d\d", text)
    return moment.date().isoformat(), None if only_date else moment
