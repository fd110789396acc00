"""Synthetic animal calls, each drawn anew with natural variation.

Every function takes (rng, rate in Hz) and returns (samples float32, low Hz, high Hz); their level means nothing, the
mixer sets it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Call = tuple[np.ndarray, float, float]


def _tone(hz: np.ndarray, rate: int, harmonics: tuple[float, ...] = (1.0,)) -> np.ndarray:
    """Make a voice that follows a frequency curve, with partials of these amplitudes below the Nyquist frequency."""
    phase = 2 * np.pi * np.cumsum(hz) / rate
    parts = (a * np.sin(k * phase) for k, a in enumerate(harmonics, 1) if k * hz.max() < 0.48 * rate)
    return np.sum(list(parts), axis=0)


def _swell(n: int, rise: float = 0.15, fall: float = 0.3) -> np.ndarray:
    """Soft attack and decay: shares of the length."""
    t = np.linspace(0, 1, n)
    return np.sin(np.pi / 2 * np.clip(t / rise, 0, 1)) * np.sin(np.pi / 2 * np.clip((1 - t) / fall, 0, 1))


def _row(notes: list[np.ndarray], gap_s: float, rate: int) -> np.ndarray:
    """Return notes one after the other with silence between."""
    gap = np.zeros(int(gap_s * rate))
    return np.concatenate([part for note in notes for part in (note, gap)][:-1])


def _length(rng: np.random.Generator, low_s: float, high_s: float, rate: int) -> int:
    return int(rng.uniform(low_s, high_s) * rate)


def whistle(rng: np.random.Generator, rate: int) -> Call:
    """Return a harmonic whistle with slow vibrato."""
    n = _length(rng, 0.5, 1.2, rate)
    t = np.arange(n) / rate
    base, slope = rng.uniform(1700, 2600), rng.uniform(-250, 250)
    hz = base + slope * t + rng.uniform(20, 60) * np.sin(2 * np.pi * rng.uniform(4, 8) * t)
    voice = _tone(hz, rate, (1.0, rng.uniform(0.2, 0.45), rng.uniform(0.05, 0.2))) * _swell(n)
    return voice.astype(np.float32), float(hz.min() - 100), float(3 * hz.max() + 100)


def sweep(rng: np.random.Generator, rate: int) -> Call:
    """One to three falling frequency sweeps."""
    high, low = rng.uniform(5600, 7200), rng.uniform(2400, 3200)
    notes = []
    for _ in range(rng.integers(1, 4)):
        n = _length(rng, 0.18, 0.35, rate)
        notes.append(_tone(np.geomspace(high, low, n) * rng.uniform(0.97, 1.03), rate) * _swell(n, 0.1, 0.2))
    return _row(notes, rng.uniform(0.06, 0.14), rate).astype(np.float32), 0.95 * low, 1.05 * high


def pulse_train(rng: np.random.Generator, rate: int) -> Call:
    """Short damped clicks at a steady rate that may quicken."""
    hz, count = rng.uniform(3400, 4800), int(rng.integers(12, 26))
    period, quicken = rng.uniform(0.035, 0.07), rng.uniform(0.97, 1.0)
    t = np.arange(int(0.012 * rate)) / rate
    click = np.sin(2 * np.pi * hz * t) * np.exp(-t * 450)
    starts = np.cumsum(period * quicken ** np.arange(count))
    out = np.zeros(int(starts[-1] * rate) + len(click))
    for start, gain in zip(starts, rng.uniform(0.7, 1.0, count), strict=True):
        at = int((start - starts[0]) * rate)
        out[at : at + len(click)] += gain * click
    return out.astype(np.float32), hz - 900, hz + 900


def trill(rng: np.random.Generator, rate: int) -> Call:
    """Return a fast warble: a high voice swinging up and down many times a second."""
    n = _length(rng, 0.8, 1.7, rate)
    t = np.arange(n) / rate
    centre, swing = rng.uniform(4600, 6000), rng.uniform(450, 800)
    beats = 2 * np.pi * rng.uniform(16, 26) * t
    voice = _tone(centre + swing * np.sin(beats), rate) * (0.55 + 0.45 * np.cos(beats)) * _swell(n, 0.3, 0.2)
    return voice.astype(np.float32), centre - swing - 150, centre + swing + 150


def frog(rng: np.random.Generator, rate: int) -> Call:
    """Two to five croaks: a low voice, strongly modulated in loudness."""
    hz, beat = rng.uniform(850, 1350), rng.uniform(32, 60)
    notes = []
    for _ in range(rng.integers(2, 6)):
        n = _length(rng, 0.16, 0.3, rate)
        t = np.arange(n) / rate
        voice = _tone(np.full(n, hz * rng.uniform(0.98, 1.02)), rate, (1.0, 0.5, 0.25))
        notes.append(voice * (0.5 - 0.5 * np.cos(2 * np.pi * beat * t)) ** 2 * _swell(n, 0.1, 0.2))
    return _row(notes, rng.uniform(0.08, 0.2), rate).astype(np.float32), 0.85 * hz, 3.2 * hz


def gibbon(rng: np.random.Generator, rate: int) -> Call:
    """Return a phrase of three or four rising notes, each longer and higher."""
    base = rng.uniform(480, 640)
    notes = []
    for step in range(rng.integers(3, 5)):
        n = int(_length(rng, 0.4, 0.6, rate) * (1 + 0.2 * step))
        bend = np.linspace(0, 1, n) ** rng.uniform(1.2, 2.2)
        hz = base * (1 + 0.12 * step) * (1 + bend * rng.uniform(0.5, 0.9))
        notes.append(
            _tone(hz, rate, (1.0, rng.uniform(0.1, 0.3))) * _swell(n, 0.2, 0.15) * (0.6 + 0.13 * step)
        )
    return _row(notes, rng.uniform(0.12, 0.25), rate).astype(np.float32), 0.9 * base, 5 * base


CALLS: dict[str, Callable[[np.random.Generator, int], Call]] = {
    "whistle": whistle,
    "sweep": sweep,
    "pulse train": pulse_train,
    "trill": trill,
    "frog": frog,
    "gibbon": gibbon,
}
