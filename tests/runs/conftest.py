"""A small dataset of tones and noise, and compiled code that outlives a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.types import Dataset
from tests.compared import calls, spec  # noqa: F401  (fixtures)

RATE = 8000
LABELS = {"whistle": 1500.0, "hoot": 300.0, "noise": 0.0}


@pytest.fixture(autouse=True)
def compiled_code(tmp_path_factory, monkeypatch) -> None:
    """Keep what numba compiles from one test (and one test run) to the next."""


def write_sounds(root: Path, per_label: int = 8, seconds: float = 0.5) -> Path:
    """A folder a label with tones of about its frequency in noise; the folder "noise" is background."""
    rng = np.random.default_rng(0)
    times = np.arange(round(seconds * RATE)) / RATE
    for label, hertz in LABELS.items():
        (root / label).mkdir(parents=True, exist_ok=True)
        for number in range(per_label):
            sound = rng.normal(scale=0.02, size=len(times))
            if hertz:
                sound += 0.3 * np.sin(2 * np.pi * (hertz + 20 * number) * times)
            soundfile.write(root / label / f"{label}_{number:03d}.wav", sound, RATE, subtype="PCM_16")
    return root


@pytest.fixture
def sounds(tmp_path) -> Dataset:
    """24 registered clips: whistle, hoot and background."""
    dataset = build_dataset(write_sounds(tmp_path / "sounds"), name="sounds")
    library.save(dataset)
    return dataset
