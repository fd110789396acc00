"""What can be measured on a clip's sound without a model: level, clipping, spectral shape, signal to noise.

Pure functions on samples at the recording's own rate, so that ultrasound and clipping are not filtered away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

VERSION = 1  # raise it when any figure below would come out differently

SILENCE_DB = -120.0  # what an all-zero clip gets instead of minus infinity
CLIPPED_AT = 0.999  # of full scale
SNR_RANGE_DB = (-30.0, 90.0)
_FRAME_S = 0.02
_GUARD = np.array([-0.03, 0.03, 0.0, 0.0])  # added to a box; 0.03 s is longer than any frame
_FLOOR_PERCENTILE, _SIGNAL_PERCENTILE = 10, 95
_QUIET_SHARE = 0.2  # a window with fewer frames outside its boxes takes the noise of its neighbours


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
        "SNR estimate",
        "dB",
        "With annotations: power within their boxes against the same frequencies outside of their times. "
        "Without: the loud frames (95th percentile) against the quiet ones (10th). An estimate.",
    ),
    Column("flatness", "Spectral flatness", "0 to 1", "0 for a pure tone, towards 1 for white noise."),
    Column("centroid_hz", "Spectral centroid", "Hz", "Mean frequency, weighted with power."),
    Column("bandwidth_hz", "Bandwidth", "Hz", "Spread of frequency round the centroid, weighted with power."),
    Column("peak_hz", "Peak frequency", "Hz", "Frequency of the strongest bin of the mean spectrum."),
)
NAMES = tuple(column.name for column in COLUMNS)
NO_BOXES = np.zeros((0, 4))


def measure(
    windows: np.ndarray,
    rate: int,
    lengths: Sequence[int] | None = None,
    boxes: Sequence[np.ndarray] | None = None,
) -> np.ndarray:
    """Measure windows that lie near each other in one recording.

    Args:
        windows: (n, T) float32 samples, full scale 1.
        rate: Hz.
        lengths: samples of each window that are sound; the rest, zeros behind the end of the recording, does not
            count. All of them if None.
        boxes: for each window (b, 4) float64: start_s, end_s from the window's start, low_hz, high_hz; NaN
            frequencies mean the whole band. No annotations if None.

    Returns:
        (n, len(COLUMNS)) float32; a row of NaN where a window holds no sound.
    """
    count, width = windows.shape
    out = np.full((count, len(COLUMNS)), np.nan, dtype=np.float32)
    inside: dict[int, tuple[np.ndarray, np.ndarray]] = {}  # window -> power in its boxes, cells per bin
    quiet_sum, quiet_frames = 0.0, 0
    for i in range(count):
        samples = windows[i, : width if lengths is None else lengths[i]]
        if len(samples) == 0:
            continue
        power, frequencies, times = spectrogram(samples, rate)
        own = NO_BOXES if boxes is None else boxes[i]
        mask = box_mask(own, frequencies, times)
        # Frames at the edge of a box hold some of its call: they are neither signal nor noise.
        quiet = ~box_mask(own + _GUARD, frequencies, times).any(axis=0)
        if boxes is not None:
            quiet_sum = quiet_sum + power[:, quiet].sum(axis=1, dtype=np.float64)
            quiet_frames += int(quiet.sum())
        if not mask.any():
            snr = floor_snr_db(power)
        elif quiet.mean() >= _QUIET_SHARE:
            snr = box_snr_db(power, mask, power[:, quiet].mean(axis=1, dtype=np.float64))
        else:
            snr = floor_snr_db(power)  # unless the neighbours tell the noise, below
            inside[i] = ((power * mask).sum(axis=1, dtype=np.float64), mask.sum(axis=1))
        out[i] = (*level_measures(samples), snr, *spectral_measures(power.mean(axis=1), frequencies))
    if quiet_frames:
        for i, (signal, cells) in inside.items():
            noise = (quiet_sum / quiet_frames * cells).sum()
            out[i, NAMES.index("snr_db")] = _ratio_db(signal.sum(), noise)
    return out


def spectrogram(samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Power spectrogram with Hann frames of about 20 ms (a power of two), half overlapping, offset removed.

    Returns:
        power (F, K) float32, frequencies (F,) in Hz, times (K,) of the frames' middles in seconds.
    """
    from scipy.fft import rfft

    size = 1 << max(round(float(np.log2(_FRAME_S * rate))), 5)
    samples = np.asarray(samples, dtype=np.float32)
    if len(samples) > 1:
        samples = samples - samples.mean()
    if (missing := size - len(samples)) > 0:
        samples = np.pad(samples, (missing // 2, missing - missing // 2))
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[:: size // 2]
    spectra = rfft(frames * np.hanning(size + 1)[:-1].astype(np.float32), axis=1)
    power = np.square(spectra.real) + np.square(spectra.imag)
    times = (np.arange(len(frames)) * (size // 2) + size / 2) / rate
    return power.T, np.fft.rfftfreq(size, 1 / rate), times


def level_measures(samples: np.ndarray) -> tuple[float, float, float]:
    """(level dBFS, peak dBFS, share of clipped samples) of (T,) samples, full scale 1."""
    size = np.abs(samples)
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    return _dbfs(rms), _dbfs(float(size.max())), float(np.mean(size >= CLIPPED_AT))


def spectral_measures(mean_power: np.ndarray, frequencies: np.ndarray) -> tuple[float, float, float, float]:
    """(flatness, centroid Hz, bandwidth Hz, peak frequency Hz) of a mean power spectrum (F,).

    The bin at 0 Hz, a recorder's offset, does not count. Silence has no spectrum: four NaN.
    """
    power = np.asarray(mean_power[1:], dtype=np.float64)
    frequencies = frequencies[1:]
    total = power.sum()
    if total <= 0:
        return (np.nan,) * 4
    floor = power.mean() * 1e-12  # keeps an empty bin from making every flatness 0
    flatness = float(np.exp(np.mean(np.log(power + floor))) / (power.mean() + floor))
    centroid = float(power @ frequencies / total)
    bandwidth = float(np.sqrt(power @ np.square(frequencies - centroid) / total))
    return flatness, centroid, bandwidth, float(frequencies[power.argmax()])


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


def floor_snr_db(power: np.ndarray) -> float:
    """SNR estimate of a spectrogram (F, K) without annotations: loud frames against quiet frames, dB."""
    energy = power.sum(axis=0, dtype=np.float64)
    floor, loud = np.percentile(energy, [_FLOOR_PERCENTILE, _SIGNAL_PERCENTILE])
    return _ratio_db(loud, floor)


def box_snr_db(power: np.ndarray, mask: np.ndarray, noise: np.ndarray) -> float:
    """SNR in dB of the cells of `mask` (F, K) against a noise spectrum (F,), each bin against its own noise."""
    return _ratio_db(power[mask].sum(dtype=np.float64), float((noise * mask.sum(axis=1)).sum()))


def _covered(centres: np.ndarray, low: float, high: float) -> np.ndarray:
    inside = (centres >= low) & (centres <= high)
    if not inside.any():
        middle = low if np.isinf(high) else (low + high) / 2
        inside[np.abs(centres - middle).argmin()] = True
    return inside


def _ratio_db(with_signal: float, noise: float) -> float:
    """Signal alone (what is above the noise) to noise, kept within SNR_RANGE_DB; NaN for silence."""
    low, high = SNR_RANGE_DB
    if with_signal <= 0 and noise <= 0:
        return np.nan
    ratio = (with_signal - noise) / max(noise, 1e-30)
    return float(np.clip(10 * np.log10(max(ratio, 1e-30)), low, high))


def _dbfs(amplitude: float) -> float:
    return max(20 * np.log10(amplitude), SILENCE_DB) if amplitude > 0 else SILENCE_DB
