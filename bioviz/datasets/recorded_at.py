"""When and where a recording was made, as its name tells it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

_ZONE = r"(?:_?(Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)(?!\d))?"
# PREFIX_YYYYMMDD_HHMMSS of most recorders, with a zone where one follows; AudioMoth writes $ for _ when the clock was
# set by GPS.
_STAMP = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)"
    r"[T_$ .-]?(\d\d)[-_.h:]?(\d\d)[-_.m:]?(\d\d)(?:\.\d+)?(?!\d)" + _ZONE
)
# YYYYMMDD_HHMM of schedules without seconds; a separator must stand between, or any twelve digits would do.
_STAMP_MINUTES = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[T_$ -](\d\d)[-_.h:]?(\d\d)()(?!\d)" + _ZONE
)
# 2022-09-01-birdnet-11:07:18, 2025-03-12-birdnet-RTSP_1-10:54:26 of BirdNET-Pi.
_BIRDNET_PI = re.compile(
    r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)-birdnet-(?:\w+-)?(\d\d)[:_.-](\d\d)[:_.-](\d\d)(?!\d)()"
)
# 180801_1630 or 180801_163000: a year of two digits, which may as well be a day.
_SHORT_STAMP = re.compile(r"(?:^|[_\- .])(\d\d)(\d\d)(\d\d)[_-](\d\d)(\d\d)(\d\d)?(?![\d])")
_FIRST_YEAR, _LAST_YEAR = 2003, 2040  # of recorders whose names hold two digits of it
# site_siteid_recordingid_date_time[_length_offset] of the Australian Acoustic Observatory.
_OBSERVATORY = re.compile(
    r"(?P<site>[A-Za-z]\w*?)_(?P<site_id>\d{1,6})_(?P<recording>\d{4,9})_(?P<year>(?:19|20)\d\d)\d{4}_\d{6}(?:_[\d.]+)*"
)
# The first AudioMoth firmware wrote seconds since 1970 in hexadecimal, and .WAV. Other names of eight digits and
# letters are counters or hashes; in small letters only that ending tells them apart.
_AUDIOMOTH_HEX = re.compile(r"[0-9A-F]{8}\.(?:WAV|wav|flac)|[0-9a-f]{8}\.WAV")
_GENERIC_FOLDERS = """
audio audios audiofile audiofiles audiodata audiorecordings data rawdata raw dataset datasets recording
recordings record records rec recs wav wavs wave wavfile wavfiles flac flacs mp3 mp3s ogg sound sounds
soundfile soundfiles soundscape soundscapes file files clip clips segment segments sample samples sdcard
upload uploads media aufnahmen enregistrements grabaciones unlabeled unlabelled unsorted input output
"""
GENERIC_FOLDERS = frozenset(_GENERIC_FOLDERS.split())
"""Names of folders that say what is in them rather than where or what was recorded: without case, blanks and dashes."""


def time_from_name(name: str) -> datetime | None:
    """Start of a recording from its file name; without a zone unless the name states one.

    >>> time_from_name("SITE-A_20250614_053000.flac")
    datetime.datetime(2025, 6, 14, 5, 30)
    """
    base = Path(name).name
    # Not Path.stem: a name without an ending may hold points, and so may its fractions of a second.
    stem = base.rpartition(".")[0] if re.search(r"\.[A-Za-z]\w{1,4}$", base) else base
    if match := _stamp(stem):
        *parts, zone = match.groups()
        try:
            year, month, day, hour, minute, second = (int(part or 0) for part in parts)
            time = datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None
        return time.replace(tzinfo=_zone(zone)) if zone else time
    if _AUDIOMOTH_HEX.fullmatch(base):
        time = datetime.fromtimestamp(int(stem, 16), tz=UTC)
        return time if 2010 <= time.year <= 2040 else None
    if match := _SHORT_STAMP.search(stem):
        return _short(match)
    return None


def _stamp(stem: str) -> re.Match[str] | None:
    return _BIRDNET_PI.search(stem) or _STAMP.search(stem) or _STAMP_MINUTES.search(stem)


def _short(match: re.Match[str]) -> datetime | None:
    """Return the time of six digits and four or six, where only one order of year, month and day is possible."""
    a, b, c, hour, minute, second = (int(part or 0) for part in match.groups())
    possible = set()
    for year, month, day in ((a, b, c), (c, b, a), (c, a, b)):
        try:
            time = datetime(2000 + year, month, day, hour, minute, second)
        except ValueError:
            continue
        if _FIRST_YEAR <= time.year <= _LAST_YEAR:
            possible.add(time)
    first = next(iter(possible), None)
    return first if len(possible) == 1 and first and first.year == 2000 + a else None


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def site_of(name: str) -> str:
    """Return recorder or place: what stands before the time in the file name, else the sub-folder, else "".

    Parameters
    ----------
    name
        Path within the dataset, with forward slashes.

    """
    *folders, base = name.split("/")
    stem = Path(base).stem
    if match := _observatory(stem):
        return match["site"]
    if match := _stamp(stem) or (_SHORT_STAMP.search(stem) if time_from_name(base) else None):
        prefix = stem[: match.start()].strip("_-. ")
        if prefix:
            return prefix
    for folder in reversed(folders):
        if _plain(folder) not in GENERIC_FOLDERS and not _stamp(folder):
            return folder
    return ""


def _plain(folder: str) -> str:
    return "".join(ch for ch in folder.casefold() if ch not in " _-")


def recording_id_of(name: str) -> str:
    """Return the original recording that a file is a cut of, where its name tells it, else "".

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
