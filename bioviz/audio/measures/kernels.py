"""The compiled passes over a spectrogram. Imported when needed: numba takes a while to load.

They hold no lock of Python's, so that as many threads measure as there are cores, and add up in the order in which
NumPy does: the same bytes come out as of its `mean` and `add.reduceat`.
"""

from __future__ import annotations

import numba
import numpy as np

_UNROLLED = 8
_PAIRWISE_ABOVE = 128


@numba.njit(cache=True, nogil=True)
def squared(spectra: np.ndarray, power: np.ndarray) -> None:
    """Write squared magnitudes of (K, F) complex64 spectra to (K, F) float32 `power`."""
    for k in range(spectra.shape[0]):
        for f in range(spectra.shape[1]):
            value = spectra[k, f]
            power[k, f] = value.real * value.real + value.imag * value.imag


@numba.njit(cache=True, nogil=True)
def _sum(values: np.ndarray) -> np.float32:
    """Return the sum of (n,) float32, pairwise as NumPy does it."""
    n = len(values)
    if n > _PAIRWISE_ABOVE:
        half = n // 2
        half -= half % _UNROLLED
        return _sum(values[:half]) + _sum(values[half:])
    total = np.float32(0)
    whole = n - n % _UNROLLED if n >= _UNROLLED else 0
    if whole:
        r0, r1, r2, r3 = values[0], values[1], values[2], values[3]
        r4, r5, r6, r7 = values[4], values[5], values[6], values[7]
        for i in range(_UNROLLED, whole, _UNROLLED):
            r0 += values[i]
            r1 += values[i + 1]
            r2 += values[i + 2]
            r3 += values[i + 3]
            r4 += values[i + 4]
            r5 += values[i + 5]
            r6 += values[i + 6]
            r7 += values[i + 7]
        total = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7))
    for i in range(whole, n):
        total += values[i]
    return total


@numba.njit(cache=True, nogil=True)
def pooled(power: np.ndarray, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((B, K) power in each band, (F,) mean over the frames) of (K, F) float32 power; both float32.

    Parameters
    ----------
    first : (B,)
        First bin of each band.
    """
    frames, bins = power.shape
    banded = np.empty((len(first), frames), dtype=np.float32)
    mean = np.zeros(bins, dtype=np.float32)
    for k in range(frames):
        row = power[k]
        for f in range(bins):
            mean[f] += row[f]
        for b in range(len(first)):
            end = first[b + 1] if b + 1 < len(first) else bins
            banded[b, k] = row[first[b]] + _sum(row[first[b] + 1 : end])
    mean /= np.float32(frames)
    return banded, mean
