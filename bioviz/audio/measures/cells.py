"""The power spectrogram that measures are read from, and which of its cells lie in boxes."""

from __future__ import annotations

from typing import Any

import numpy as np

_FRAME_S = 0.02
_CHUNK_FRAMES = 64


def frame_size(rate: int) -> int:
    """Return the samples of a frame: 20 ms (nearly), an even number that is quickly transformed."""
    from scipy.fft import next_fast_len

    size: Any = next_fast_len(max(2 * round(_FRAME_S * rate / 2), 32), real=True)  # scipy has no types
    return size + size % 2


def spectrogram(samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Power spectrogram with Hann frames of 20 ms (nearly), half overlapping, offset removed.

    Returns
    -------
    power (F, K) float32, frequencies (F,) in Hz, times (K,) of the frames' middles in seconds.

    """
    from scipy.fft import rfft

    from bioviz.audio.measures.passes import squared

    size = frame_size(rate)
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
    for low, high, first, end in boxed_cells(boxes, frequencies, times):
        mask[low:high, first:end] = True
    return mask


def boxed_cells(boxes: np.ndarray, frequencies: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(c, 4) int64: of each box that is not beside all frames, its first and last (exclusive) bin and frame."""
    boxes = np.asarray(boxes, dtype=np.float64)
    start, end, low, high = boxes[near_frames(boxes, times)].T
    low, high = np.where(np.isfinite(low), low, 0), np.where(np.isfinite(high), high, np.inf)
    return np.stack([*_covered(frequencies, low, high), *_covered(times, start, end)], axis=1)


def near_frames(boxes: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(b,) bool: boxes (b, 4) that are not beside all frames."""
    return ~((boxes[:, 1] < times[0] - _FRAME_S) | (boxes[:, 0] > times[-1] + _FRAME_S))


def _covered(centres: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each stretch the first and last (exclusive) of the rising centres within it; the nearest where none is."""
    first, end = np.searchsorted(centres, low, side="left"), np.searchsorted(centres, high, side="right")
    for empty in np.flatnonzero(first >= end):
        middle = low[empty] if np.isinf(high[empty]) else (low[empty] + high[empty]) / 2
        first[empty] = np.abs(centres - middle).argmin()
        end[empty] = first[empty] + 1
    return first, end
