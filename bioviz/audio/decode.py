"""Read clips from recordings: mixed down to mono, resampled, padded to length.

A window cut from the middle of a recording equals the same samples of the whole recording resampled in one
go: reading starts at a sample that both rates share and takes in what the filter needs on either side.
Positions are whole samples, so nothing drifts in a long recording.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
import soxr

from bioviz.datasets.sound_files.sound_file import Sound, open_file
from bioviz.errors import BadInput

RESAMPLER = "soxr-hq"
BLOCK_S = 30.0  # windows closer together than this are cut from one read, which bounds the memory
_MARGIN = 256  # samples, at the lower of the two rates; half the longest filter met is under 128
_PIECE = 1 << 22  # samples of all channels that are read at a time
_SLACK_S = 0.2  # how much shorter than its header says a recording may be (compressed formats round up)


def load_clip(
    path: Path | str | Sound, start_s: float, end_s: float, rate: int, *, width_samples: int | None = None
) -> np.ndarray:
    """Read the stretch from `start_s` to `end_s` (seconds) of a recording.

    Parameters
    ----------
    path
        The file, or how it is heard (channel, time expansion).
    rate
        Samples per second of the result, Hz.
    width_samples
        Length of the result; without it, `end_s - start_s` at `rate`.

    Returns
    -------
    (T,) float32 mono (mean of the channels, or the one chosen), zeros where the stretch passes its ends.
    Where `width_samples` is longer than the stretch, the rest is zeros too; where shorter, the end is cut.

    Raises
    ------
    BadInput
        The file is missing, unreadable, empty or damaged, or the stretch holds none of it.

    """
    count = round((end_s - start_s) * rate)
    width = count if width_samples is None else width_samples
    with _opened(path) as sound:
        clip = _span(sound, round(start_s * rate), min(count, width), rate)
    return np.pad(clip, (0, width - len(clip)))


def stream_windows(
    path: Path | str | Sound, starts_s: Sequence[float] | np.ndarray, width_s: float, rate: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the windows of a recording a block at a time, in memory that does not grow with its length.

    Parameters
    ----------
    path
        As in `load_clip`.
    starts_s
        Seconds at which the windows start, in any order, overlapping or apart.
    width_s
        Their length, seconds; zeros follow where a window passes the recording's end.
    rate
        Samples per second of the result, Hz.

    Yields
    ------
    rows : (b,) int64
        Positions in `starts_s`.
    windows : (b, T) float32
        With T = width_s * rate.

    Raises
    ------
    BadInput
        As in `load_clip`.

    """
    width = round(width_s * rate)
    firsts = np.round(np.asarray(starts_s, dtype=np.float64) * rate).astype(np.int64)
    order = np.argsort(firsts, kind="stable")
    ordered = firsts[order]
    longest = max(width, round(BLOCK_S * rate))
    with _opened(path) as sound:
        at = 0
        while at < len(order):
            first = int(ordered[at])
            fits = np.searchsorted(ordered, first + longest - width, side="right")
            rows = order[at:fits]
            offsets = ordered[at:fits] - first
            samples = _span(sound, first, int(offsets[-1]) + width, rate)
            yield rows, np.lib.stride_tricks.sliding_window_view(samples, width)[offsets]
            at += len(rows)


@dataclass(frozen=True)
class _Opened:
    """An open file, heard in one way: `frames` samples at `rate` Hz."""

    file: soundfile.SoundFile
    path: Path
    channel: int
    rate: int
    frames: int

    def __enter__(self) -> _Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def _opened(path: Path | str | Sound) -> _Opened:
    heard = path if isinstance(path, Sound) else Sound(Path(path))
    path = heard.path
    try:
        file = open_file(path, heard.frames)
    except (soundfile.SoundFileError, OSError) as error:
        reason = "It is not there" if not path.exists() else f"It cannot be read as audio ({error})"
        raise BadInput(f"{path}: {reason}. Check the file, or take it out of the dataset.") from error
    if file.frames <= 0:
        file.close()
        raise BadInput(f"{path} holds no sound (0 samples). Take it out of the dataset.")
    if heard.channel > file.channels > 1:
        file.close()
        raise BadInput(f"{path} has {file.channels} channels; there is no channel {heard.channel}.")
    channel = heard.channel if file.channels > 1 else 0
    return _Opened(file, path, channel, round(file.samplerate * heard.expansion), file.frames)


def _span(sound: _Opened, first: int, count: int, rate: int) -> np.ndarray:
    """(count,) float32: samples first .. first+count of the recording at `rate`, zeros outside of it."""
    native, path = sound.rate, sound.path
    if count <= 0:
        raise BadInput(f"{path}: a clip of no length was asked for. Its end must come after its start.")
    if first * native >= sound.frames * rate or (first + count) <= 0:
        raise BadInput(
            f"{path}: a clip starts at {first / rate:.2f} s, but the recording is only "
            f"{sound.frames / native:.2f} s long."
        )
    common = gcd(native, rate)
    step_in, step_out = native // common, rate // common  # this many samples of each last equally long
    margin = 0 if native == rate else _MARGIN * max(1, -(-native // rate))
    read_from = max(0, (first * native // rate - margin) // step_in * step_in)
    read_to = min(sound.frames, -(-(first + count) * native // rate) + margin)
    samples = _read_mono(sound, read_from, read_to)
    if native != rate:
        samples = soxr.resample(samples, native, rate, quality="HQ")
    skip = first - read_from // step_in * step_out
    piece = samples[max(skip, 0) : max(skip + count, 0)]
    lead = max(-skip, 0)
    return np.pad(piece, (lead, count - lead - len(piece)))


def _read_mono(sound: _Opened, start: int, stop: int) -> np.ndarray:
    """(stop - start,) float32, the mean of the channels or the one chosen."""
    path, rate = sound.path, sound.rate
    mono = np.empty(stop - start, dtype=np.float32)
    length = 0
    try:
        sound.file.seek(start)
        while length < len(mono):  # in pieces, as all channels of a long stretch are many times as large
            piece = min(_PIECE // sound.file.channels, len(mono) - length)
            block = sound.file.read(piece, dtype="float32", always_2d=True)
            if sound.channel:
                mono[length : length + len(block)] = block[:, sound.channel - 1]
            elif block.shape[1] == 1:
                mono[length : length + len(block)] = block[:, 0]
            else:
                mono[length : length + len(block)] = block.mean(axis=1, dtype=np.float32)
            length += len(block)
            if len(block) < piece:
                break
    except (soundfile.SoundFileError, OSError) as error:
        at = start / rate
        raise BadInput(f"{path} is damaged near {at:.1f} s and cannot be decoded there ({error}).") from error
    missing = stop - start - length
    if missing > _SLACK_S * rate:
        ends = (start + length) / rate
        declared_s = sound.frames / rate
        raise BadInput(
            f"{path} is damaged: it ends at {ends:.1f} s, though its header says {declared_s:.1f} s."
        )
    mono[length:] = 0.0
    if not np.isfinite(mono).all():
        raise BadInput(f"{path} holds samples that are not numbers near {start / rate:.1f} s.")
    return mono
