"""What can be measured on a clip's sound without a model: level, clipping, spectral shape, signal to noise.

Pure functions on samples at the recording's own rate, so that ultrasound and clipping are not filtered away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioviz.audio.measures.band_limit import band_limit_hz
from bioviz.audio.measures.box_snr import box_snr_db
from bioviz.audio.measures.cells import box_mask, spectrogram
from bioviz.audio.measures.columns import COLUMNS
from bioviz.audio.measures.noise_floor import (
    Bands,
    Floor,
    bands_for,
    noise_floor,
    smoothed,
    sounding,
    steady_db,
)
from bioviz.audio.measures.snr import estimate

VERSION = 5  # raise it when any measure of a clip would come out differently

SILENCE_DB = -120.0  # what an all-zero clip gets instead of minus infinity
CLIPPED_AT = 0.999  # of full scale
_FLOOR_FRAMES = 1200  # that the noise floor is read from, evenly spread
_LEAST_POWER = 1e-12  # of a bin, to the mean of all
GUARD = np.array([-0.03, 0.03, 0.0, 0.0])  # added to a box; 0.03 s is longer than any frame
QUIET_SHARE = 0.6
"""A window with fewer frames outside its boxes takes the noise of its neighbors. With less a gust within the box is not
known from beside it: at 0.4 one real ratio in ten was off by more than 3 dB, at 0.6 one in sixteen."""


@dataclass(frozen=True)
class _Window:
    """What is kept of a window while its neighbors are looked at."""

    place: int
    samples: np.ndarray
    mean: np.ndarray  # (F,) power
    banded: np.ndarray  # (B, K) power of the frames that are not digital silence
    quiet: np.ndarray  # (K,) bool, no annotated call there
    signal: np.ndarray | None = None  # (B,) power in its boxes
    cells: np.ndarray | None = None  # (B,) cells in its boxes
    frames: int = 0  # of a box
    inside: int = 0  # frames of all its boxes


def measure(
    windows: np.ndarray,
    rate: int,
    lengths: Sequence[int] | None = None,
    boxes: Sequence[np.ndarray] | None = None,
) -> np.ndarray:
    """Measure windows that lie near each other in one recording; the noise of all of them is that of each.

    Parameters
    ----------
    windows : (n, T) float32
        Samples, full scale 1.
    rate
        Hz.
    lengths
        Samples of each window that are sound; the rest, zeros behind the end of the recording, does not
        count. All of them if None.
    boxes
        For each window (b, 4)
    float64
        start_s, end_s from the window's start, low_hz, high_hz; NaN frequencies mean the whole band. No
        annotations if None.

    Returns
    -------
    (n, len(COLUMNS)) float32; a row of NaN where a window holds no sound.

    """
    count, width = windows.shape
    out = np.full((count, len(COLUMNS)), np.nan, dtype=np.float32)
    heard: list[_Window] = []
    frequencies, bands = np.zeros(0), None
    for i in range(count):
        samples = windows[i, : width if lengths is None else lengths[i]]
        if len(samples) == 0:
            continue
        power, frequencies, times = spectrogram(samples, rate)
        bands = bands_for(len(power), float(frequencies[1]))
        heard.append(
            _window(i, samples, power, bands, frequencies, times, None if boxes is None else boxes[i])
        )
    if bands is None:  # no window holds any sound
        return out
    frames = sum(window.banded.shape[1] for window in heard)
    step = max(1, -(-frames // _FLOOR_FRAMES))
    floor = noise_floor(np.concatenate([window.banded[:, ::step] for window in heard], axis=1), bands)
    steady = steady_db(floor, bands)
    shapes = spectral_measures(np.stack([window.mean for window in heard], axis=1), frequencies)
    limit = band_limit_hz(np.minimum.reduce([window.mean for window in heard]), frequencies)
    for window, shape in zip(heard, shapes, strict=True):
        estimated = estimate(window.banded, smoothed(window.banded), floor, bands)
        out[window.place] = (
            *level_measures(window.samples),
            _marked_db(window, heard, bands),
            estimated.snr_db,
            estimated.prominence_db,
            estimated.low_hz,
            estimated.high_hz,
            steady,
            onset_db(window.banded, floor),
            limit,
            *shape,
        )
    return out


def _window(
    place: int,
    samples: np.ndarray,
    power: np.ndarray,
    bands: Bands,
    frequencies: np.ndarray,
    times: np.ndarray,
    boxes: np.ndarray | None,
) -> _Window:
    """Return what is kept of a window with the spectrogram `power` (F, K)."""
    banded, mean = bands.pool_and_mean(power)
    sounds = sounding(banded)
    if boxes is None or not len(boxes):
        return _Window(place, samples, mean, banded[:, sounds], np.ones(int(sounds.sum()), dtype=bool))
    mask = box_mask(boxes, frequencies, times)
    # Frames at the edge of a box hold some of its call: they are neither signal nor noise.
    quiet = ~np.any(box_mask(boxes + GUARD, frequencies, times), axis=0)
    if not mask.any():
        return _Window(place, samples, mean, banded[:, sounds], quiet[sounds])
    inside = np.any(mask, axis=0)
    stretches = int((np.diff(inside.astype(np.int8), prepend=0) == 1).sum())
    signal, cells = (
        bands.pool(each[:, None])[:, 0] for each in ((power * mask).sum(axis=1), mask.sum(axis=1))
    )
    filled = int(inside.sum())
    return _Window(
        place, samples, mean, banded[:, sounds], quiet[sounds], signal, cells, filled // stretches, filled
    )


def _marked_db(window: _Window, heard: Sequence[_Window], bands: Bands) -> float:
    """SNR of the annotated calls of a window, against its own noise, or its neighbors' where boxes leave little.

    NaN where those leave as little: so short a stretch does not tell what the noise does during the calls.
    """
    if window.signal is None or window.cells is None:
        return np.nan
    own = window.quiet.mean() >= QUIET_SHARE if len(window.quiet) else False
    beside = [each.banded[:, each.quiet] for each in ([window] if own else heard)]
    noise = np.concatenate(beside, axis=1) / bands.bins[:, None]
    if not own and noise.shape[1] < QUIET_SHARE / (1 - QUIET_SHARE) * window.inside:
        return np.nan
    return box_snr_db(window.signal, window.cells, window.frames, noise)


def level_measures(samples: np.ndarray) -> tuple[float, float, float]:
    """(level dBFS, peak dBFS, share of clipped samples) of (T,) samples, full scale 1."""
    rms = float(np.sqrt(np.dot(samples, samples) / len(samples)))
    peak = float(max(samples.max(), -samples.min()))
    clipped = float(np.mean(np.abs(samples) >= CLIPPED_AT)) if peak >= CLIPPED_AT else 0.0
    return _dbfs(rms), _dbfs(peak), clipped


def spectral_measures(mean_power: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """(n, 4) flatness, centroid Hz, bandwidth Hz, peak frequency Hz of mean power spectra (F, n), as librosa's.

    They are written out here, as librosa checks its input for longer than it computes. The bin at 0 Hz, a recorder's
    offset, does not count. Silence has no spectrum: four NaN.
    """
    power = np.asarray(mean_power[1:], dtype=np.float64)
    frequencies = frequencies[1:]
    level = power.mean(axis=0)
    power = power / np.where(level > 0, level, 1)  # so that the least power is far below any
    raised = np.maximum(power, _LEAST_POWER)
    flatness = np.exp(np.mean(np.log(raised), axis=0)) / np.mean(raised, axis=0)
    total = power.sum(axis=0)
    share = power / np.where(total > 0, total, 1)
    centroid = (frequencies[:, None] * share).sum(axis=0)
    bandwidth = np.sqrt((share * np.abs(frequencies[:, None] - centroid) ** 2).sum(axis=0))
    columns = np.stack([flatness, centroid, bandwidth, frequencies[power.argmax(axis=0)]], axis=1)
    columns[level <= 0] = np.nan
    return columns


def onset_db(banded: np.ndarray, floor: Floor) -> float:
    """Return the strongest onset of band powers (B, K), in dB above the floor a frame; NaN where there is no floor.

    It is the largest of librosa's `onset.onset_strength`: the mean over all bands of what each rises by.
    """
    if not (floor.power > 0).all() or banded.shape[1] < 2:
        return np.nan
    level = 10 * np.log10(np.maximum(banded / floor.power[:, None].astype(np.float32), 1))
    return float(np.maximum(np.diff(level, axis=1), 0).mean(axis=0).max())


def _dbfs(amplitude: float) -> float:
    return max(20 * np.log10(amplitude), SILENCE_DB) if amplitude > 0 else SILENCE_DB
