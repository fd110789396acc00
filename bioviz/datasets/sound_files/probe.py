"""What an audio file is: rate, channels, length, content hash, and what there is to note of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from bioviz.datasets.sound_files import converted
from bioviz.datasets.sound_files.riff import is_riff
from bioviz.datasets.sound_files.sound_file import header_notes, open_file
from bioviz.errors import BadInput

AUDIO_SUFFIXES = frozenset(
    {
        ".wav",
        ".wave",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".mp3",
        ".aif",
        ".aiff",
        ".aifc",
        ".sph",
        ".nist",
        ".voc",
        ".avr",
        ".paf",
        ".pvf",
        ".sds",
        ".svx",
        ".snd",
        ".ircam",
        ".wve",
        ".htk",
        ".w64",
        ".rf64",
        ".au",
        ".caf",
    }
)
LOWEST_RATE, HIGHEST_RATE = (
    100,
    4_000_000,
)  # Hz: from hydrophones for whales to the fastest for dolphins and bats
_MOST_FRAMES = 1 << 48  # libsndfile says a number beyond it where it does not know


class EmptyAudio(BadInput):
    """An audio file without a single sample."""


@dataclass(frozen=True)
class AudioInfo:
    """An audio file: `frames` samples per channel at `sample_rate` Hz.

    `notes` are (kind of problem, sentence) where the header says something else than what is there.
    """

    sample_rate: int
    channels: int
    frames: int
    format: str
    subtype: str = ""
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def duration_s(self) -> float:
        return self.frames / self.sample_rate


def is_audio(name: str) -> bool:
    """Whether a file name ends like audio (in small letters or capitals) and is not a hidden file."""
    base = name.rsplit("/", 1)[-1]
    dot = base.rfind(".")
    if dot <= 0 or base.startswith("."):
        return False
    return base[dot:].lower() in AUDIO_SUFFIXES or converted.is_convertible(base)


def is_audio_inside(path: Path) -> bool:
    """Whether a file begins like audio, whatever its name."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(16)
    except OSError:
        return False
    is_aiff = head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")
    return is_riff(head) or is_aiff or head[:4] in (b"fLaC", b"OggS", b"caff")


def probe(path: Path) -> AudioInfo:
    """Read an audio file's header, and check it against what the file holds.

    Raises
    ------
    EmptyAudio
        No bytes, or no samples.
    BadInput
        It is not there or is not audio that can be read.

    """
    path = Path(path)
    try:
        if path.stat().st_size == 0:
            raise EmptyAudio(f"{path.name} is empty (0 bytes).")
        with open_file(path) as sound:
            rate, channels, frames, kind = sound.samplerate, sound.channels, sound.frames, sound.format
            subtype = sound.subtype
        notes = []
        if rate > 0 and not converted.is_convertible(path.name):
            frames, notes = header_notes(path, frames, rate)
    except BadInput:
        raise
    except (OSError, RuntimeError) as error:
        raise BadInput(f"{path.name} cannot be read as audio: {_reason(error)}.") from error
    if not LOWEST_RATE <= rate <= HIGHEST_RATE and rate > 0:
        raise BadInput(
            f"{path.name} says that it has {rate:,} samples a second, which no recording has: {LOWEST_RATE} to "
            f"{HIGHEST_RATE:,} are possible. Correct its header, or copy it again."
        )
    if not 0 < frames < _MOST_FRAMES or rate <= 0:
        raise EmptyAudio(f"{path.name} holds no sound: its length is zero.")
    return AudioInfo(rate, channels, frames, kind, subtype, tuple(notes))


def content_hash(path: Path) -> str:
    """sha256 (hex) of a file's bytes.

    Raises
    ------
    BadInput
        It cannot be read.

    """
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{Path(path).name} cannot be read: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    # libsndfile's message ends with what is wrong, after the path.
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.rsplit(": ", 1)[-1].strip().rstrip(".")
