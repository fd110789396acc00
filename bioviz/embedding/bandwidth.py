"""Does a model get sound as broad as it expects? A sentence where it does not."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.audio.measures.bandwidth import bandwidth
from bioviz.datasets.sound_files.sound_file import Sound
from bioviz.datasets.types import Dataset, Recording
from bioviz.errors import BadInput
from bioviz.models.base import ModelCard

LOOKED_AT = 12  # recordings
LOOK_S = 10.0
NEARLY = 0.85  # of what the model expects is full: recorders' filters begin a little below half the rate


def bandwidth_note(dataset: Dataset, card: ModelCard) -> str:
    """Return a warning where recordings hold less of the band than a model takes; "" where they hold it all.

    Rates of all recordings count; of those whose rate is high enough, the spectra of a few tell whether the upper
    frequencies are empty (resampled or compressed recordings).
    """
    rate = card.sample_rate or dataset.sample_rate
    slow = [recording for recording in dataset.recordings if recording.sample_rate < rate]
    fast = [recording for recording in dataset.recordings if recording.sample_rate >= rate]
    if slow:
        rates = sorted({recording.sample_rate for recording in slow})
        at = f"{rates[0]:,} Hz" if len(rates) == 1 else f"{rates[0]:,} to {rates[-1]:,} Hz"
        count = f"{len(slow):,} of {len(dataset.recordings):,}" if fast else f"all {len(slow):,}"
        which = f"{count} recordings are at {at}"
        return _sentence(card, rate, f"{which} and hold none above {_khz(rates[0] / 2)}", mixed=bool(fast))
    measured = [
        value
        for recording in _spread(fast)
        if (value := _measured(recording.sound, recording.sample_rate, recording.content_hash))
    ]
    narrow = [value for value in measured if value < NEARLY * rate / 2]
    if not narrow:
        return ""
    above = _khz(max(narrow))
    if min(narrow) < 0.95 * max(narrow):
        above = f"{_khz(min(narrow))} to {above}"
    looked = f"{len(narrow)} of {len(measured)} recordings looked at hold none above {above}"
    return _sentence(card, rate, looked, mixed=len(narrow) < len(measured))


def _sentence(card: ModelCard, rate: int, which: str, mixed: bool) -> str:
    text = (
        f"{card.title} takes sound up to {_khz(rate / 2)} ({rate:,} Hz), but {which}: above that it gets silence, and "
        "its embeddings can be worse than those of recordings with the full band."
    )
    return f"{text} It may also tell the recordings apart by this." if mixed else text


def _khz(hertz: float) -> str:
    return f"{hertz / 1000:.1f} kHz"


def _spread(recordings: list[Recording]) -> list[Recording]:
    """Return a few of the recordings, evenly over their names."""
    ordered = sorted(recordings, key=lambda recording: recording.name)
    if len(ordered) <= LOOKED_AT:
        return ordered
    return [ordered[i] for i in np.linspace(0, len(ordered) - 1, LOOKED_AT).astype(int)]


@lru_cache(maxsize=4096)
def _measured(sound: Sound, rate: int, content_hash: str) -> float | None:
    """Bandwidth of the middle of a recording, Hz; None where it cannot be read or is too short to tell."""
    length = (sound.frames or 0) / rate
    start = max(0.0, length / 2 - LOOK_S / 2)
    try:
        samples = load_clip(sound, start, min(start + LOOK_S, length), rate)
    except BadInput:
        return None
    return bandwidth(samples, rate) if len(samples) > rate // 10 else None
