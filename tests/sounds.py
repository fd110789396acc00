"""Small recordings that tests make themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile as sf

from bioviz.audio.decode import stream_windows
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.sound_files.sound_file import Sound
from bioviz.datasets.types import Dataset

RATE = 16_000


def load_windows(
    path: Path | str | Sound, starts_s: Sequence[float] | np.ndarray, width_s: float, rate: int
) -> np.ndarray:
    """(n, T) float32: all windows that `stream_windows` yields, in the order of `starts_s`."""
    windows = np.zeros((len(starts_s), round(width_s * rate)), dtype=np.float32)
    for rows, block in stream_windows(path, starts_s, width_s, rate):
        windows[rows] = block
    return windows


def folder_per_class(root: Path, files: int = 4, seconds: float = 1.0, rate: int = RATE) -> Path:
    """Write a folder per class: two kinds of tones and "background" noise, `files` each; returns `root`."""
    rng = np.random.default_rng(7)
    t = np.arange(int(seconds * rate)) / rate
    for label, hz in (("low call", 600.0), ("high call", 3000.0), ("background", None)):
        folder = root / label
        folder.mkdir(parents=True, exist_ok=True)
        for i in range(files):
            tone = 0.3 * np.sin(2 * np.pi * (hz + 20 * i) * t) if hz else 0.0
            noise = rng.normal(scale=0.02 + 0.005 * i, size=len(t))
            sf.write(folder / f"{label.replace(' ', '_')}_{i}.wav", (tone + noise).astype(np.float32), rate)
    return root


def saved_calls(root: Path, name: str = "calls", **sounds: float) -> Dataset:
    """Make the dataset of `folder_per_class` (which takes `sounds`), and add it to the library."""
    dataset = build_dataset(folder_per_class(root, **sounds), name=name)
    library.save(dataset)
    return dataset
