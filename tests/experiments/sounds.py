"""Calls in faint noise, and background: what a noise experiment needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.types import Dataset
from bioviz.runs import Run, RunSpec, compute_run

RATE = 8000
LABELS = {"whistle": 1500.0, "hoot": 300.0, "background": 0.0}


def write(root: Path, per_label: int = 8, seconds: float = 0.5) -> Path:
    """A folder a label: tones of about its frequency, faint noise and, as background, louder noise alone."""
    rng = np.random.default_rng(0)
    times = np.arange(round(seconds * RATE)) / RATE
    for label, hertz in LABELS.items():
        (root / label).mkdir(parents=True, exist_ok=True)
        for number in range(per_label):
            sound = rng.normal(scale=0.001 if hertz else 0.03, size=len(times))
            if hertz:
                sound += 0.2 * np.sin(2 * np.pi * (hertz + 10 * number) * times)
            soundfile.write(root / label / f"{label}_{number:03d}.wav", sound, RATE, subtype="PCM_16")
    return root


def dataset(root: Path, **shape) -> Dataset:
    made = build_dataset(write(root, **shape), name="calls")
    library.save(made)
    return made


def spec_of(made: Dataset) -> RunSpec:
    return RunSpec(made.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))


def run_of(made: Dataset) -> Run:
    return compute_run(spec_of(made))
