"""Made-up sounds that the small network learns: single events over noise.

An event is drawn from broad kinds (a steady tone, clicks, a burst of noise ...) with any pitch and length, by code that
the demo's calls know nothing of. What it stands on is one of six noises, five of them of the kinds that the demo's
sites have, drawn anew. The network learns both: which event, if any, and which noise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bioviz.datasets.demo import noises

RATE = 22_050
SECONDS = 3.0
SNR_DB = (5.0, 30.0)  # of an event in its own stretch; fainter ones are never taught
SILENT_SHARE = 0.35  # of the clips hold no event

Event = Callable[[np.random.Generator], np.ndarray]


def _time(rng: np.random.Generator, low_s: float, high_s: float) -> np.ndarray:
    return np.arange(int(rng.uniform(low_s, high_s) * RATE)) / RATE


def _pitch(rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(400), np.log(8000))))


def _swell(n: int) -> np.ndarray:
    return np.sin(np.pi * np.linspace(0, 1, n)) ** 0.5


def _voice(hz: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * np.cumsum(hz) / RATE)


def tone(rng: np.random.Generator) -> np.ndarray:
    """One steady pitch."""
    t = _time(rng, 0.3, 1.5)
    return _voice(np.full(len(t), _pitch(rng))) * _swell(len(t))


def rising(rng: np.random.Generator) -> np.ndarray:
    """Return a pitch that climbs by half an octave to two."""
    t = _time(rng, 0.15, 0.8)
    high = _pitch(rng)
    return _voice(np.geomspace(high / rng.uniform(1.5, 4), high, len(t))) * _swell(len(t))


def falling(rng: np.random.Generator) -> np.ndarray:
    """Return a pitch that drops by half an octave to two."""
    return rising(rng)[::-1]


def warble(rng: np.random.Generator) -> np.ndarray:
    """Return a pitch that swings up and down."""
    t = _time(rng, 0.5, 1.8)
    centre = _pitch(rng)
    return _voice(
        centre * (1 + rng.uniform(0.04, 0.2) * np.sin(2 * np.pi * rng.uniform(5, 30) * t))
    ) * _swell(len(t))


def stack(rng: np.random.Generator) -> np.ndarray:
    """Return a pitch with many harmonics."""
    t = _time(rng, 0.3, 1.2)
    base = rng.uniform(150, 900)
    parts = [np.sin(2 * np.pi * base * k * t) / k for k in range(1, 12) if base * k < 0.45 * RATE]
    return np.sum(parts, axis=0) * _swell(len(t))


def pulsed(rng: np.random.Generator) -> np.ndarray:
    """Return a steady pitch that is beaten in loudness."""
    t = _time(rng, 0.4, 1.5)
    beat = 0.5 - 0.5 * np.cos(2 * np.pi * rng.uniform(12, 70) * t)
    return _voice(np.full(len(t), _pitch(rng))) * beat**2 * _swell(len(t))


def clicks(rng: np.random.Generator) -> np.ndarray:
    """Return short broad clicks at a steady rate."""
    t = _time(rng, 0.4, 1.8)
    each = rng.standard_normal(int(0.006 * RATE)) * np.exp(-np.arange(int(0.006 * RATE)) / (0.0015 * RATE))
    struck = np.zeros(len(t))
    struck[:: int(rng.uniform(0.03, 0.15) * RATE)] = 1
    return np.convolve(struck, each)[: len(t)]


def burst(rng: np.random.Generator) -> np.ndarray:
    """Return a stretch of noise between two frequencies."""
    t = _time(rng, 0.1, 0.8)
    spectrum = np.fft.rfft(rng.standard_normal(len(t)))
    hz = np.fft.rfftfreq(len(t), 1 / RATE)
    low = _pitch(rng) / 1.5
    spectrum[(hz < low) | (hz > low * rng.uniform(1.3, 3))] = 0
    return np.fft.irfft(spectrum, len(t)) * _swell(len(t))


EVENTS: tuple[Event, ...] = (tone, rising, falling, warble, stack, pulsed, clicks, burst)


def _hiss(rng: np.random.Generator, n: int, rate: int) -> np.ndarray:
    return rng.standard_normal(n, dtype=np.float32)


NOISES: tuple[noises.Noise, ...] = (
    noises.wind,
    noises.rain,
    noises.stream,
    noises.insects,
    noises.hum,
    _hiss,
)


def made_up(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw clips; the same for the same seed, each clip on its own.

    Returns
    -------
    (count, T) float32 waveforms, (count,) event (0 for none, else 1 + index in EVENTS) and (count,) noise (index in
    NOISES), both int64.

    """
    samples = int(SECONDS * RATE)
    waveforms = np.empty((count, samples), dtype=np.float32)
    event, noise = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        noise[index] = rng.integers(len(NOISES))
        clip = NOISES[noise[index]](rng, samples, RATE).astype(np.float64)
        if rng.uniform() > SILENT_SHARE:
            kind = int(rng.integers(len(EVENTS)))
            event[index] = 1 + kind
            sound = EVENTS[kind](rng)[:samples]
            start = int(rng.integers(0, samples - len(sound) + 1))
            stretch = slice(start, start + len(sound))
            gain = np.mean(clip[stretch] ** 2) / np.mean(sound**2) * 10 ** (rng.uniform(*SNR_DB) / 10)
            clip[stretch] += np.sqrt(gain) * sound
        level = 10 ** (rng.uniform(-46, -26) / 20)
        waveforms[index] = clip / np.sqrt(np.mean(clip**2)) * level
    return waveforms, event, noise
