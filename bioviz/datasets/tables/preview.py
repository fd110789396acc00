"""What a table would say with given columns: for the user to check before anything is added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.files.scan import Ambiguous
from bioviz.datasets.formats.base import RawAnnotation
from bioviz.datasets.options import Options
from bioviz.datasets.sound_files.probe import is_audio, probe
from bioviz.datasets.tables.column_names import guess
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.facts import usual_facts
from bioviz.datasets.tables.mapped import labels_of_row, read_mapped
from bioviz.datasets.tables.profiles import profile_of
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import Table, number, numbered
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput

_ROWS_JUDGED = 20
RECORDINGS_OPENED = 20  # whose length is compared with the times, so that the answer comes at once


@dataclass(frozen=True)
class TablePreview:
    """What the first rows of a table give.

    Attributes
    ----------
    rows : int
        Rows that were read.
    boxes : tuple of RawAnnotation
        In the order of the rows; those that mean background or are left out are not among them.
    files : mapping of str to tuple of str
        Labels of whole recordings, where the columns hold no times.
    problems : tuple of Problem
        Rows and recordings that cannot be used.
    outside : tuple of RawAnnotation
        Boxes that begin after the end of their recording: a sign of another unit.
    """

    rows: int
    boxes: tuple[RawAnnotation, ...]
    files: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...]
    outside: tuple[RawAnnotation, ...]


def looks_like_data(columns: Sequence[str]) -> bool:
    """Whether the cells of a first line are data rather than names of columns."""
    return any(number(cell) is not None or is_audio(cell) for cell in columns)


def first_guess(file: SourceFile, header: bool = True, label_column: str | None = None) -> ColumnMapping:
    """Return what the columns of a file probably mean: as a kept profile says, else by their names and contents.

    Raises
    ------
    BadInput
        The file is no table.
    """
    profile = profile_of(file)
    if profile is not None and profile.mapping.has_header == header:
        return profile.mapping
    columns = file.columns if header else numbered(len(file.columns))
    guessed = replace(guess(columns, label_column), header="yes" if header else "no")
    if not guessed.start:
        guessed = replace(guessed, duration="")  # of the recording
    if usual_facts(columns) and not (guessed.label or guessed.start):
        guessed = replace(guessed, holds="facts")
    return guessed if guessed.path else replace(guessed, path=_names_recordings(file, header, guessed.used))


def _names_recordings(file: SourceFile, header: bool, used: Collection[str]) -> str:
    """Return the column whose first cells are all names of recordings of the folder, "" if there is none."""
    table = file.first_rows(header)
    rows = table.rows[:_ROWS_JUDGED]
    for column in table.columns:
        cells = {row.get(column) for row in rows}
        if rows and column not in used and all(cell and _is_recording(file, cell) for cell in cells):
            return column
    return ""


def _is_recording(file: SourceFile, written: str) -> bool:
    try:
        return file.files.find(written, file.name) is not None
    except Ambiguous:
        return True


def preview(file: SourceFile, table: Table, mapping: ColumnMapping, options: Options) -> TablePreview:
    """Read the first rows of a file by a mapping.

    Parameters
    ----------
    file : SourceFile
        The file.
    table : Table
        Its first rows.
    mapping : ColumnMapping
        What its columns mean.
    options : Options
        Of the reading.

    Raises
    ------
    BadInput
        The mapping does not fit the table, or does not say enough.
    """
    locator = Locator(file.files, file.name)
    content = read_mapped(table, mapping, locator, options)
    boxes = tuple(box for box in content.annotations if not box.dropped)
    lengths = {name: _length(file, name) for name in sorted(locator.mentioned)[:RECORDINGS_OPENED]}
    outside = (box for box in boxes if box.start_s >= lengths.get(box.recording, float("inf")))
    return TablePreview(
        len(table.rows),
        boxes,
        {name: tuple(labels) for name, labels in content.labels.items()},
        tuple(locator.problems),
        tuple(outside),
    )


def preview_facts(file: SourceFile, table: Table, mapping: ColumnMapping) -> tuple[int, dict[str, int]]:
    """Count what the first rows of a table of facts tell: its recordings here, and the values of each fact."""
    locator = Locator(file.files, file.name)
    for row in table.rows:
        if written := row.get(mapping.path):
            locator.find(written)
    values = {
        fact: len({row.get(column) for row in table.rows} - {""}) for fact, column in mapping.facts.items()
    }
    return len(locator.mentioned), values


def labels_in(table: Table, mapping: ColumnMapping) -> Counter[str]:
    """How often each label occurs, "" for rows without one; labels of rows that cannot be read are left out."""
    counts: Counter[str] = Counter()
    for row in table.rows:
        try:
            counts.update(labels_of_row(row, mapping))
        except ValueError:
            continue
    return counts


def _length(file: SourceFile, name: str) -> float:
    try:
        return probe(file.files.root / name).duration_s
    except BadInput:
        return float("inf")
