"""What every format returns, and what a format and a layout are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from bioviz.datasets.options import Options
from bioviz.datasets.types import Problem, Task
from bioviz.errors import BadInput

if TYPE_CHECKING:
    from bioviz.datasets.files.locator import Locator
    from bioviz.datasets.tables.source import SourceFile

Role = Literal["read", "sound", "facts", "irrelevant", "unused", "not understood"]


@dataclass(frozen=True)
class RawRecording:
    """A file that belongs to the dataset, not yet opened.

    Attributes
    ----------
    path
        Where it is.
    name
        Path relative to the dataset's root, forward slashes.
    labels
        Labels of the whole file (classification).
    split
        As the source says, or "".
    length_s
        Length that the source declares, where it does.

    """

    path: Path
    name: str
    labels: tuple[str, ...] = ()
    split: str = ""
    length_s: float | None = None


@dataclass(frozen=True, slots=True)  # there may be millions
class RawAnnotation:
    """A labelled box as written in the source: seconds from the start of the recording, Hz.

    `unknown` boxes say that something is there and not what (DCASE's UNK, a "?" of the annotator): a clip that only
    they touch is neither a call nor background. `dropped` boxes are left out by the user: no clip that touches one is
    used, whatever else is in it. `weak` ones are detections less sure than the user asks: as `unknown` ones.
    """

    recording: str  # RawRecording.name
    start_s: float
    end_s: float
    label: str
    low_hz: float | None = None
    high_hz: float | None = None
    extras: Mapping[str, str] = field(default_factory=dict)
    unknown: bool = False
    dropped: bool = False
    weak: bool = False
    expansion: float = 1.0  # time expansion that its program took into account already


LEFT_OUT_BY_USER = "left out by the user"
"""Detail of the `FileAccount` of a file that the user does not want read."""


@dataclass(frozen=True)
class FileAccount:
    """What became of one file of the folder.

    Attributes
    ----------
    name
        Relative to the root.
    role
        "read", "sound", "facts" (about whole recordings), "irrelevant", "unused" (understood, but something better
        is there) or "not understood".
    format
        Name of the format that read it, or "".
    rows
        Rows (annotations or labels) taken from it.
    detail
        In a sentence, how it was read or why it was not.
    columns, first_row
        Of a table that was not understood.
    asks
        The option that would let it be read, "" if no one option does.

    """

    name: str
    role: Role
    format: str = ""
    rows: int = 0
    detail: str = ""
    columns: tuple[str, ...] = ()
    first_row: tuple[str, ...] = ()
    asks: str = ""

    def to_dict(self) -> dict[str, object]:
        """JSON-able."""
        return {**vars(self), "columns": list(self.columns), "first_row": list(self.first_row)}


class NeedsOption(BadInput):
    """A table can be read once the user sets an option."""

    def __init__(self, message: str, option: str) -> None:
        super().__init__(message)
        self.option = option


@dataclass
class TableContent:
    """What one table says.

    Attributes
    ----------
    annotations
        Boxes.
    labels
        Recording -> labels of the whole file.
    splits
        Recording -> "train", "valid" or "test", where the table says so.
    unsure
        Recordings of which it holds something that could not be used (a row whose times cannot be read):
        their clips without a label are not background.
    dropped
        Recordings that are left out, because the user leaves out a label of the whole file.
    how
        Which column is what, where that was found out by names.
    width_s, hop_s
        Windows that the table's program prescribes.
    source
        Who made it, where the table itself says so; "" for what the format says.
    has_confidence
        Whether a confidence was seen (`is_sure`).
    are_clips
        The boxes are clips that were exported, not calls: they and no others are to be the clips again.

    """

    annotations: list[RawAnnotation] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    how: str = ""
    width_s: float | None = None
    hop_s: float | None = None
    source: Literal["people", "machine", ""] = ""
    are_clips: bool = False
    has_confidence: bool = False

    def is_sure(self, confidence: float | None, options: Options) -> bool:
        """Whether a detection is as sure as the user asks; one without a confidence always is."""
        self.has_confidence |= confidence is not None
        return confidence is None or confidence >= options.min_confidence

    @property
    def rows(self) -> int:
        """Boxes and labels of files."""
        return len(self.annotations) + sum(map(len, self.labels.values()))


@dataclass(frozen=True)
class RawDataset:
    """A folder as its layout understood it; `build_dataset` checks it and makes the clips.

    Attributes
    ----------
    task
        Classification if `recordings` carry labels, detection if `annotations` do.
    labels
        Label names in the order that the source declares, or None to take those that occur.
    unknown_label
        The declared label that undeclared ones become, or None to leave them out.
    width_s, hop_s, sample_rate
        What the source prescribes, else None.
    pad_short
        See `windows.count_windows`.
    name
        a name for the dataset, where the source has one.
    unsure
        Names of recordings whose clips without a label are not background (see `TableContent`).
    dropped
        Names of recordings that are left out (see `TableContent`).
    accounts
        What became of the files that are not sound.
    reader
        Name of the format or layout.
    clips : (recording, start, end)
        Of clips that were exported, to be the clips again; () to make windows.
    one_clip_each
        Recordings with a label are one clip each, however long.

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
    unsure: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    accounts: tuple[FileAccount, ...] = ()
    reader: str = ""
    clips: tuple[tuple[str, float, float], ...] = ()
    one_clip_each: bool = False


class Format(Protocol):
    """A kind of annotation table: a module of this package. A new one is one new file."""

    name: str
    """Identifies it, as in `--reader`."""
    title: str
    """What the user reads."""
    source: Literal["people", "machine"]
    """Who made such tables: people's go before a detector's where both speak of a recording."""
    # A format that goes by options which others do not know (`OptionInfo.of_readers`) lists them in `own_options`.

    def recognizes(self, file: SourceFile) -> float:
        """How sure it is, 0 to 1, that a file is in this format; by its first lines, and never raises."""
        ...

    def read(self, file: SourceFile, locator: Locator, options: Options) -> TableContent:
        """Read a table; a row that cannot be used becomes a problem of the locator.

        Raises
        ------
        BadInput
            The table as a whole cannot be used.

        """
        ...


class Layout(Protocol):
    """How a whole folder is a dataset: a module of this package with `sniff`."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    # As a Format, it may have `own_options`.

    def sniff(self, root: Path) -> float:
        """How sure it is, 0 to 1, that `root` is laid out so; cheap, and never raises on odd files."""
        ...

    def read(self, root: Path, options: Options) -> RawDataset:
        """Read the folder; a file or row that cannot be used becomes a Problem.

        Raises
        ------
        BadInput
            Nothing of this layout is there.

        """
        ...
