"""The vocabulary of datasets: recordings, annotations, clips and what holds them together."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bioviz.datasets.independence import Independence, independence
from bioviz.datasets.sound_files.sound_file import Sound

Task = Literal["classification", "detection"]
BACKGROUND = "background"


@dataclass(frozen=True)
class Recording:
    """One audio file.

    Attributes
    ----------
    path
        Absolute path.
    name
        Path relative to the dataset's root, with forward slashes; unique in its dataset.
    content_hash
        sha256 (hex) of the file's bytes; with a channel chosen or time expanded, of that too.
    sample_rate
        Native rate, Hz (with time expansion, that of what was recorded).
    channels
        Number of channels.
    frames
        Samples per channel.
    site
        Place, where known (a table's column, sub-folder or file-name prefix), else "".
    recorded_at
        Start of the recording where the name, header or table tells it, else None.
    split
        "train", "valid", "test" or "" when the dataset has none.
    size
        Bytes of the file when it was read; with `mtime_ns` the quick sign that it changed since.
    mtime_ns
        The file's modification time when it was read, nanoseconds.
    recording_id
        Of the original recording that the file is a cut of, where name or table tell it, else "".
    recorder, source
        As a table states them, else "".
    date
        As a table states it (ISO where it could be read so), else "".
    channel
        The one that is heard, 1 for the first; 0 for the mean of all.
    expansion
        How many times slower the file plays than what was recorded; `sample_rate` is that of the recording
        itself.

    """

    path: Path
    name: str
    content_hash: str
    sample_rate: int
    channels: int
    frames: int
    site: str = ""
    recorded_at: datetime | None = None
    split: str = ""
    size: int = 0
    mtime_ns: int = 0
    recording_id: str = ""
    recorder: str = ""
    source: str = ""
    date: str = ""
    channel: int = 0
    expansion: float = 1.0

    @property
    def sound(self) -> Sound:
        """The file and how it is heard, for `audio.decode`."""
        return Sound(Path(self.path), self.channel, self.expansion, self.frames)

    @property
    def day(self) -> str:
        """The day it was made, ISO; else the date as a table states it; "" unknown."""
        return self.date or (self.recorded_at.date().isoformat() if self.recorded_at else "")

    @property
    def year(self) -> str:
        """Four digits, "" unknown."""
        stated = self.recorded_at.isoformat() if self.recorded_at else self.date
        return stated[:4] if re.match(r"(19|20)\d\d(?!\d)", stated) else ""

    @property
    def duration_s(self) -> float:
        return self.frames / self.sample_rate


@dataclass(frozen=True, slots=True)  # there may be millions
class Annotation:
    """A labelled box: times in seconds from the start of its recording, frequencies in Hz (None if time only)."""

    recording: int  # index into Dataset.recordings
    start_s: float
    end_s: float
    label: str
    low_hz: float | None = None
    high_hz: float | None = None
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WindowPlan:
    """How recordings become clips.

    Attributes
    ----------
    width_s
        Clip length in seconds. In classification a file is truncated or zero-padded to it.
    hop_s
        Step between windows in seconds (detection); ignored in classification.
    min_overlap
        a label is on if overlap / min(window, annotation) exceeds this, or the annotation covers the window
        (BEANS; DESIGN section 3).

    """

    width_s: float
    hop_s: float
    min_overlap: float = 0.2


@dataclass(frozen=True)
class Clips:
    """The clips of a dataset as columns; row i of every array is clip i, and of every embedding set.

    Attributes
    ----------
    recording : (N,) int32
        Index into Dataset.recordings.
    start_s, end_s : (N,) float64
        Seconds within the recording; end_s may pass its end (zero-padded).
    labels : (N, L) bool
        One column a label of Dataset.labels; an all-zero row is background.
    split : (N,)
        Array of str.

    """

    recording: np.ndarray
    start_s: np.ndarray
    end_s: np.ndarray
    labels: np.ndarray
    split: np.ndarray

    def __len__(self) -> int:
        return len(self.recording)


@dataclass(frozen=True)
class Problem:
    """Something skipped or suspicious: `kind` is one of problems.KINDS, `file` its name, `detail` plain words."""

    kind: str
    file: str
    detail: str


@dataclass(frozen=True)
class Dataset:
    """A named list of clips, with where it came from.

    Attributes
    ----------
    id
        Short stable id used in URLs and file names (slug of the name plus 8 hex digits of the root's hash).
    name
        What the user calls it.
    task
        "classification" (one clip a file) or "detection" (windows over annotated recordings).
    sample_rate
        Rate in Hz that models without a rate of their own get.
    labels
        Label names; background is not among them. Sorted, or in the order that the source declares (BEANS),
        which decides the target of a clip with several labels.
    recordings, annotations, plan, clips
        See there.
    source
        provenance: {"root": ..., "reader": ..., "options": {...}} (JSON-able).
    problems
        What was skipped and why.
    unit
        The unit of independence that the user chose (`independence.Unit`), "" for the detected one.

    """

    id: str
    name: str
    task: Task
    sample_rate: int
    labels: tuple[str, ...]
    recordings: tuple[Recording, ...]
    annotations: tuple[Annotation, ...]
    plan: WindowPlan
    clips: Clips
    source: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    unit: str = ""

    @cached_property
    def independence(self) -> Independence:
        """The unit of independence and the recordings that are one by it."""
        return independence(self.recordings, self.unit)

    @cached_property
    def groups(self) -> np.ndarray:
        """(N,) int64 unit of independence of each clip: what is left out, drawn and split together."""
        return self.independence.groups[self.clips.recording]

    @cached_property
    def targets(self) -> np.ndarray:
        """(N,) int64: 0 for background, else the first label's column + 1 (the paper's argmax rule)."""
        labels = self.clips.labels
        if labels.shape[1] == 0:
            return np.zeros(len(self.clips), dtype=np.int64)
        return np.where(labels.any(axis=1), labels.argmax(axis=1) + 1, 0).astype(np.int64)

    @property
    def target_names(self) -> tuple[str, ...]:
        """Names for `targets`: ("background", *labels)."""
        return (BACKGROUND, *self.labels)

    def labels_of(self, row: int) -> list[str]:
        """Names of a clip's labels; none for background."""
        return [self.labels[column] for column in np.flatnonzero(self.clips.labels[row])]

    @cached_property
    def version(self) -> str:
        """sha256 (hex) of all that is known of the clips.

        Contents, names, places, times, windows, labels, splits, annotations and the unit of independence; not paths.
        """
        digest = hashlib.sha256()
        head = [
            self.task,
            self.sample_rate,
            list(self.labels),
            [self.plan.width_s, self.plan.hop_s],
            self.unit,
        ]
        head.append(
            [
                [
                    r.content_hash,
                    r.name,
                    r.site,
                    str(r.recorded_at),
                    r.recording_id,
                    r.recorder,
                    r.source,
                    r.date,
                ]
                for r in self.recordings
            ]
        )
        head.append(
            [[a.recording, a.start_s, a.end_s, a.label, a.low_hz, a.high_hz] for a in self.annotations]
        )
        digest.update(json.dumps(head).encode())
        clips = self.clips
        for array in (clips.recording, clips.start_s, clips.end_s, np.packbits(clips.labels, axis=1)):
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update("\0".join(map(str, clips.split)).encode())
        return digest.hexdigest()
