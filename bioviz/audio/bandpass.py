"""Hear one band of a recording alone: a faint call under wind or traffic comes out."""

from __future__ import annotations

import numpy as np

from bioviz.errors import BadInput

ORDER = 4  # Butterworth; run forwards and backwards, so 48 dB an octave in the end and nothing moves in time
_NOTHING = 1e-5  # of the sample rate: 0.5 Hz at 48 kHz


def band_pass(
    samples: np.ndarray, rate: int, low_hz: float = 0.0, high_hz: float | None = None
) -> np.ndarray:
    """Return samples with only the frequencies from `low_hz` to `high_hz`, half as loud (-6 dB) at the two edges.

    Parameters
    ----------
    samples : (T,) float32
        At `rate` Hz.
    low_hz
        0 leaves the low end alone.
    high_hz
        None, or half the rate and more, leaves the high end alone.

    Returns
    -------
    (T,) float32; `samples` themselves where both ends are left alone.

    Raises
    ------
    BadInput
        Limits between which this recording has nothing.

    """
    nyquist, high = rate / 2, upper_limit(rate, low_hz, high_hz)
    # Nearer to the ends than that no filter can be computed, nor would one do anything that is heard.
    low_hz = 0.0 if low_hz < _NOTHING * rate else low_hz
    high = nyquist if nyquist - high < _NOTHING * rate else high
    if len(samples) == 0 or (low_hz == 0 and high == nyquist):
        return samples
    from scipy.signal import butter, sosfiltfilt

    edges: float | tuple[float, float]
    if low_hz == 0:
        edges, kind = high, "lowpass"
    elif high == nyquist:
        edges, kind = low_hz, "highpass"
    else:
        edges, kind = (low_hz, high), "bandpass"
    sections = np.asarray(butter(ORDER, edges, kind, fs=rate, output="sos"))
    reach = min(
        3 * (2 * len(sections) + 1), len(samples) - 1
    )  # sosfiltfilt's own, where there is room for it
    try:
        passed = np.asarray(sosfiltfilt(sections, samples.astype(np.float64), padlen=reach))
    except np.linalg.LinAlgError:
        passed = np.full(1, np.nan)
    if not np.isfinite(passed).all() or np.abs(passed).max() > 1e3 * max(np.abs(samples).max(), 1e-9):
        raise BadInput(f"The band from {low_hz:g} to {high:g} Hz is too narrow to be heard alone. Widen it.")
    return passed.astype(np.float32)


def upper_limit(rate: int, low_hz: float, high_hz: float | None) -> float:
    """Return where a band ends, in Hz, at the latest at half the sample rate.

    Raises
    ------
    BadInput
        Limits between which a recording at this rate has nothing.

    """
    nyquist = rate / 2
    high = nyquist if high_hz is None else min(high_hz, nyquist)
    if not 0 <= low_hz < high:
        raise BadInput(
            f"Between {low_hz:g} and {high:g} Hz there is nothing to hear; "
            f"this recording reaches from 0 to {nyquist:g} Hz."
        )
    return high
