"""A box of a spectrogram heard alone: its time, its band, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from bioviz.audio.bandpass import upper_limit
from bioviz.errors import BadInput

_FLANK_SHARE, _FLANK_HZ = 0.05, (20.0, 500.0)  # of the band's width, and its bounds
_RINGS_S = 2.0  # how many times the inverse of a flank the filter rings
_FADE_S = 0.004  # at either end, so that a cut in the middle of a sound does not click


def flank_hz(low_hz: float, high_hz: float) -> float:
    """Return over how many Hz beyond a band's edges its sound falls to nothing."""
    return float(np.clip(_FLANK_SHARE * (high_hz - low_hz), *_FLANK_HZ))


def box_sound(
    samples: np.ndarray, rate: int, part: tuple[int, int], low_hz: float = 0.0, high_hz: float | None = None
) -> np.ndarray:
    """Cut a part out of samples, with one band of it: as loud as it is within, silent beyond.

    The spectrum is multiplied with a band whose flanks lie outside of it (`flank_hz`), so nothing moves in time and
    the band itself is left as it is. What lies around the part is filtered along, so its edges are right.

    Parameters
    ----------
    samples : (T,) float32
        At `rate` Hz; the part and what there is around it.
    part
        First sample and one past the last.
    low_hz, high_hz
        0 and None (or half the rate and more) leave that end alone.

    Returns
    -------
    (part's length,) float32, faded in and out over 4 ms (a tenth of a very short part).

    Raises
    ------
    BadInput
        Limits between which this recording has nothing, or an empty part.

    """
    from scipy.fft import irfft, next_fast_len, rfft

    first, stop = part
    if not 0 <= first < stop <= len(samples):
        raise BadInput("There is no sound in this stretch of the recording, so there is nothing to hear.")
    nyquist, high = rate / 2, upper_limit(rate, low_hz, high_hz)
    band = samples[first:stop].astype(np.float64)
    if low_hz > 0 or high < nyquist:
        flank = flank_hz(low_hz, high)
        reach = int(np.ceil(_RINGS_S / flank * rate))
        begin, end = max(0, first - reach), min(len(samples), stop + reach)
        near = samples[begin:end].astype(np.float64)
        size: Any = next_fast_len(len(near) + reach, real=True)  # scipy has no types
        spectrum: Any = rfft(near, size)
        passed: Any = irfft(
            spectrum * _pass(np.fft.rfftfreq(size, 1 / rate), low_hz, high, nyquist, flank), size
        )
        band = passed[first - begin : stop - begin]
    return (band * _fades(len(band), rate)).astype(np.float32)


def _pass(frequencies: np.ndarray, low: float, high: float, nyquist: float, flank: float) -> np.ndarray:
    """(F,) share of each frequency that passes: 1 in the band, 0 a flank beyond it."""
    beyond = np.zeros_like(frequencies)
    if low > 0:
        beyond = np.maximum(beyond, (low - frequencies) / flank)
    if high < nyquist:
        beyond = np.maximum(beyond, (frequencies - high) / flank)
    return 0.5 + 0.5 * np.cos(np.pi * np.clip(beyond, 0, 1))


def _fades(length: int, rate: int) -> np.ndarray:
    fade = min(round(_FADE_S * rate), length // 10)
    gain = np.ones(length)
    if fade:
        rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / fade)
        gain[:fade] *= rise
        gain[-fade:] *= rise[::-1]
    return gain
