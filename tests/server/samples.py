"""A small dataset of known samples for the media tests: noise, stereo, ultrasound, a short file, hostile names."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile

from bioviz.datasets.types import Annotation, Clips, Dataset, Recording, WindowPlan

HOSTILE = "<img src=x onerror=window.hacked=1>"
WIDTH_S, HOP_S = 2.0, 1.0


def build(root: Path, dataset_id: str = "media") -> Dataset:
    """Write recordings below `root` and describe them; every window's samples differ from every other's.

    Recordings, in order: noise.wav (48 kHz, 12 s), stereo.flac (22.05 kHz, 8 s, 2 channels), bat.wav (384 kHz,
    3 s, a sweep up to 150 kHz), short.wav (16 kHz, 1.5 s), and one whose name and label are hostile.
    """
    rng = np.random.default_rng(7)
    root.mkdir(parents=True, exist_ok=True)

    def noise(seconds: float, rate: int, channels: int = 1) -> np.ndarray:
        return (rng.normal(0, 0.05, (round(seconds * rate), channels)) * 32768).astype(np.int16)

    sweep = sweep_samples(384_000, 3.0, 20_000, 150_000)
    written = [
        ("noise.wav", noise(12, 48_000), 48_000),
        ("stereo.flac", noise(8, 22_050, 2), 22_050),
        ("bat.wav", (sweep * 3276.8).astype(np.int16)[:, None], 384_000),
        ("short.wav", noise(1.5, 16_000), 16_000),
        (f"{HOSTILE}.wav", noise(3, 16_000), 16_000),
    ]
    recordings = []
    for name, samples, rate in written:
        path = root / name
        soundfile.write(path, samples, rate, subtype="PCM_16")
        recordings.append(
            Recording(
                path=path,
                name=name,
                content_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
                sample_rate=rate,
                channels=samples.shape[1],
                frames=len(samples),
                site="SITE-A",
                recorded_at=datetime(2025, 6, 14, 5, 30, tzinfo=UTC) if name == "noise.wav" else None,
            )
        )
    annotations = (
        Annotation(0, 2.5, 3.5, "wren", 2_000.0, 6_000.0),
        Annotation(0, 2.2, 3.9, HOSTILE),
        Annotation(2, 0.5, 1.5, "bat", 30_000.0, 100_000.0),
    )
    starts = [(i, s) for i, r in enumerate(recordings) for s in _window_starts(r.duration_s)]
    recording = np.array([i for i, _ in starts], dtype=np.int32)
    start_s = np.array([s for _, s in starts], dtype=np.float64)
    labels = ("bat", "wren", HOSTILE)
    on = np.zeros((len(starts), len(labels)), dtype=bool)
    for a in annotations:
        touched = (recording == a.recording) & (start_s < a.end_s) & (start_s + WIDTH_S > a.start_s)
        on[touched, labels.index(a.label)] = True
    clips = Clips(recording, start_s, start_s + WIDTH_S, on, np.full(len(starts), "test"))
    return Dataset(
        id=dataset_id,
        name="Media",
        task="detection",
        sample_rate=48_000,
        labels=labels,
        recordings=tuple(recordings),
        annotations=annotations,
        plan=WindowPlan(WIDTH_S, HOP_S),
        clips=clips,
        source={"root": str(root), "reader": "test", "options": {}},
    )


def sweep_samples(rate: int, seconds: float, from_hz: float, to_hz: float) -> np.ndarray:
    """(T,) float64 sine of amplitude 1 whose frequency rises evenly."""
    t = np.arange(round(seconds * rate)) / rate
    return np.sin(2 * np.pi * (from_hz * t + (to_hz - from_hz) * t**2 / (2 * seconds)))


def _window_starts(seconds: float) -> list[float]:
    return [i * HOP_S for i in range(max(1, int((seconds - WIDTH_S) // HOP_S) + 1))]


def first_row(dataset: Dataset, name: str) -> int:
    """The first clip of the recording `name`."""
    index = next(i for i, r in enumerate(dataset.recordings) if r.name == name)
    return int(np.flatnonzero(dataset.clips.recording == index)[0])
