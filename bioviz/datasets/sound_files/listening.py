"""What a few moments of a recording tell of the whole: channels that cancel each other, samples above full scale."""

from __future__ import annotations

import numpy as np

from bioviz.datasets.sound_files.probe import AudioInfo
from bioviz.datasets.sound_files.sound_file import Sound, open_file

_MOMENTS, _MOMENT_S = 3, 1.0
CANCEL_DB = -20.0  # of the mean against the channels; of noise that differs between two channels -3 is left
_FULL_SCALE = 1.0001


def listen(sound: Sound, info: AudioInfo) -> list[tuple[str, str]]:
    """(kind of problem, sentence) of what was heard in three seconds of a recording, at its beginning, middle and end.

    Nothing where there is nothing to note, or the sound cannot be read there; recordings of one channel and of whole
    numbers are not opened.
    """
    floating = info.subtype in ("FLOAT", "DOUBLE")
    if info.channels == 1 and not floating:
        return []
    try:
        block = _moments(sound, info)
    except (OSError, RuntimeError, ValueError):
        return []
    noted = []
    block = block[np.isfinite(block).all(axis=1)]
    if info.channels > 1 and not sound.channel and len(block):
        lost = _cancelled_db(block)
        if lost < CANCEL_DB:
            left = "nothing" if lost == -np.inf else f"a sound {-lost:.0f} dB below them"
            noted.append(
                ("cancel", f"the mean of its {info.channels} channels is {left}; choose one channel")
            )
    peak = float(np.abs(block).max(initial=0.0))
    if floating and peak > _FULL_SCALE:
        noted.append(
            (
                "full_scale",
                f"it reaches {peak:.2g} times full scale; it is played scaled down, and measured as it is",
            )
        )
    return noted


def _cancelled_db(block: np.ndarray) -> float:
    """Power of the mean of channels (T, C) against the mean of their powers, dB; 0 for silence."""
    of_channels = float(np.square(block).mean())
    of_mean = float(np.square(block.mean(axis=1)).mean())
    if of_channels == 0:
        return 0.0
    return 10 * float(np.log10(of_mean / of_channels)) if of_mean > of_channels * 1e-12 else -np.inf


def _moments(sound: Sound, info: AudioInfo) -> np.ndarray:
    """(T, C) float64 of the moments."""
    length = min(info.frames, round(_MOMENT_S * info.sample_rate))
    starts = sorted({(info.frames - length) * i // (_MOMENTS - 1) for i in range(_MOMENTS)})
    with open_file(sound.path, sound.frames) as file:
        parts = []
        for start in starts:
            file.seek(start)
            parts.append(file.read(length, dtype="float64", always_2d=True))
    return np.concatenate(parts)
