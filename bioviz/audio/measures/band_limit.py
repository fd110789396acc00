"""Up to which frequency a recording holds anything: where a recorder or a compressed format cuts off."""

from __future__ import annotations

import numpy as np

CLIFF_DB = 15.0
_BELOW, _ABOVE = (
    (0.8, 0.95),
    1.05,
)  # a cliff lies between them; natural noise falls by a few dB over that stretch
_FEWEST_BINS = 3
_FROM_BIN = 20  # below, a third of an octave is narrower than what bins can tell


def band_limit_hz(spectrum: np.ndarray, frequencies: np.ndarray) -> float:
    """Return the highest frequency that the recording holds, Hz.

    It is the Nyquist frequency unless the noise falls by `CLIFF_DB` or more within a third of an octave and never
    comes back: no natural noise does that, a low-pass filter, lossy compression or resampling do.

    Parameters
    ----------
    spectrum : (F,)
        Power of the quiet moments.
    frequencies : (F,)
        Hz, rising.

    Returns
    -------
    NaN for silence.

    """
    power = np.asarray(spectrum, dtype=np.float64)
    if not (power > 0).any():
        return np.nan
    if len(power) <= _FROM_BIN:
        return float(frequencies[-1])
    # A mean over neighbors, as the minimum of many single bins would be far below their level.
    level = 10 * np.log10(np.maximum(np.convolve(power, np.ones(3) / 3, "same"), power.max() * 1e-15))
    highest_from = np.maximum.accumulate(level[::-1])[::-1]
    top = len(level) - 1
    at = np.arange(_FROM_BIN, top + 1)
    above = np.minimum(np.ceil(at * _ABOVE).astype(int) + 2, top)
    low, high = (np.floor(at * edge).astype(int) for edge in _BELOW)
    total = np.concatenate([[0], np.cumsum(level)])
    below = (total[high + 1] - total[low]) / (high + 1 - low)
    drop = np.where(top - above >= _FEWEST_BINS, below - highest_from[above], 0)
    if drop.max(initial=0) < CLIFF_DB:
        return float(frequencies[-1])
    return float(frequencies[at[drop >= CLIFF_DB - 1e-9][0]])
