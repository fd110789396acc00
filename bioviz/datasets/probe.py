"""What an audio file is, without decoding it: rate, channels, length, content hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

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
        ".w64",
        ".rf64",
        ".au",
        ".caf",
    }
)


class EmptyAudio(BadInput):
    """An audio file without a single sample."""


@dataclass(frozen=True)
class AudioInfo:
    """The header of an audio file: `frames` samples per channel at `sample_rate` Hz."""

    sample_rate: int
    channels: int
    frames: int
    format: str

    @property
    def duration_s(self) -> float:
        return self.frames / self.sample_rate


def is_audio(name: str) -> bool:
    """Whether a file name ends like audio (in small letters or capitals) and is not a hidden file."""
    base = name.rsplit("/", 1)[-1]
    dot = base.rfind(".")
    return dot > 0 and not base.startswith(".") and base[dot:].lower() in AUDIO_SUFFIXES


def probe(path: Path) -> AudioInfo:
    """Read an audio file's header.

    Raises:
        EmptyAudio: no bytes, or no samples.
        BadInput: it is not there or is not audio that can be read.
    """
    import soundfile

    path = Path(path)
    try:
        if path.stat().st_size == 0:
            raise EmptyAudio(f"{path.name} is empty (0 bytes).")
        info = soundfile.info(str(path))
    except (OSError, RuntimeError) as error:
        raise BadInput(f"{path.name} cannot be read as audio: {_reason(error)}.") from error
    if info.frames <= 0 or info.samplerate <= 0:
        raise EmptyAudio(f"{path.name} holds no sound: its length is zero.")
    return AudioInfo(info.samplerate, info.channels, info.frames, info.format)


def content_hash(path: Path) -> str:
    """sha256 (hex) of a file's bytes.

    Raises:
        BadInput: it cannot be read.
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
