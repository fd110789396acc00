"""Datasets without sound for the tests of flags: contents are only named."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bioviz.datasets.clips.windows import count_windows, label_windows, window_starts
from bioviz.datasets.types import Annotation, Clips, Dataset, Recording, WindowPlan

LABELS = ("frog", "owl", "wren")
PLAN = WindowPlan(2.0, 1.0)


def recording(name: str, content: str = "", seconds: float = 8.0, split: str = "train") -> Recording:
    return Recording(
        Path("/nowhere") / name, name, content or f"hash of {name}", 100, 1, round(seconds * 100), split=split
    )


def detection(
    boxes: list[tuple[int, float, float, str]] = (),
    recordings: tuple[Recording, ...] = (recording("a.wav"), recording("b.wav", split="test")),
    plan: WindowPlan = PLAN,
    labels: tuple[str, ...] = LABELS,
    id: str = "field-0a1b2c3d",
) -> Dataset:
    """Windows over recordings, labelled by boxes (recording, start_s, end_s, label)."""
    count = count_windows(np.array([r.duration_s for r in recordings]), plan)
    of, start = window_starts(count, plan.hop_s)
    columns = [np.array([box[i] for box in boxes]) for i in range(3)]
    number = np.array([labels.index(box[3]) for box in boxes], dtype=int)
    on = label_windows(count, plan, columns[0].astype(int), *columns[1:], number, len(labels))
    split = np.array([r.split for r in recordings])[of]
    return Dataset(
        id=id,
        name="Field",
        task="detection",
        sample_rate=100,
        labels=labels,
        recordings=recordings,
        annotations=tuple(Annotation(*box) for box in boxes),
        plan=plan,
        clips=Clips(of, start, start + plan.width_s, on, split),
        source={"root": "/nowhere", "reader": "raven", "options": {}},
    )


def named_labels(dataset: Dataset) -> list[set[str]]:
    """The labels of each clip by name."""
    return [{dataset.labels[i] for i in np.flatnonzero(on)} for on in dataset.clips.labels]


def identity(dataset: Dataset, row: int) -> tuple:
    """What names a clip whatever its row, with its split."""
    clips = dataset.clips
    where = dataset.recordings[clips.recording[row]]
    return (
        where.content_hash,
        where.name,
        float(clips.start_s[row]),
        float(clips.end_s[row]),
        str(clips.split[row]),
    )
