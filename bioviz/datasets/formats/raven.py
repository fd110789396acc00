"""Raven selection tables: one a recording, or one over several files; with tabs, or saved as CSV; read and written.

The traps: a selection comes twice when both views (waveform and spectrogram) were exported; in a table over
several files Begin and End Time run on from file to file, and only `File Offset (s)` is the time within the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.splits import as_split
from bioviz.datasets.tables import exported
from bioviz.datasets.tables.column_names import guess
from bioviz.datasets.tables.selections import Selection, SelectionInFiles, cell
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.tabular import times
from bioviz.datasets.tables.text import Row, Table, hertz, number, plain
from bioviz.errors import BadInput

name = "raven"
title = "Raven selection tables"
source = "people"
own_options = (
    "label_column",
    "min_confidence",
)

_LABELS = (
    "Annotation", "Label", "Species", "Common Name", "Species Code", "Tag 1", "Tag", "Call Type", "Sound Type",
    "Type", "Class", "Sound",
)  # fmt: skip
_COLUMNS = (
    "Selection",
    "View",
    "Channel",
    "Begin Time (s)",
    "End Time (s)",
    "Low Freq (Hz)",
    "High Freq (Hz)",
)
_IN_FILES = ("Begin Path", "Begin File", "File Offset (s)")
_OWN = {plain(column) for column in (*_COLUMNS, *_IN_FILES, "End Path", "End File", "Delta Time (s)")}


def recognizes(file: SourceFile) -> float:
    """Whether the first line is the header of a selection table.

    Tables of others take over its names of times: they name recordings, and lack what Raven numbers.
    """
    columns = file.plain_columns
    ends = {"endtime(s)", "deltatime(s)"} & columns
    ours = (
        columns & {"selection", "view", "channel", "beginfile", "beginpath"} or not guess(file.columns).path
    )
    return 0.9 if "begintime(s)" in columns and ends and ours else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a selection table. Raises BadInput where times within the files cannot be known."""
    table, content = file.table(), TableContent()
    begin, end = table.column("Begin Time (s)"), table.column("End Time (s)")
    delta = table.column("Delta Time (s)")
    if begin is None or (end is None and delta is None):
        raise BadInput("The columns Begin Time (s) and End Time (s) (or Delta Time (s)) are missing.")
    low, high = table.column("Low Freq (Hz)"), table.column("High Freq (Hz)")
    offset = table.column("File Offset (s)")
    # The path is the better reference; a table made elsewhere may carry the file name alone.
    references = _references(table, locator)
    label, confidence = _label_column(table, options), table.column("Confidence")
    if confidence and all(number(row.get(confidence)) is not None for row in table.rows):
        content.source = "machine"
    reference = next((column for column in references if column), None)
    split = table.column("Split") if exported.is_table_of_clips(file.plain_columns) else None
    for row, start, stop in times(_one_view(table), begin, end or delta or "", locator, content, reference):
        if end is None:
            stop += start
        sure = number(row.get(confidence))
        weak = not content.is_sure(sure, options)
        recording = locator.find(next((row.get(column) for column in references if row.get(column)), ""))
        if recording is None:
            continue
        within = number(row.get(offset))
        if within is not None:
            start, stop = within, within + (stop - start)
        if split and content.splits.setdefault(recording, as_split(row.get(split))) == "":
            content.splits[recording] = as_split(row.get(split))
        extras = {c: v for c, v in row.cells.items() if v and plain(c) not in _OWN and c != label}
        low_hz, high_hz = hertz(row.get(low)), hertz(row.get(high))
        content.annotations.append(
            RawAnnotation(recording, start, stop, row.get(label), low_hz, high_hz, extras, weak=weak)
        )
    content.are_clips = exported.is_table_of_clips(file.plain_columns)
    annotations = content.annotations
    if offset is None and len({a.recording for a in annotations}) > 1 and _runs_on(annotations):
        raise BadInput(
            "Its times run on over several files and it has no column File Offset (s), so the time within each "
            "file is unknown; export it again with that column."
        )
    return content


def _references(table: Table, locator: Locator) -> tuple[str | None, ...]:
    """Return the columns that name recordings; one of another name where nothing else tells which is meant."""
    own = table.column("Begin Path"), table.column("Begin File")
    if any(own) or locator.files.has_beside(locator.table):
        return own
    return (guess(table.columns).path or None,)


def _label_column(table: Table, options: Options) -> str | None:
    if options.label_column:
        return table.column(options.label_column)
    free = [column for column in table.columns if column and plain(column) not in _OWN and "(" not in column]
    return table.column(*_LABELS) or (free[0] if len(free) == 1 else None)


def _one_view(table: Table) -> list[Row]:
    """Return the rows without the second view of a selection; the spectrogram's row stays, it has the frequencies."""
    view, selection = table.column("View"), table.column("Selection")
    if view is None or selection is None:
        return list(table.rows)
    begin, path = table.column("Begin Time (s)"), table.column("Begin Path", "Begin File")
    rows: dict[tuple[str, ...], Row] = {}
    for row in table.rows:
        key = (row.get(selection), row.get(begin), row.get(path)) if row.get(selection) else (str(row.line),)
        views = {row.get(view), rows[key].get(view)} if key in rows else set()
        if len(views) == 1:  # the same view twice: two selections that share a number
            rows[(*key, str(row.line))] = row
        elif not views or "waveform" in rows[key].get(view).casefold():
            rows[key] = row
    return list(rows.values())


def _runs_on(annotations: list[RawAnnotation]) -> bool:
    """Whether times never fall back from one file to the next, as in a table over several files."""
    spans: dict[str, list[float]] = defaultdict(list)
    for annotation in annotations:
        spans[annotation.recording].append(annotation.start_s)
    return all(min(after) >= max(before) for before, after in pairwise(spans.values()))


def selection_table(selections: Iterable[Selection], columns: Sequence[str] = ("Annotation",)) -> str:
    """Return a selection table for one recording; the label goes to the column "Annotation"."""
    lines = ["\t".join((*_COLUMNS, *columns))]
    for row, selection in enumerate(selections, start=1):
        lines.append("\t".join([*_own_cells(row, selection, 0.0), *_free_cells(selection, columns)]))
    return "\n".join(lines) + "\n"


def combined_table(selections: Iterable[SelectionInFiles], columns: Sequence[str] = ("Annotation",)) -> str:
    """Return a table over several files opened one after the other: its times run on, File Offset is within a file."""
    lines = ["\t".join((*_COLUMNS, *_IN_FILES, *columns))]
    for row, each in enumerate(selections, start=1):
        in_file = [cell(each.path), cell(each.file), f"{each.selection.start_s:.6f}"]
        own_cells = _own_cells(row, each.selection, each.before_s)
        lines.append("\t".join([*own_cells, *in_file, *_free_cells(each.selection, columns)]))
    return "\n".join(lines) + "\n"


def _own_cells(row: int, selection: Selection, before_s: float) -> list[str]:
    low = "" if selection.low_hz is None else f"{selection.low_hz:.1f}"
    high = "" if selection.high_hz is None else f"{selection.high_hz:.1f}"
    span = [f"{before_s + selection.start_s:.6f}", f"{before_s + selection.end_s:.6f}"]
    return [str(row), "Spectrogram 1", "1", *span, low, high]


def _free_cells(selection: Selection, columns: Sequence[str]) -> list[str]:
    return [
        cell(selection.label if column == "Annotation" else selection.extras.get(column, ""))
        for column in columns
    ]
