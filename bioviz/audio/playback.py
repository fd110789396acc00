"""Sound for the ear: native samples of a recording made into a WAV that every browser plays."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

ULTRASOUND_RATE_HZ = 96_000  # above it a recording was made to hold ultrasound
DEFAULT_SLOW = 10
_PLAYABLE_HZ = (8_000, 96_000)  # header rates that browsers play as they are
_AUDIBLE_RATE_HZ = 48_000
_PEAK = 10 ** (-1 / 20)  # normalised sound peaks at -1 dBFS
_LARGEST_GAIN = 10 ** (60 / 20)


@dataclass(frozen=True)
class Playback:
    """A WAV (16-bit mono) and what was done to the recording's samples.

    Attributes:
        wav: the file's bytes.
        rate: sample rate in its header, Hz.
        slow: exact factor by which it plays slower than the recording.
        gain_db: gain applied.
    """

    wav: bytes
    rate: int
    slow: float
    gain_db: float


def default_slow(native_rate: int) -> int:
    """Time expansion that makes a recording audible: x10 for ultrasound recorders, else none."""
    return DEFAULT_SLOW if native_rate > ULTRASOUND_RATE_HZ else 1


def wav_bytes(samples: np.ndarray, rate: int) -> bytes:
    """Encode (T,) floats as 16-bit mono WAV; samples that came from 16 bits come out the same."""
    pcm = np.clip(np.round(samples * 32768.0), -32768, 32767).astype("<i2").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(pcm), b"WAVE", b"fmt ", 16, 1, 1, rate,
                       rate * 2, 2, 16, b"data", len(pcm))  # fmt: skip
    return head + pcm


def render(samples: np.ndarray, native_rate: int, slow: float = 1, normalise: bool = False) -> Playback:
    """Make a playable WAV of native samples.

    Slowing down only lowers the rate in the header, so no frequency is lost. Resampling happens where a
    browser could not play the rate: above 96 kHz (to 48 kHz, which keeps all that is audible at that speed),
    and below 8 kHz (up by a whole factor).

    Args:
        samples: (T,) float32 at `native_rate` Hz.
        slow: how many times slower, 1 to 20.
        normalise: bring the peak to -1 dBFS (by at most 60 dB).
    """
    gain = 1.0
    peak = float(np.abs(samples).max(initial=0.0))
    if normalise and peak > 0:
        gain = min(_PEAK / peak, _LARGEST_GAIN)
        samples = samples * np.float32(gain)
    lowest, highest = _PLAYABLE_HZ
    exact = native_rate / slow
    if exact > highest:
        import soxr

        samples, exact = soxr.resample(samples, exact, _AUDIBLE_RATE_HZ, "HQ"), _AUDIBLE_RATE_HZ
    elif exact < lowest:
        import soxr

        factor = int(np.ceil(lowest / exact))
        samples, exact = soxr.resample(samples, 1, factor, "HQ"), exact * factor
    rate = max(1, round(exact))
    return Playback(wav_bytes(samples, rate), rate, slow * exact / rate, 20 * float(np.log10(gain)))
