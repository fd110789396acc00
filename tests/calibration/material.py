"""Real calls mixed with real background, embedded and measured: what the plants are made of."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bioviz.audio.measures.cells import spectrogram
from bioviz.audio.measures.clip import measure
from bioviz.audio.measures.columns import NAMES
from bioviz.audio.measures.noise_floor import bands_for, smoothed
from bioviz.audio.mixing import factors, noise_gain
from tests.calibration.sources import RATE, Source, source
from tests.conftest import REAL_DATA

WEIGHTS = REAL_DATA / "weights"
LEVELS_DB = (0.0, -5.0, -10.0)


@dataclass(frozen=True)
class Material:
    """Clips as recorded and mixed.

    Attributes:
        names: (T,) background first. targets: (n,) of the clips as recorded. units: (n,) recording of each.
        clean: (n, D) embeddings. columns: name to (n,), of the sound.
        noise: (n,) row of the background clip that each call is mixed with; -1 for background.
        mixed: (3, n, D) embeddings at `LEVELS_DB`, NaN for background. mixed_columns: name to (3, n).
    """

    names: tuple[str, ...]
    targets: np.ndarray
    units: np.ndarray
    clean: np.ndarray
    columns: dict[str, np.ndarray]
    noise: np.ndarray
    mixed: np.ndarray
    mixed_columns: dict[str, np.ndarray]


@cache
def material(model: str = "gpv_teacher2", of: str = "animals") -> Material:
    """All clips of a source by one model; minutes of computing, kept in a file where BIOVIZ_PLANTS names a folder."""
    clips, noise = source(of), noises(of)
    arrays = kept(f"{of}.{model}", lambda: _computed(model, clips, noise))
    return Material(
        clips.names,
        clips.targets,
        clips.units,
        arrays["clean"],
        dict(zip(NAMES, arrays["columns"].T, strict=True)),
        noise,
        arrays["mixed"],
        dict(zip(NAMES, np.moveaxis(arrays["mixed_columns"], 2, 0), strict=True)),
    )


@cache
def noises(of: str) -> np.ndarray:
    """(n,) background that each call is mixed with: of its own pool, another recording; -1 for background."""
    clips, rng = source(of), np.random.default_rng(0)
    noise = np.full(len(clips.targets), -1)
    if not clips.pool.any():  # drawn at once, as the first figures of esc50_animals were
        noise = np.where(clips.targets > 0, rng.choice(np.flatnonzero(clips.targets == 0), len(noise)), -1)
        return noise
    for row in np.flatnonzero(clips.targets > 0):
        usable = (clips.targets == 0) & (clips.pool == clips.pool[row]) & (clips.units != clips.units[row])
        noise[row] = rng.choice(np.flatnonzero(usable))
    return noise


def kept(name: str, compute: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What `compute` returns, from the folder that BIOVIZ_PLANTS names where it lies there."""
    folder = os.environ.get("BIOVIZ_PLANTS", "")
    path = Path(folder) / f"{name}.npz" if folder else None
    if path is not None and path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    arrays = compute()
    if path is not None:
        np.savez(path, **arrays)
    return arrays


def mixture(clips: Source, row: int, noise: int, snr_db: float) -> np.ndarray:
    """(S,) float64: the clip with that background, the ratio over the whole clip."""
    signal, added = clips.sounds[row].astype(np.float64), clips.sounds[noise].astype(np.float64)
    of_signal, of_noise = factors(signal, added, noise_gain(signal, added, snr_db))
    return of_signal * signal + of_noise * added


def _computed(model: str, clips: Source, noise: np.ndarray) -> dict[str, np.ndarray]:
    calls, n = np.flatnonzero(clips.targets > 0), len(clips.targets)
    clean = _embedded(model, clips.sounds)
    mixed = np.full((len(LEVELS_DB), n, clean.shape[1]), np.nan, dtype=np.float32)
    mixed_columns = np.full((len(LEVELS_DB), n, len(NAMES)), np.nan, dtype=np.float32)
    for level, snr_db in enumerate(LEVELS_DB):
        made = np.stack([mixture(clips, row, noise[row], snr_db) for row in calls]).astype(np.float32)
        mixed[level, calls] = _embedded(model, made)
        mixed_columns[level, calls] = _measured(made)
    return {
        "clean": clean,
        "columns": _measured(clips.sounds),
        "mixed": mixed,
        "mixed_columns": mixed_columns,
    }


@cache
def oracle(of: str = "animals") -> np.ndarray:
    """(3, n) share of all background in which the clean call's own spectrogram is found as well as in its mixture.

    What could be told by somebody who knows the very call, its place in time and frequency included, but not the noise:
    the template is the clean clip in dB above the median of each band, and it is held against mixture and background
    alike. NaN for background.
    """
    return kept(f"{of}.oracle", lambda: {"share": _oracle(source(of), noises(of))})["share"]


def _oracle(clips: Source, noise: np.ndarray) -> np.ndarray:
    background = np.stack([in_bands(clips.sounds[i]).ravel() for i in np.flatnonzero(clips.targets == 0)])
    out = np.full((len(LEVELS_DB), len(clips.targets)), np.nan)
    for row in np.flatnonzero(clips.targets > 0):
        template = np.clip(in_bands(clips.sounds[row]), 0, 30)
        template = (template - template.mean(axis=1, keepdims=True)).ravel()
        null = background @ template
        for level, snr_db in enumerate(LEVELS_DB):
            heard = in_bands(mixture(clips, row, noise[row], snr_db)).ravel()
            out[level, row] = (null >= heard @ template).mean()
    return out


def in_bands(sound: np.ndarray) -> np.ndarray:
    """(B, K) dB above the median of each band."""
    power, frequencies, _ = spectrogram(sound.astype(np.float32), RATE)
    level = 10 * np.log10(smoothed(bands_for(len(power), float(frequencies[1])).pool(power)) + 1e-12)
    return level - np.median(level, axis=1, keepdims=True)


def _measured(sounds: np.ndarray) -> np.ndarray:
    """(n, columns) float32: each clip is a recording of its own."""
    return np.concatenate([measure(sound[None], RATE) for sound in sounds])


def _embedded(model: str, sounds: np.ndarray) -> np.ndarray:
    """(n, D) float32."""
    import soxr
    import torch

    from bioviz.models import registry

    os.environ.setdefault("BIOVIZ_WEIGHTS", str(WEIGHTS))
    card = registry.card(model)
    checkpoint = "none" if "none" in registry.checkpoints(model) else "pretrained"
    opened = registry.open_model(model, checkpoint, device="cpu")
    rate = card.sample_rate or RATE

    def batches() -> Iterator[np.ndarray]:
        for first in range(0, len(sounds), 16):
            part = sounds[first : first + 16]
            if rate != RATE:
                part = np.stack([soxr.resample(sound, RATE, rate, quality="HQ") for sound in part])
            with torch.inference_mode():
                yield opened.embed(torch.from_numpy(part), rate).float().numpy()

    return np.concatenate(list(batches()))
