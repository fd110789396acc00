"""The power spectrogram that measures are read from, and which of its cells lie in boxes."""

from __future__ import annotations

from typing import Any

import numpy as np

_FRAME_S = 0.02
_CHUNK_FRAMES = 64


def spectrogram(samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Power spectrogram with Hann frames of 20 ms (nearly), half overlapping, offset removed.

    Returns
    -------
    power (F, K) float32, frequencies (F,) in Hz, times (K,) of the frames' middles in seconds.

    """
    from scipy.fft import next_fast_len, rfft

    from bioviz.audio.measures.kernels import squared

    size: Any = next_fast_len(max(2 * round(_FRAME_S * rate / 2), 32), real=True)  # scipy has no types
    size += size % 2
    samples = np.asarray(samples, dtype=np.float32)
    if len(samples) > 1:
        samples = samples - samples.mean()
    if (missing := size - len(samples)) > 0:
        samples = np.pad(samples, (missing // 2, missing - missing // 2))
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[:: size // 2]
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    power = np.empty((len(frames), size // 2 + 1), dtype=np.float32)
    for first in range(0, len(frames), _CHUNK_FRAMES):  # small arrays stay in the processor's cache
        spectra: Any = rfft(frames[first : first + _CHUNK_FRAMES] * window, axis=1)
        squared(spectra, power[first : first + _CHUNK_FRAMES])
    times = (np.arange(len(frames)) * (size // 2) + size / 2) / rate
    return power.T, np.fft.rfftfreq(size, 1 / rate), times


def box_mask(boxes: np.ndarray, frequencies: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(F, K) bool: spectrogram cells within any box (b, 4: start_s, end_s, low_hz, high_hz; NaN = whole band).

    A box shorter or narrower than a cell covers the nearest one.
    """
    mask = np.zeros((len(frequencies), len(times)), dtype=bool)
    for start, end, low, high in boxes:
        if end < times[0] - _FRAME_S or start > times[-1] + _FRAME_S:
            continue
        rows = _covered(frequencies, low if np.isfinite(low) else 0, high if np.isfinite(high) else np.inf)
        mask[np.ix_(rows, _covered(times, start, end))] = True
    return mask


def _covered(centres: np.ndarray, low: float, high: float) -> np.ndarray:
    inside = (centres >= low) & (centres <= high)
    if not inside.any():
        middle = low if np.isinf(high) else (low + high) / 2
        inside[np.abs(centres - middle).argmin()] = True
    return inside
