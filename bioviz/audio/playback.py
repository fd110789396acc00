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

    Attributes
    ----------
    wav
        The file's bytes.
    rate
        Sample rate in its header, Hz.
    slow
        Exact factor by which it plays slower than the recording.
    gain_db
        Gain applied.
    quieter_db
        How much of it, 0 and above, keeps samples that pass full scale from being cut off.
    loudness_db
        Root mean square of the samples in the file, dBFS; None for silence.

    """

    wav: bytes
    rate: int
    slow: float
    gain_db: float
    quieter_db: float
    loudness_db: float | None


def default_slow(native_rate: int) -> int:
    """Time expansion that makes a recording audible: x10 for ultrasound recorders, else none."""
    return DEFAULT_SLOW if native_rate > ULTRASOUND_RATE_HZ else 1


def wav_bytes(samples: np.ndarray, rate: int) -> bytes:
    """Encode (T,) floats as 16-bit mono WAV; samples that came from 16 bits come out the same."""
    pcm = np.clip(np.round(samples * 32768.0), -32768, 32767).astype("<i2").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(pcm), b"WAVE", b"fmt ", 16, 1, 1, rate,
                       rate * 2, 2, 16, b"data", len(pcm))  # fmt: skip
    return head + pcm


def loudness_db(samples: np.ndarray) -> float | None:
    """Root mean square of (T,) samples without their offset, dBFS (full scale 1); None for silence."""
    size = float(np.std(samples, dtype=np.float64)) if len(samples) else 0.0
    return 20 * float(np.log10(size)) if size > 0 else None


def render(
    samples: np.ndarray,
    native_rate: int,
    slow: float = 1,
    normalise: bool = False,
    loudness: float | None = None,
) -> Playback:
    """Make a playable WAV of native samples.

    Slowing down only lowers the rate in the header, so no frequency is lost. Resampling happens where a
    browser could not play the rate: above 96 kHz (to 48 kHz, which keeps all that is audible at that speed),
    and below 8 kHz (up by a whole factor).

    Parameters
    ----------
    samples : (T,) float32
        At `native_rate` Hz.
    slow
        How many times slower, 1 to 20.
    normalise
        Bring the peak to -1 dBFS (by at most 60 dB).
    loudness
        Bring what is heard to this root mean square (dBFS) instead, its offset taken out; by at most 60 dB,
        and less where the peak would pass -1 dBFS: `loudness_db` tells what was reached.

    """
    lowest, highest = _PLAYABLE_HZ
    exact = native_rate / slow
    if exact > highest:
        import soxr

        samples, exact = soxr.resample(samples, exact, _AUDIBLE_RATE_HZ, "HQ"), _AUDIBLE_RATE_HZ
    elif exact < lowest:
        import soxr

        factor = int(np.ceil(lowest / exact))
        samples, exact = soxr.resample(samples, 1, factor, "HQ"), exact * factor
    if loudness is not None and len(samples):
        samples = samples - samples.mean(dtype=np.float64).astype(np.float32)
    # After resampling: it changes the peak, and takes ultrasound out of the loudness.
    gain = _gain(samples, normalise, loudness)
    # Recordings of decimal numbers may pass full scale, which a 16-bit file cannot: quieter, rather than cut off.
    peak = float(np.abs(samples).max(initial=0.0)) * gain
    quieter = max(peak, 1.0)
    gain /= quieter
    if gain != 1:
        samples = samples * np.float32(gain)
    rate = max(1, round(exact))
    gain_db = 20 * float(np.log10(gain))
    quieter_db = 20 * float(np.log10(quieter))
    return Playback(
        wav_bytes(samples, rate), rate, slow * exact / rate, gain_db, quieter_db, loudness_db(samples)
    )


def quieter_text(quieter_db: float) -> str:
    """Say where samples exceed full scale, "" where none does; as `quieterText` does in the browser."""
    return f"Played {quieter_db:.1f} dB quieter: samples exceed full scale" if quieter_db >= 0.05 else ""


def _gain(samples: np.ndarray, normalise: bool, loudness: float | None) -> float:
    """Factor that brings samples to a loudness (dBFS) or, with `normalise`, to the highest peak."""
    peak = float(np.abs(samples).max(initial=0.0))
    if peak == 0 or not (normalise or loudness is not None):
        return 1.0
    gain = _PEAK / peak
    now = loudness_db(samples)
    if loudness is not None and now is not None:
        gain = min(gain, 10 ** ((loudness - now) / 20))
    return min(gain, _LARGEST_GAIN)
