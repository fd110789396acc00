"""Real animal calls mixed with real background, embedded and measured: what the plants are made of.

Needs the folder `shared/data` beside the project (esc50_animals and weights); without it nothing is planted.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.audio.measures import NAMES, measure, spectrogram
from bioviz.audio.mixing import factors, noise_gain
from bioviz.audio.noise_floor import bands_for, smoothed
from tests.conftest import REAL_DATA

ESC50 = REAL_DATA / "esc50_animals"
WEIGHTS = REAL_DATA / "weights"
WHY_NOT = (
    "" if (ESC50 / "metadata.csv").is_file() and WEIGHTS.is_dir() else "shared/data/esc50_animals is not here"
)
LEVELS_DB = (0.0, -5.0, -10.0)
RATE, WIDTH_S = 16000, 5.0


@dataclass(frozen=True)
class Material:
    """Clips as recorded and mixed.

    Attributes:
        names: (T,) background first. targets: (n,) of the clips as recorded.
        clean: (n, D) embeddings. columns: name to (n,), of the sound.
        noise: (n,) row of the background clip that each animal clip is mixed with; -1 for background.
        mixed: (3, n, D) embeddings at `LEVELS_DB`, NaN for background. mixed_columns: name to (3, n).
    """

    names: tuple[str, ...]
    targets: np.ndarray
    clean: np.ndarray
    columns: dict[str, np.ndarray]
    noise: np.ndarray
    mixed: np.ndarray
    mixed_columns: dict[str, np.ndarray]


@cache
def material(model: str = "gpv_teacher2") -> Material:
    """All clips by one model; some minutes of computing, kept in a file where BIOVIZ_PLANTS names a folder."""
    kept = os.environ.get("BIOVIZ_PLANTS", "")
    path = Path(kept) / f"{model}.npz" if kept else None
    if path is not None and path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    else:
        arrays = _computed(model)
        if path is not None:
            np.savez(path, **arrays)
    columns, mixed_columns = arrays["columns"], arrays["mixed_columns"]
    return Material(
        tuple(arrays["names"].tolist()),
        arrays["targets"],
        arrays["clean"],
        dict(zip(NAMES, columns.T, strict=True)),
        arrays["noise"],
        arrays["mixed"],
        dict(zip(NAMES, np.moveaxis(mixed_columns, 2, 0), strict=True)),
    )


def _computed(model: str) -> dict[str, np.ndarray]:
    with open(ESC50 / "metadata.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    names = ["background", *sorted({line["label"] for line in lines} - {"background"})]
    targets = np.array([names.index(line["label"]) for line in lines])
    sounds = np.stack([load_clip(ESC50 / line["path"], 0, WIDTH_S, RATE) for line in lines])
    rng = np.random.default_rng(0)
    noise = np.where(targets > 0, rng.choice(np.flatnonzero(targets == 0), len(targets)), -1)
    animals = np.flatnonzero(targets > 0)
    mixtures = np.zeros((len(LEVELS_DB), len(animals), sounds.shape[1]), dtype=np.float32)
    for i, row in enumerate(animals):
        signal, added = sounds[row].astype(np.float64), sounds[noise[row]].astype(np.float64)
        for level, snr_db in enumerate(LEVELS_DB):
            of_signal, of_noise = factors(signal, added, noise_gain(signal, added, snr_db))
            mixtures[level, i] = of_signal * signal + of_noise * added
    clean = _embedded(model, sounds)
    mixed = np.full((len(LEVELS_DB), len(targets), clean.shape[1]), np.nan, dtype=np.float32)
    mixed_columns = np.full((len(LEVELS_DB), len(targets), len(NAMES)), np.nan, dtype=np.float32)
    for level, made in enumerate(mixtures):
        mixed[level, animals] = _embedded(model, made)
        mixed_columns[level, animals] = _measured(made)
    return {
        "names": np.array(names),
        "targets": targets,
        "clean": clean,
        "columns": _measured(sounds),
        "noise": noise,
        "mixed": mixed,
        "mixed_columns": mixed_columns,
    }


@cache
def animals_and_background() -> tuple[list[str], list[str]]:
    """Paths of the clips of animals and of the others, below `ESC50`."""
    with open(ESC50 / "metadata.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    return tuple(
        [line["path"] for line in lines if (line["label"] != "background") == side] for side in (True, False)
    )


@cache
def uploads() -> np.ndarray:
    """(n,) int64: the upload that each clip was cut from, in the order of `material`; its own where it is not known."""
    with open(ESC50 / "metadata.csv", newline="", encoding="utf-8") as file:
        known = [line["freesound_url"] or line["path"] for line in csv.DictReader(file)]
    return np.unique(known, return_inverse=True)[1]


@cache
def oracle() -> np.ndarray:
    """(3, n) share of all background in which the clean call's own spectrogram is found as well as in its mixture.

    What could be told by somebody who knows the very call, its place in time and frequency included, but not the noise:
    the template is the clean clip in dB above the median of each band, and it is held against mixture and background
    alike. NaN for background.
    """
    with open(ESC50 / "metadata.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    made = material("gpv_teacher2")
    sounds = [load_clip(ESC50 / line["path"], 0, WIDTH_S, RATE).astype(np.float64) for line in lines]
    background = np.stack([_in_bands(sounds[i]).ravel() for i in np.flatnonzero(made.targets == 0)])
    out = np.full((len(LEVELS_DB), len(sounds)), np.nan)
    for i in np.flatnonzero(made.targets > 0):
        template = np.clip(_in_bands(sounds[i]), 0, 30)
        template = (template - template.mean(axis=1, keepdims=True)).ravel()
        null = background @ template
        added = sounds[made.noise[i]]
        for level, snr_db in enumerate(LEVELS_DB):
            of_signal, of_noise = factors(sounds[i], added, noise_gain(sounds[i], added, snr_db))
            mixture = _in_bands(of_signal * sounds[i] + of_noise * added).ravel()
            out[level, i] = (null >= mixture @ template).mean()
    return out


def _in_bands(sound: np.ndarray) -> np.ndarray:
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
