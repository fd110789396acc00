"""Synthetic noise floors. Every function takes (rng, samples, rate in Hz) and returns float32 of mean power 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Noise = Callable[[np.random.Generator, int, int], np.ndarray]


def _coloured(rng: np.random.Generator, n: int, gain: np.ndarray) -> np.ndarray:
    """Gaussian noise whose spectrum has the amplitude `gain` at the frequencies of rfft."""
    from scipy import fft

    bins = len(gain)
    spectrum = np.empty(bins, dtype=np.complex64)
    spectrum.real = rng.standard_normal(bins, dtype=np.float32) * gain
    spectrum.imag = rng.standard_normal(bins, dtype=np.float32) * gain
    spectrum[0] = 0
    return np.asarray(fft.irfft(spectrum, n))


def _frequencies(n: int, rate: int) -> np.ndarray:
    return np.arange(n // 2 + 1, dtype=np.float32) * np.float32(rate / n)


def _band(hz: np.ndarray, low: float, high: float, octaves: float = 0.5) -> np.ndarray:
    """1 between low and high, falling off smoothly outside within about `octaves`."""
    with np.errstate(divide="ignore"):
        position = np.log2(hz)
    below, above = np.float32(np.log2(low)) - position, position - np.float32(np.log2(high))
    return np.exp(-0.5 * (np.clip(np.maximum(below, above), 0, 20) / octaves) ** 2).astype(np.float32)


def _slow(rng: np.random.Generator, n: int, rate: int, every_s: float, depth: float) -> np.ndarray:
    """Return a loudness that wanders: one random level each `every_s` seconds, straight lines between."""
    points = int(n / rate / every_s) + 2
    levels = 1 + depth * rng.uniform(-1, 1, points)
    return np.interp(np.arange(n) / (rate * every_s), np.arange(points), levels).astype(np.float32)


def _unit(x: np.ndarray) -> np.ndarray:
    return (x / np.sqrt(np.mean(np.square(x, dtype=np.float64)))).astype(np.float32)


def wind(rng: np.random.Generator, n: int, rate: int) -> np.ndarray:
    """Low rumble in gusts."""
    hz = _frequencies(n, rate)
    gain = 1 / np.maximum(hz, 30) ** 1.1
    return _unit(_coloured(rng, n, gain.astype(np.float32)) * _slow(rng, n, rate, 2.5, 0.7))


def rain(rng: np.random.Generator, n: int, rate: int) -> np.ndarray:
    """Return a broad hiss with drops that strike nearby."""
    from scipy import fft

    hz = _frequencies(n, rate)
    hiss = _unit(_coloured(rng, n, _band(hz, 900, 8500, 0.9)))
    drops = np.zeros(n, dtype=np.float32)
    at = rng.integers(0, n, int(n / rate * 25))
    drops[at] = rng.exponential(1.0, len(at))
    t = np.arange(int(0.01 * rate)) / rate
    drop = (np.sin(2 * np.pi * 2600 * t) * np.exp(-t * 1200)).astype(np.float32)
    # Round the circle: a drop at the end rings on at the start. Lengths of whole seconds make the transform quick.
    struck = np.asarray(fft.irfft(np.asarray(fft.rfft(drops)) * np.asarray(fft.rfft(drop, n)), n))
    return _unit(hiss + 0.6 * _unit(struck))


def stream(rng: np.random.Generator, n: int, rate: int) -> np.ndarray:
    """Return running water: a steady broad band that bubbles a little."""
    hz = _frequencies(n, rate)
    gain = _band(hz, 350, 2600, 0.8) + 0.15 * _band(hz, 2600, 7000, 0.6)
    return _unit(_coloured(rng, n, gain) * _slow(rng, n, rate, 0.12, 0.25))


def insects(rng: np.random.Generator, n: int, rate: int) -> np.ndarray:
    """Return a chorus: two narrow bands, each throbbing at its own rate, over a quiet hiss."""
    hz = _frequencies(n, rate)
    t = np.arange(n, dtype=np.float32) / np.float32(rate)
    out = 0.25 * _unit(_coloured(rng, n, _band(hz, 200, 9000, 1.0)))
    for low, high, beat in ((4300, 4900, 18.0), (6600, 7500, 31.0)):
        low, high = low * rng.uniform(0.97, 1.03), high * rng.uniform(0.97, 1.03)
        throb = 0.6 + 0.4 * np.sin(np.float32(2 * np.pi * beat * rng.uniform(0.95, 1.05)) * t)
        out += _unit(_coloured(rng, n, _band(hz, low, high, 0.05)) * throb) * np.float32(
            rng.uniform(0.6, 1.0)
        )
    return _unit(out)


def hum(rng: np.random.Generator, n: int, rate: int) -> np.ndarray:
    """Return a recorder's own noise: mains hum with its harmonics over white hiss."""
    t = np.arange(n, dtype=np.float64) / rate
    mains = 50 + rng.uniform(-0.05, 0.05)
    out = rng.standard_normal(n, dtype=np.float32)
    for k, level in ((1, 0.6), (2, 1.0), (3, 0.5), (6, 0.4)):
        out += (level * np.sin(2 * np.pi * (k * mains * t + rng.uniform()))).astype(np.float32)
    return _unit(out)
