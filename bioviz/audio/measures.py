"""What can be measured on a clip's sound without a model: level, clipping, spectral shape, signal to noise.

Pure functions on samples at the recording's own rate, so that ultrasound and clipping are not filtered away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz.audio.band_limit import band_limit_hz
from bioviz.audio.box_snr import box_snr_db
from bioviz.audio.noise_floor import Bands, Floor, bands_for, noise_floor, smoothed, sounding, steady_db
from bioviz.audio.snr import estimate

VERSION = 3  # raise it when any figure below would come out differently

NOTHING_STANDS_OUT_DB = 10.0  # prominence below which there may be noise alone
SILENCE_DB = -120.0  # what an all-zero clip gets instead of minus infinity
CLIPPED_AT = 0.999  # of full scale
_FRAME_S = 0.02
_CHUNK_FRAMES = 32
_FLOOR_FRAMES = 1200  # that the noise floor is read from, evenly spread
GUARD = np.array([-0.03, 0.03, 0.0, 0.0])  # added to a box; 0.03 s is longer than any frame
QUIET_SHARE = 0.2  # a window with fewer frames outside its boxes takes the noise of its neighbors


@dataclass(frozen=True)
class Column:
    """One measure of a clip: column name, what to call it on screen, unit, and a sentence of help."""

    name: str
    title: str
    unit: str
    about: str


COLUMNS = (
    Column(
        "level_dbfs", "Level", "dBFS", "Root mean square against full scale 1 (a full-scale sine has -3)."
    ),
    Column("peak_dbfs", "Peak", "dBFS", "Largest sample against full scale 1."),
    Column("clipped_share", "Clipped", "share", "Share of samples at or above 0.999 of full scale."),
    Column(
        "snr_db",
        "SNR",
        "dB",
        "Signal-to-noise ratio of annotated calls: power within their boxes against the same frequencies outside of "
        "their times. Unknown without a box, and where the noise alone rises as high.",
    ),
    Column(
        "loudest_db",
        "Loudest sound",
        "dB",
        "How far the loudest sound that stands out, the animal's or not, is above the noise: in its own band and over "
        "at least 20 ms. Unknown where nothing stands out.",
    ),
    Column(
        "prominence_db",
        "Prominence",
        "dB",
        "How far the loudest moment of any band stands above the noise; 5 to 7 where there is noise alone.",
    ),
    Column("call_low_hz", "Lower edge", "Hz", "Of the loudest sound: 5 % of its power lie below."),
    Column("call_high_hz", "Upper edge", "Hz", "Of the loudest sound: 5 % of its power lie above."),
    Column(
        "steady_db",
        "Steady sound",
        "dB",
        "How far the strongest steady band stands above those beside it: hum, or a call without a pause.",
    ),
    Column(
        "onset_db",
        "Onset strength",
        "dB",
        "The most that the level rises from one moment (10 ms) to the next, mean over all bands.",
    ),
    Column(
        "band_limit_hz",
        "Bandwidth limit",
        "Hz",
        "The highest frequency that the recording holds: above it a recorder, a resampling or a compressed format "
        "cut everything off.",
    ),
    Column("flatness", "Spectral flatness", "0 to 1", "0 for a pure tone, towards 1 for white noise."),
    Column("centroid_hz", "Spectral centroid", "Hz", "Mean frequency, weighted with power."),
    Column("bandwidth_hz", "Bandwidth", "Hz", "Spread of frequency round the centroid, weighted with power."),
    Column("peak_hz", "Peak frequency", "Hz", "Frequency of the strongest bin of the mean spectrum."),
)
NAMES = tuple(column.name for column in COLUMNS)


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
    banded, mean = bands.pool(power), power.mean(axis=1)
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
    length = int(inside.sum()) // stretches
    return _Window(place, samples, mean, banded[:, sounds], quiet[sounds], signal, cells, length)


def _marked_db(window: _Window, heard: Sequence[_Window], bands: Bands) -> float:
    """SNR of the annotated calls of a window, against its own noise, or its neighbors' where boxes leave little."""
    if window.signal is None or window.cells is None:
        return np.nan
    own = window.quiet.mean() >= QUIET_SHARE if len(window.quiet) else False
    beside = [each.banded[:, each.quiet] for each in ([window] if own else heard)]
    return box_snr_db(
        window.signal, window.cells, window.frames, np.concatenate(beside, axis=1) / bands.bins[:, None]
    )


def why_no_snr(prominence_db: float, boxed: bool = False) -> str:
    """Why there is no ratio, to follow "unknown:"; of an annotated call if `boxed`, else of the loudest sound."""
    if np.isnan(prominence_db):
        return "the clip is too short, or silent"
    if boxed:
        return "the noise beside the call rises as high as what its box holds"
    if prominence_db < NOTHING_STANDS_OUT_DB:
        return "no sound stands out of the noise"
    return "the noise cannot be told from what stands out of it"


def spectrogram(samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Power spectrogram with Hann frames of 20 ms (nearly), half overlapping, offset removed.

    Returns
    -------
    power (F, K) float32, frequencies (F,) in Hz, times (K,) of the frames' middles in seconds.

    """
    from scipy.fft import next_fast_len, rfft

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
        part = np.square(spectra.real, out=power[first : first + _CHUNK_FRAMES])
        part += np.square(spectra.imag)
    times = (np.arange(len(frames)) * (size // 2) + size / 2) / rate
    return power.T, np.fft.rfftfreq(size, 1 / rate), times


def level_measures(samples: np.ndarray) -> tuple[float, float, float]:
    """(level dBFS, peak dBFS, share of clipped samples) of (T,) samples, full scale 1."""
    rms = float(np.sqrt(np.dot(samples, samples) / len(samples)))
    peak = float(max(samples.max(), -samples.min()))
    clipped = float(np.mean(np.abs(samples) >= CLIPPED_AT)) if peak >= CLIPPED_AT else 0.0
    return _dbfs(rms), _dbfs(peak), clipped


def spectral_measures(mean_power: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """(n, 4) flatness, centroid Hz, bandwidth Hz, peak frequency Hz of mean power spectra (F, n), by librosa.

    The bin at 0 Hz, a recorder's offset, does not count. Silence has no spectrum: four NaN.
    """
    from librosa import feature

    power = np.asarray(mean_power[1:], dtype=np.float64)
    frequencies = frequencies[1:]
    level = power.mean(axis=0)
    power = power / np.where(level > 0, level, 1)  # so that librosa's least power is far below any
    flatness = feature.spectral_flatness(S=power, amin=1e-12, power=1.0)[0]
    centroid = feature.spectral_centroid(S=power, freq=frequencies)
    bandwidth = feature.spectral_bandwidth(S=power, freq=frequencies, centroid=centroid)[0]
    columns = np.stack([flatness, centroid[0], bandwidth, frequencies[power.argmax(axis=0)]], axis=1)
    columns[level <= 0] = np.nan
    return columns


def onset_db(banded: np.ndarray, floor: Floor) -> float:
    """Return the strongest onset of band powers (B, K), in dB above the floor a frame; NaN where there is no floor."""
    from librosa import onset

    if not (floor.power > 0).all() or banded.shape[1] < 2:
        return np.nan
    ratio = banded / floor.power[:, None].astype(np.float32)
    level = 10 * np.log10(np.maximum(ratio, 1))
    return float(onset.onset_strength(S=level, center=False).max())


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


def _dbfs(amplitude: float) -> float:
    return max(20 * np.log10(amplitude), SILENCE_DB) if amplitude > 0 else SILENCE_DB
