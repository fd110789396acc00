"""Opening a file of sound as it is, which may not be as its header says; and what there is to note of it.

Everything that reads samples opens files here, so that all hear the same.
"""

from __future__ import annotations

import io
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioviz.datasets.sound_files import converted, flac
from bioviz.datasets.sound_files.riff import sound_data
from bioviz.store.keys import key_of

if TYPE_CHECKING:
    import soundfile

_PATCHED_BYTES = 64 * 1024  # of the beginning of a file, in which its header lies


@dataclass(frozen=True)
class Sound:
    """A file and how it is heard.

    Attributes
    ----------
    path : Path
        The file.
    channel : int
        1 for the first; 0 for the mean of all. Recordings of one channel have only that.
    expansion : float
        How many times slower the file plays than what was recorded (10 for time-expanded bat calls): its rate is
        this many times that of its header.
    frames : int, optional
        Samples per channel that it holds, where that is known; else its header counts.
    """

    path: Path
    channel: int = 0
    expansion: float = 1.0
    frames: int | None = None

    def identity(self, content_hash: str) -> str:
        """Return what decides the samples, given the file's hash; that hash itself where nothing is chosen."""
        if not self.channel and self.expansion == 1:
            return content_hash
        return key_of("sound", 1, _Heard(content_hash, self.channel, self.expansion))


@dataclass(frozen=True)
class _Heard:
    content_hash: str
    channel: int
    expansion: float


def open_file(path: Path | str, frames: int | None = None) -> soundfile.SoundFile:
    """Open a file; where its header gives no length, or another than `frames`, as far as it goes.

    Raises
    ------
    BadInput
        It is read through ffmpeg, and that fails.
    OSError, soundfile.SoundFileError
        It cannot be opened.
    """
    import soundfile

    if converted.is_convertible(str(path)):
        path = converted.converted(Path(path))
    sound = soundfile.SoundFile(path)
    if sound.frames <= 0 and sound.format.startswith("WAV") and (header := _finished(Path(path))):
        sound.close()
        patched: Any = _Patched(Path(path), header)  # soundfile takes files too, its signature paths alone
        return soundfile.SoundFile(patched)
    if frames and sound.frames != frames and sound.format == "FLAC":
        sound.close()
        with Path(path).open("rb") as file:
            header = flac.with_frames(file.read(_PATCHED_BYTES), frames)
        patched = _Patched(Path(path), header)
        return soundfile.SoundFile(patched)
    return sound


def header_notes(path: Path, frames: int, rate: int) -> tuple[int, list[tuple[str, str]]]:
    """Return samples per channel that a file holds, and (kind, sentence) where its header says something else.

    Parameters
    ----------
    path : Path
        The file as it is opened.
    frames, rate : int
        As it was opened: samples per channel, Hz.

    Raises
    ------
    OSError
        It cannot be read.
    """
    declared = flac.declared_frames(path)
    if declared is not None:
        frames_held = flac.held_frames(path)
        if frames_held is None or frames_held == declared:
            return frames, []
        statement = (
            f"its header says {declared / rate:.2f} s"
            if declared
            else "its header does not say how long it is"
        )
        kind = "short_of_header" if frames_held < declared else "odd_header"
        return frames_held, [
            (kind, f"it holds {frames_held / rate:.2f} s, {statement}; what is there is used")
        ]
    data = sound_data(path)
    if data is None:
        return frames, []
    if data.is_unfinished:
        why = "its header does not say how long it is, as where a recorder loses its power"
        detail = f"{why}; the {frames / rate:.2f} s that follow are used"
        return frames, [("odd_header", detail)]
    if data.there < data.declared and frames > 0 and data.there > 0:
        declared_s = frames / rate * data.declared / data.there
        if declared_s - frames / rate > 0.01:
            detail = (
                f"it holds {frames / rate:.2f} s, its header says {declared_s:.2f} s; what is there is used"
            )
            return frames, [("short_of_header", detail)]
    return frames, []


def _finished(path: Path) -> bytes | None:
    """Return the beginning of a WAV file with the length that its header lacks; None where nothing lacks."""
    data = sound_data(path)
    if data is None or not data.is_unfinished or data.at > _PATCHED_BYTES:
        return None
    with path.open("rb") as file:
        head = bytearray(file.read(_PATCHED_BYTES))
    head[4:8] = struct.pack("<I", min(data.at + data.there - 8, 0xFFFFFFFE))
    head[data.at - 4 : data.at] = struct.pack("<I", min(data.there, 0xFFFFFFFE))
    return bytes(head)


class _Patched(io.RawIOBase):
    """A file whose beginning is read from memory; the file itself stays as it is."""

    def __init__(self, path: Path, head: bytes) -> None:
        super().__init__()
        self.name = str(path)
        self._file = path.open("rb")
        self._head = head
        self._at = 0
        self._size = os.fstat(self._file.fileno()).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._head[self._at : self._at + len(view)]
        if len(piece) < len(view):
            self._file.seek(self._at + len(piece))
            piece += self._file.read(len(view) - len(piece))
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()
