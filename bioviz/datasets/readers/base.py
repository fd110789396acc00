"""What every reader returns, and the interface of a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bioviz.datasets.options import Options
from bioviz.datasets.types import Problem, Task


@dataclass(frozen=True)
class RawRecording:
    """A file that belongs to the dataset, not yet opened.

    Attributes:
        path: where it is.
        name: path relative to the dataset's root, forward slashes.
        labels: labels of the whole file (classification).
        split: as the source says, or "".
        length_s: length that the source declares, where it does.
    """

    path: Path
    name: str
    labels: tuple[str, ...] = ()
    split: str = ""
    length_s: float | None = None


@dataclass(frozen=True)
class RawAnnotation:
    """A labelled box as written in the source: seconds from the start of the recording, Hz."""

    recording: str  # RawRecording.name
    start_s: float
    end_s: float
    label: str
    low_hz: float | None = None
    high_hz: float | None = None
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RawDataset:
    """A folder as its reader understood it; `build_dataset` checks it and makes the clips.

    Attributes:
        task: classification if `recordings` carry labels, detection if `annotations` do.
        labels: label names in the order that the source declares, or None to take those that occur.
        unknown_label: the declared label that undeclared ones become, or None to leave them out.
        width_s, hop_s, sample_rate: what the source prescribes, else None.
        pad_short: see `windows.count_windows`.
        name: a name for the dataset, where the source has one.
    """

    task: Task
    recordings: tuple[RawRecording, ...]
    annotations: tuple[RawAnnotation, ...] = ()
    problems: tuple[Problem, ...] = ()
    labels: tuple[str, ...] | None = None
    unknown_label: str | None = None
    width_s: float | None = None
    hop_s: float | None = None
    sample_rate: int | None = None
    pad_short: bool = True
    name: str | None = None


class Reader(Protocol):
    """One format. `name` identifies it, `title` is what the user reads."""

    name: str
    title: str

    def sniff(self, root: Path) -> float:
        """How sure it is, 0 to 1, that `root` is in this format; cheap, and never raises on odd files."""

    def read(self, root: Path, options: Options) -> RawDataset:
        """Read the folder; a file or row that cannot be used becomes a Problem.

        Raises:
            BadInput: nothing of this format is there.
        """
