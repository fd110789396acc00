"""Small datasets of synthetic recordings, and a model that needs no weights and no time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import torch

from bioviz.datasets.types import Annotation, Clips, Dataset, Recording, WindowPlan
from bioviz.embedding.keys import Recipe
from bioviz.embedding.pipeline import embed_with
from bioviz.progress import Silent

RATE = 8000
WIDTH_S = 1.0


def write_wav(path: Path, seconds: float = 3.0, seed: int = 0, rate: int = RATE) -> Path:
    """Noise that differs with the seed."""
    samples = np.random.default_rng(seed).uniform(-0.3, 0.3, round(seconds * rate)).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path


def recording_of(path: Path, root: Path) -> Recording:
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        info = soundfile.info(path)
        rate, channels, frames = info.samplerate, info.channels, info.frames
    except soundfile.SoundFileError:
        rate, channels, frames = RATE, 1, 3 * RATE
    return Recording(path, path.relative_to(root).as_posix(), content, rate, channels, frames)


def make_dataset(
    root: Path,
    paths: Sequence[Path],
    *,
    starts_s: Sequence[float] = (0.0, 0.5, 1.0, 2.5),
    annotations: Sequence[Annotation] = (),
    width_s: float = WIDTH_S,
) -> Dataset:
    """A dataset of the same windows in every recording."""
    recordings = tuple(recording_of(path, root) for path in paths)
    of = np.repeat(np.arange(len(paths), dtype=np.int32), len(starts_s))
    starts = np.tile(np.asarray(starts_s, dtype=np.float64), len(paths))
    labels = np.zeros((len(of), 1), dtype=bool)
    return Dataset(
        id="test-00000000",
        name="test",
        task="detection",
        sample_rate=RATE,
        labels=("call",),
        recordings=recordings,
        annotations=tuple(annotations),
        plan=WindowPlan(width_s, 0.5),
        clips=Clips(of, starts, starts + width_s, labels, np.full(len(of), "", dtype="<U5")),
        source={"root": str(root)},
    )


class Calls:
    """What a fake model was asked for."""

    def __init__(self) -> None:
        self.clips = 0
        self.batches: list[int] = []
        self.opened = 0


class MomentModel:
    """Embeds a clip as five numbers of its own waveform, so that a mix-up of clips shows."""

    dim = 5

    def __init__(self, calls: Calls | None = None, fits: int = 10_000, broken: bool = False) -> None:
        self.calls = calls or Calls()
        self.calls.opened += 1
        self.device = torch.device("cpu")
        self._fits, self._broken = fits, broken

    def embed(self, waveforms: torch.Tensor, rate: int) -> torch.Tensor:
        if len(waveforms) > self._fits:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        self.calls.clips += int(waveforms.any(1).sum())  # silence only fills a batch up
        self.calls.batches.append(len(waveforms))
        return torch.stack(
            [
                waveforms.mean(1),
                waveforms.std(1),
                waveforms[:, 0],
                waveforms[:, -1],
                waveforms.abs().max(1).values / (0 if self._broken else 1),
            ],
            dim=1,
        )


def recipe(name: str = "moments", rate: int = RATE) -> Recipe:
    fingerprint = hashlib.sha256(name.encode()).hexdigest()
    return Recipe(
        name, "none", 0, "float32", "cpu float32", fingerprint, fingerprint, rate, WIDTH_S, MomentModel.dim
    )


def embed(dataset: Dataset, calls: Calls | None = None, progress=None, name: str = "moments", **model):
    """Embed with the fake model."""
    calls = calls or Calls()
    return embed_with(
        dataset, recipe(name), lambda: MomentModel(calls, **model), "test", progress or Silent()
    )


def expected(dataset: Dataset) -> np.ndarray:
    """(N, 5) by hand, one clip at a time, for recordings at RATE."""
    rows = []
    for index, start in zip(dataset.clips.recording, dataset.clips.start_s, strict=True):
        samples, _ = soundfile.read(dataset.recordings[index].path, dtype="float32")
        first = round(start * RATE)
        clip = samples[first : first + round(dataset.plan.width_s * RATE)]
        clip = torch.from_numpy(np.pad(clip, (0, round(dataset.plan.width_s * RATE) - len(clip))))
        rows.append([clip.mean(), clip.std(), clip[0], clip[-1], clip.abs().max()])
    return np.array(rows, dtype=np.float32)
