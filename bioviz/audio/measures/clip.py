"""What can be measured on a clip's sound without a model: level, clipping, spectral shape, signal to noise.

Pure functions on samples at the recording's own rate, so that ultrasound and clipping are not filtered away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bioviz.audio.measures.band_limit import band_limit_hz
from bioviz.audio.measures.box_snr import box_snr_db
from bioviz.audio.measures.columns import COLUMNS
from bioviz.audio.measures.heard import Heard, ear_for
from bioviz.audio.measures.loudest import loudest_sounds
from bioviz.audio.measures.noise_floor import Bands, Floor, noise_floor, steady_db

VERSION = 6  # raise it when any measure of a clip would come out differently

SILENCE_DB = -120.0  # what an all-zero clip gets instead of minus infinity
CLIPPED_AT = 0.999  # of full scale
_FLOOR_FRAMES = 1200  # that the noise floor is read from, evenly spread
_LEAST_POWER = 1e-12  # of a bin, to the mean of all
QUIET_SHARE = 0.6
"""A window with fewer frames outside its boxes takes the noise of its neighbors. With less a gust within the box is not
known from beside it: at 0.4 one real ratio in ten was off by more than 3 dB, at 0.6 one in sixteen."""


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
    ear, sounds = ear_for(rate), [width] * count if lengths is None else list(lengths)
    whole = [i for i in range(count) if sounds[i] == width and width]
    cut = [i for i in range(count) if 0 < sounds[i] < width]  # the last ones of a recording
    boxed: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    if boxes is not None:
        for alike in (whole, *([i] for i in cut)):
            of_each = ear.cells_of([boxes[i] for i in alike], sounds[alike[0]]) if alike else []
            boxed.update(zip(alike, of_each, strict=True))
    heard = [ear.hear(i, windows[i, : sounds[i]], boxed.get(i)) for i in sorted(whole + cut)]
    if not heard:
        return out
    frequencies, bands = ear.frequencies, ear.bands
    frames = sum(window.banded.shape[1] for window in heard)
    step = max(1, -(-frames // _FLOOR_FRAMES))
    floor = noise_floor(np.concatenate([window.banded[:, ::step] for window in heard], axis=1), bands)
    steady = steady_db(floor, bands)
    shapes = spectral_measures(np.stack([window.mean for window in heard], axis=1), frequencies)
    limit = band_limit_hz(np.minimum.reduce([window.mean for window in heard]), frequencies)
    marked = marked_db(heard, bands)
    loudest = loudest_sounds([window.banded for window in heard], floor, bands)
    for window, shape, snr_db, sound in zip(heard, shapes, marked, loudest, strict=True):
        out[window.place] = (
            *level_measures(window.samples),
            snr_db,
            sound.snr_db,
            sound.prominence_db,
            sound.low_hz,
            sound.high_hz,
            steady,
            onset_db(window.banded, floor),
            limit,
            *shape,
        )
    return out


def marked_db(heard: Sequence[Heard], bands: Bands) -> list[float]:
    """SNR of the annotated calls of windows, against their own noise, or their neighbors' where boxes leave little.

    NaN where those leave as little: so short a stretch does not tell what the noise does during the calls.
    """
    around: np.ndarray | None = None  # noise of all windows, put together once it is needed
    ratios = []
    for window in heard:
        if window.signal is None or window.cells is None:
            ratios.append(np.nan)
            continue
        if len(window.quiet) and window.quiet.mean() >= QUIET_SHARE:
            ratios.append(box_snr_db(window.signal, window.cells, window.frames, _noise_of([window], bands)))
            continue
        around = _noise_of(heard, bands) if around is None else around
        enough = around.shape[1] >= QUIET_SHARE / (1 - QUIET_SHARE) * window.inside
        ratios.append(box_snr_db(window.signal, window.cells, window.frames, around) if enough else np.nan)
    return ratios


def _noise_of(heard: Sequence[Heard], bands: Bands) -> np.ndarray:
    """(B, K) mean power of a cell in the frames of windows that no box is near."""
    beside = [window.banded if window.quiet.all() else window.banded[:, window.quiet] for window in heard]
    return np.concatenate(beside, axis=1) / bands.bins[:, None]


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
    from bioviz.audio.measures.passes import highest_rise

    return highest_rise(banded, floor.power.astype(np.float32))


def _dbfs(amplitude: float) -> float:
    return max(20 * np.log10(amplitude), SILENCE_DB) if amplitude > 0 else SILENCE_DB
