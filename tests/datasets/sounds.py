"""Small audio files for the tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile


def write(
    path: Path, seconds: float = 4.0, rate: int = 8000, channels: int = 1, seed: int = 0, **more
) -> Path:
    """Write noise; another seed gives other bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (round(seconds * rate), channels)
    noise = np.random.default_rng(seed).uniform(-0.3, 0.3, shape)
    kind = {".mp3": "MP3", ".ogg": "OGG"}.get(path.suffix.lower())
    soundfile.write(path, noise, rate, **({"format": kind} if kind else {}), **more)
    return path


def lines(path: Path, *content: str, encoding: str = "utf-8", end: str = "\n") -> None:
    """Write a text file of these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((end.join(content) + end).encode(encoding))


def kinds(dataset) -> dict[str, list[str]]:
    """Files of a dataset's problems by kind."""
    found: dict[str, list[str]] = {}
    for p in dataset.problems:
        found.setdefault(p.kind, []).append(p.file)
    return found


def boxes(dataset) -> list[tuple]:
    """(recording name, start, end, label, low, high) of the annotations, times to the millisecond."""
    return [
        (
            dataset.recordings[a.recording].name,
            round(a.start_s, 3),
            round(a.end_s, 3),
            a.label,
            a.low_hz,
            a.high_hz,
        )
        for a in dataset.annotations
    ]


def labels_of(dataset) -> dict[str, list[set[str]]]:
    """Label sets of the clips of each recording, in order."""
    found: dict[str, list[set[str]]] = {}
    for recording, on in zip(dataset.clips.recording, dataset.clips.labels, strict=True):
        names = {label for label, yes in zip(dataset.labels, on, strict=True) if yes}
        found.setdefault(dataset.recordings[recording].name, []).append(names)
    return found
