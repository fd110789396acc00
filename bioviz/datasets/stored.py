"""A dataset as JSON-able values, and back: the form of its file in the library."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from bioviz.datasets.types import Annotation, Clips, Dataset, Problem, Recording, WindowPlan
from bioviz.store.pack import from_base64, to_base64

FORMAT = 1


def to_plain(dataset: Dataset) -> dict[str, object]:
    """Turn a dataset into JSON-able values."""
    clips = dataset.clips
    names, codes = np.unique(clips.split.astype(str), return_inverse=True)
    return {
        "format": FORMAT,
        "id": dataset.id,
        "name": dataset.name,
        "task": dataset.task,
        "sample_rate": dataset.sample_rate,
        "labels": list(dataset.labels),
        "plan": dataclasses.asdict(dataset.plan),
        "source": dict(dataset.source),
        "unit": dataset.unit,
        "problems": [[p.kind, p.file, p.detail] for p in dataset.problems],
        "recordings": [
            [str(r.path), r.name, r.content_hash, r.sample_rate, r.channels, r.frames, r.site,
             r.recorded_at.isoformat() if r.recorded_at else None, r.split, r.size, r.mtime_ns,
             r.recording_id, r.recorder, r.source, r.date, r.channel, r.expansion]
            for r in dataset.recordings
        ],
        "annotations": [
            [a.recording, a.start_s, a.end_s, a.label, a.low_hz, a.high_hz, dict(a.extras)]
            for a in dataset.annotations
        ],
        "clips": {
            "n": len(clips),
            "recording": to_base64(clips.recording.astype("<i4")),
            "start_s": to_base64(clips.start_s.astype("<f8")),
            "end_s": to_base64(clips.end_s.astype("<f8")),
            "labels": to_base64(np.packbits(clips.labels, axis=1)),
            "split_names": names.tolist(),
            "split": to_base64(codes.astype("<i4")),
        },
    }  # fmt: skip


def from_plain(plain: Mapping[str, Any]) -> Dataset:
    """Return the dataset of `to_plain`.

    Raises
    ------
    KeyError, TypeError, ValueError
        It is of another format, or damaged.
    """
    if plain["format"] != FORMAT:
        raise ValueError("another format")
    labels, packed, n = tuple(plain["labels"]), plain["clips"], plain["clips"]["n"]
    bits = from_base64(packed["labels"], "u1").reshape(n, -(-len(labels) // 8))
    names = np.array(packed["split_names"], dtype=str)
    return Dataset(
        id=plain["id"],
        name=plain["name"],
        task=plain["task"],
        sample_rate=plain["sample_rate"],
        labels=labels,
        recordings=tuple(
            Recording(*[Path(r[0]), *r[1:7], datetime.fromisoformat(r[7]) if r[7] else None, *r[8:]])
            for r in plain["recordings"]
        ),
        annotations=tuple(Annotation(*a) for a in plain["annotations"]),
        plan=WindowPlan(**plain["plan"]),
        clips=Clips(
            from_base64(packed["recording"], "<i4"),
            from_base64(packed["start_s"], "<f8"),
            from_base64(packed["end_s"], "<f8"),
            np.unpackbits(bits, axis=1, count=len(labels)).astype(bool),
            names[from_base64(packed["split"], "<i4")] if n else np.zeros(0, dtype="U5"),
        ),
        source=plain["source"],
        problems=tuple(Problem(*p) for p in plain["problems"]),
        unit=plain.get("unit", ""),
    )
