"""Calls in noise whose signal-to-noise ratio is known: what the estimate is held against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bioviz.audio.measures.cells import box_mask, spectrogram
from bioviz.audio.measures.noise_floor import bands_for, smoothed

NOISES = {"white": 0.0, "pink": -0.5, "red": -1.0}  # exponent of the amplitude over frequency
CALLS = ("tone", "sweep", "trill", "trill without a rest", "harmonics", "burst", "three notes")
RATIOS_DB = (-10, -5, 0, 5, 10, 20, 30)


@dataclass(frozen=True)
class Known:
    """A sound (T,) float32 at `rate` Hz, and its true SNR in dB."""

    samples: np.ndarray
    rate: int
    noise: str
    call: str
    snr_db: float


def noise(kind: str, count: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """(count,) Gaussian noise of root mean square 1."""
    hertz = np.maximum(np.fft.rfftfreq(count, 1 / rate), 20)
    made = np.fft.irfft(np.fft.rfft(rng.normal(size=count)) * hertz ** NOISES[kind], count)
    return made / made.std()


def call(kind: str, count: int, rate: int, top_hz: float, rng: np.random.Generator) -> np.ndarray:
    """(count,) a call somewhere, below `top_hz`."""
    times, whole = np.arange(count) / rate, count / rate
    pitch = rng.uniform(0.1, 0.5) * top_hz
    length = rng.uniform(0.08, min(1.2, 0.6 * whole))
    start = rng.uniform(0.05, whole - length - 0.05)
    if kind == "trill without a rest":
        start, length = 0.0, whole
    since = times - start
    envelope = np.clip(np.minimum(since, length - since) / 0.01, 0, 1)
    wave = np.sin(2 * np.pi * pitch * times)
    match kind:
        case "sweep":
            wave = np.sin(
                2 * np.pi * (pitch * times + 0.2 * top_hz / length * np.clip(since, 0, length) ** 2)
            )
        case "trill" | "trill without a rest":
            wave = wave * ((times * rng.uniform(5, 12)) % 1 < 0.5)
        case "harmonics":
            wave = sum(np.sin(2 * np.pi * pitch / 3 * k * times) / k for k in (1, 2, 3, 4))
        case "burst":
            hertz = np.fft.rfftfreq(count, 1 / rate)
            spectrum = np.fft.rfft(rng.normal(size=count))
            wave = np.fft.irfft(
                np.where((hertz > pitch) & (hertz < pitch + 0.3 * top_hz), spectrum, 0), count
            )
        case "three notes":
            starts = (0, 0.35 * length, 0.7 * length)
            rises = (np.minimum(since - at, at + 0.2 * length - since) for at in starts)
            envelope = sum(np.clip(rise / 0.005, 0, 1) for rise in rises)
    return wave * envelope


def true_ratio(clean: np.ndarray, added: np.ndarray, rate: int) -> float:
    """Power of the clean call to that of the noise, in its 5 to 95 % band, where it is within 10 dB of its loudest."""
    power, frequencies, _ = spectrogram(clean, rate)
    bands = bands_for(len(power), float(frequencies[1]))
    own, around = bands.pool(power), bands.pool(spectrogram(added, rate)[0]).mean(axis=1)
    share = np.cumsum(own.sum(axis=1)) / own.sum()
    low, high = np.searchsorted(share, (0.05, 0.95))
    band = slice(low, min(high, len(share) - 1) + 1)
    level = smoothed(own[None, band].sum(axis=1))[0]
    return float(own[band, level >= 0.1 * level.max()].sum(axis=0).mean() / around[band].sum())


def boxes_of(clean: np.ndarray, rate: int) -> np.ndarray:
    """(b, 4) start_s, end_s, low_hz, high_hz, as one draws them: what is within 10 dB of the loudest, its 90 % band."""
    power, frequencies, times = spectrogram(clean, rate)
    share = np.cumsum(power.sum(axis=1)) / power.sum()
    low, high = frequencies[np.searchsorted(share, (0.05, 0.95))]
    level = smoothed(power.sum(axis=0)[None])[0]
    step = float(times[1] - times[0])
    edges = np.flatnonzero(np.diff(level >= 0.1 * level.max(), prepend=False, append=False))
    found: list[list[float]] = []
    for first, last in edges.reshape(-1, 2):
        start, end = times[first] - step, times[last - 1] + step
        if found and start - found[-1][1] < 0.1:  # nobody draws a box round each pulse
            found[-1][1] = end
        else:
            found.append([start, end])
    return np.array([(start, end, low, high) for start, end in found])


def ratio_in_boxes(clean: np.ndarray, added: np.ndarray, rate: int, boxes: np.ndarray) -> float:
    """Power of the clean call in its boxes to that of the noise at the same frequencies, mean over the clip."""
    power, frequencies, times = spectrogram(clean, rate)
    mask = box_mask(boxes, frequencies, times)
    noise_power = spectrogram(added, rate)[0].mean(axis=1, dtype=np.float64)
    return float((power * mask).sum(dtype=np.float64) / (noise_power * mask.sum(axis=1)).sum())


def mixed(kind: str, of_noise: str, rate: int, snr_db: float, rng: np.random.Generator) -> Known:
    """A call in noise at `snr_db`, 2 to 5 s long (2 s where there are many samples)."""
    count = int(rate * rng.choice([2, 3, 5])) if rate < 100_000 else 2 * rate
    top = min(rate / 2, float(rng.choice([1000, 8000, rate / 2])))
    clean, added = call(kind, count, rate, top, rng), noise(of_noise, count, rate, rng)
    gain = np.sqrt(10 ** (snr_db / 10) / true_ratio(clean, added, rate))
    samples = (0.01 * (gain * clean + added)).astype(np.float32)
    return Known(samples, rate, of_noise, kind, float(snr_db))


def known_signals(rates: tuple[int, ...], each: int = 1, seed: int = 0) -> Iterator[Known]:
    """`each` of every call in every noise at every ratio, for each rate."""
    rng = np.random.default_rng(seed)
    for rate in rates:
        for of_noise in NOISES:
            for kind in CALLS:
                for snr_db in RATIOS_DB:
                    for _ in range(each):
                        yield mixed(kind, of_noise, rate, snr_db, rng)
