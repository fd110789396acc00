"""Which clips get which background: drawn by seeds, so that the same settings give the same mixtures."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from bioviz.audio.mixing import CALL
from bioviz.config import settings
from bioviz.datasets import library
from bioviz.datasets.independence import Unit
from bioviz.datasets.sound_files.probe import is_audio, probe
from bioviz.datasets.sound_files.sound_file import Sound
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.experiments.settings import DATASET, FOLDER, NoiseSettings
from bioviz.store.keys import key_of

FOLDER_FILES = 200  # of a folder of background, at most as many files are opened


@dataclass(frozen=True)
class Noise:
    """A stretch of background.

    Attributes
    ----------
    sound
        Its file and how it is heard.
    name
        For the user.
    identity
        Changes with the file's content.
    start_s, end_s
        The stretch, seconds; repeated where the clip is longer.
    rate
        Of the file, Hz.
    recording
        Index in the run's dataset; -1 where it comes from elsewhere.

    """

    sound: Sound = field(compare=False)  # neither counts in a key
    name: str = field(compare=False)
    identity: str
    start_s: float
    end_s: float
    rate: int
    recording: int = -1


@dataclass(frozen=True)
class Pair:
    """A clip and the background it gets.

    Attributes
    ----------
    row
        Of the clip in its dataset.
    sound, name, content_hash, rate, duration_s, recording
        Of the clip's recording.
    start_s, width_s
        The clip's window, seconds.
    calls : (start, end)
        In seconds within the window where calls are annotated; empty for the whole window.
    noise
        What is added.
    measured
        Where the ratio is measured, "call" or "clip".

    """

    row: int
    sound: Sound = field(compare=False)
    name: str = field(compare=False)
    content_hash: str
    rate: int
    duration_s: float
    recording: int
    start_s: float
    width_s: float
    calls: tuple[tuple[float, float], ...]
    noise: Noise
    measured: str = CALL

    @property
    def identity(self) -> list[object]:
        """All that decides the mixture but its ratio."""
        n = self.noise
        return [
            self.content_hash,
            self.start_s,
            self.width_s,
            self.calls,
            n.identity,
            n.start_s,
            n.end_s,
            self.measured,
        ]


@dataclass(frozen=True)
class Draw:
    """The pairs of an experiment, by ascending row, and how many clips were left out for want of background."""

    pairs: tuple[Pair, ...]
    left_out: int = 0

    @cached_property
    def rows(self) -> np.ndarray:
        """(m,) int64 rows of the clips in the dataset."""
        return np.array([pair.row for pair in self.pairs], dtype=np.int64)

    @cached_property
    def key(self) -> str:
        """Changes with every clip, its window and its calls, and with the background that it gets."""
        return key_of("draw", 1, self)


def draw(dataset: Dataset, split: str, settings: NoiseSettings) -> Draw:
    """Draw clips of the labels and background for each.

    A clip gets background of another unit of independence where there is any. The background of a clip does not
    depend on which other clips are drawn.

    Parameters
    ----------
    split
        "all", or the split that clips (and background of the same dataset) come from.

    Raises
    ------
    BadInput
        There are no such clips, or no background. Missing: no dataset of that id.

    """
    rows = _labelled(dataset, split, settings)
    choose = _background(dataset, split, settings)
    calls = _Calls(dataset)
    clips, width_s = dataset.clips, dataset.plan.width_s
    pairs = []
    for row in rows.tolist():
        index = int(clips.recording[row])
        noise = choose(index, np.random.default_rng([settings.seed, row]))
        if noise is None:
            continue
        recording, start = dataset.recordings[index], float(clips.start_s[row])
        pairs.append(
            Pair(
                row,
                recording.sound,
                recording.name,
                recording.content_hash,
                recording.sample_rate,
                recording.duration_s,
                index,
                start,
                width_s,
                calls.within(index, start, width_s),
                noise,
                settings.measured,
            )
        )
    if not pairs:
        raise BadInput(
            f"No clip of {dataset.name} has background from another unit of its own site. Take background from "
            "all sites."
        )
    return Draw(tuple(pairs), len(rows) - len(pairs))


def source_version(dataset: Dataset, settings: NoiseSettings) -> str:
    """Version of the dataset that background comes from; "" for a folder. Raises Missing."""
    if settings.background.startswith(FOLDER):
        return ""
    return (
        library.load(settings.background.removeprefix(DATASET)) if settings.background else dataset
    ).version


def _labelled(dataset: Dataset, split: str, settings: NoiseSettings) -> np.ndarray:
    unknown = set(settings.labels) - set(dataset.labels)
    if unknown:
        raise BadInput(f"{dataset.name} has no label {', '.join(sorted(unknown))}.")
    inside = _in_split(dataset, split)
    drawn_rows = []
    for label in settings.labels or dataset.labels:
        rows = np.flatnonzero(dataset.clips.labels[:, dataset.labels.index(label)] & inside)
        # By the label's own seed: what is drawn of one label does not change with the others.
        rng = np.random.default_rng([settings.seed, zlib.crc32(label.encode("utf-8", "surrogatepass"))])
        drawn_rows.append(rng.permutation(rows)[: settings.per_label])
    rows = np.unique(np.concatenate(drawn_rows)) if drawn_rows else np.empty(0, dtype=np.int64)
    if not len(rows):
        raise BadInput(f"{dataset.name} has no clips of these labels here. Choose other labels or all clips.")
    return rows


def _in_split(dataset: Dataset, split: str) -> np.ndarray:
    return np.ones(len(dataset.clips), dtype=bool) if split == "all" else dataset.clips.split == split


def _background(
    dataset: Dataset, split: str, settings: NoiseSettings
) -> Callable[[int, np.random.Generator], Noise | None]:
    """Return a function (recording of the clip, random generator) -> Noise, or None where the clip's site has none."""
    if settings.background.startswith(FOLDER):
        return _from_folder(
            Path(settings.background.removeprefix(FOLDER)), dataset.plan.width_s, settings.seed
        )
    own = not settings.background
    source = dataset if own else library.load(settings.background.removeprefix(DATASET))
    own = own or source.id == dataset.id
    rows = np.flatnonzero((source.targets == 0) & _in_split(source, split if own else "all"))
    if not len(rows):
        raise BadInput(f"{source.name} has no background clips here. Take background from elsewhere.")
    recordings = source.clips.recording[rows]
    sites = np.array([each.site for each in source.recordings], dtype=str)
    of_recording = source.independence.groups
    if settings.same_site and source.independence.unit in (Unit.SITE, Unit.YEAR):
        of_recording = np.arange(len(source.recordings))  # another site would not be the same one

    def choose(recording: int, rng: np.random.Generator) -> Noise | None:
        usable = np.ones(len(rows), dtype=bool)
        if own:
            usable = of_recording[recordings] != of_recording[recording]
        if settings.same_site:
            usable = usable & (sites[recordings] == sites[recording]) & (sites[recording] != "")
        elsewhere = np.flatnonzero(usable)
        if settings.same_site and not len(elsewhere):
            return None
        row = int(rows[rng.choice(elsewhere)] if len(elsewhere) else rng.choice(rows))
        index = int(source.clips.recording[row])
        noise_recording, start = source.recordings[index], float(source.clips.start_s[row])
        end = min(start + source.plan.width_s, noise_recording.duration_s)
        return Noise(
            noise_recording.sound,
            noise_recording.name,
            noise_recording.content_hash,
            start,
            end,
            noise_recording.sample_rate,
            index if own else -1,
        )

    return choose


def _from_folder(
    folder: Path, width_s: float, seed: int
) -> Callable[[int, np.random.Generator], Noise | None]:
    root = settings().check_inside(folder)
    if not root.is_dir():
        raise BadInput(f"{folder} is not a folder.")
    files = sorted(path for path in root.rglob("*") if is_audio(path.name) and path.is_file())
    if len(files) > FOLDER_FILES:
        picked = np.random.default_rng(seed).permutation(len(files))[:FOLDER_FILES]
        files = [files[i] for i in np.sort(picked)]
    usable = []
    for path in files:
        try:
            usable.append((path, probe(path), path.stat()))
        except (BadInput, OSError):
            continue
    if not usable:
        raise BadInput(f"{folder} holds no recording that can be used as background.")

    def choose(recording: int, rng: np.random.Generator) -> Noise:
        path, info, status = usable[int(rng.integers(len(usable)))]
        start = float(rng.uniform(0, max(info.duration_s - width_s, 0)))
        identity = f"{path.relative_to(root).as_posix()} {status.st_size} {status.st_mtime_ns}"
        end = min(start + width_s, info.duration_s)
        return Noise(Sound(path, frames=info.frames), path.name, identity, start, end, info.sample_rate)

    return choose


class _Calls:
    """Where a dataset's calls are annotated."""

    def __init__(self, dataset: Dataset) -> None:
        known = set(dataset.labels)
        marked = [a for a in dataset.annotations if a.label in known]
        self._recording = np.array([a.recording for a in marked], dtype=np.int64)
        self._spans = np.array([(a.start_s, a.end_s) for a in marked], dtype=np.float64).reshape(-1, 2)

    def within(self, recording: int, start_s: float, width_s: float) -> tuple[tuple[float, float], ...]:
        """Stretches of the window under a call, seconds from the window's start."""
        spans = self._spans[self._recording == recording] - start_s
        spans = spans[(spans[:, 1] > 0) & (spans[:, 0] < width_s)]
        return tuple((float(a), float(b)) for a, b in np.clip(spans, 0, width_s))
