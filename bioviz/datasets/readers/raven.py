"""Recordings beside Raven selection tables: one table a recording, or one over several files.

The traps: a selection comes twice when both views (waveform and spectrogram) were exported; in a table over several
files Begin and End Time run on from file to file, and only `File Offset (s)` is the time within the file.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.readers.base import RawAnnotation, RawDataset
from bioviz.datasets.readers.files import Ambiguous, Files
from bioviz.datasets.readers.text import (
    Row,
    Table,
    columns_of,
    head,
    hertz,
    number,
    parse_table,
    plain,
    read_text,
)
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput

name = "raven"
title = "Recordings with Raven selection tables"

SUFFIXES = (".txt", ".tsv")
_LABELS = ("Annotation", "Label", "Species", "Common Name", "Species Code", "Tag 1", "Tag", "Call Type", "Sound Type",
           "Type", "Class", "Sound")  # fmt: skip
_OWN = {
    plain(column)
    for column in (
        "Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)",
        "Begin Path", "End Path", "Begin File", "End File", "File Offset (s)", "Delta Time (s)", "Delta Freq (Hz)",
    )
}  # fmt: skip


def is_table(path: Path) -> bool:
    """Whether a file's first line is the header of a selection table."""
    columns = {plain(column) for column in columns_of(head(path))}
    return {"begintime(s)", "endtime(s)"} <= columns


def sniff(root: Path) -> float:
    files = Files.below(root)
    return 0.9 if files.audio and any(is_table(root / table) for table in files.tables(*SUFFIXES)) else 0.0


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    tables = files.chosen(options.table, (t for t in files.tables(*SUFFIXES) if is_table(root / t)))
    if not tables:
        raise BadInput(
            f"{root} holds no Raven selection table (a .txt with the columns Begin Time (s), End Time (s))."
        )
    annotations: list[RawAnnotation] = []
    problems: list[Problem] = []
    mentioned: set[str] = set()
    for table_name in tables:
        try:
            table = parse_table(read_text(root / table_name))
        except BadInput as error:
            problems.append(problem("bad_table", table_name, str(error)))
            continue
        found, troubles, files_meant = _read_table(files, table_name, table, options)
        annotations += found
        problems += troubles
        mentioned |= files_meant
    recordings, left_out = files.listed(mentioned, options.unannotated)
    return RawDataset("detection", tuple(recordings), tuple(annotations), tuple(problems + left_out))


def _read_table(
    files: Files, table_name: str, table: Table, options: Options
) -> tuple[list[RawAnnotation], list[Problem], set[str]]:
    begin, end = table.column("Begin Time (s)"), table.column("End Time (s)")
    offset = table.column("File Offset (s)")
    low, high = table.column("Low Freq (Hz)"), table.column("High Freq (Hz)")
    reference = table.column("Begin Path"), table.column("Begin File")
    label = _label_column(table, options)
    if begin is None or end is None:
        return (
            [],
            [problem("bad_table", table_name, "the columns Begin Time (s) and End Time (s) are missing")],
            set(),
        )

    problems: list[Problem] = []
    targets: dict[str, str | None] = {}

    def target(row: Row) -> str | None:
        # The path is the better reference; a table made elsewhere may carry the file name alone.
        written = next((row.get(column) for column in reference if row.get(column)), "")
        if written not in targets:
            targets[written] = _find(files, table_name, written, problems)
        return targets[written]

    rows = _one_view(table)
    if not rows:
        owner = _find(files, table_name, "", problems)
        if owner:
            problems.append(
                problem("empty_table", table_name, "it has no selections; its recording is background")
            )
        return [], problems, {owner} if owner else set()

    annotations: list[RawAnnotation] = []
    for row in rows:
        where = target(row)
        if where is None:
            continue
        start, stop = number(row.get(begin)), number(row.get(end))
        if start is None or stop is None:
            problems.append(
                problem("bad_row", table_name, f"line {row.line}: begin or end time is not a number")
            )
            continue
        within = number(row.get(offset))
        if within is not None:
            start, stop = within, within + (stop - start)
        extras = {c: v for c, v in row.cells.items() if v and plain(c) not in _OWN and c != label}
        text = row.get(label)
        annotations.append(
            RawAnnotation(where, start, stop, text, hertz(row.get(low)), hertz(row.get(high)), extras)
        )
    meant = {name for name in targets.values() if name}
    if offset is None and len(meant) > 1 and _runs_on(annotations):
        problems.append(
            problem(
                "bad_table",
                table_name,
                "its times run on over several files and it has no column File Offset (s), so the time within each "
                "file is unknown; export it again with that column",
            )
        )
        return [], problems, set()
    return annotations, problems, meant


def _label_column(table: Table, options: Options) -> str | None:
    if options.label_column:
        return table.column(options.label_column)
    free = [column for column in table.columns if column and plain(column) not in _OWN and "(" not in column]
    return table.column(*_LABELS) or (free[0] if len(free) == 1 else None)


def _find(files: Files, table_name: str, written: str, problems: list[Problem]) -> str | None:
    try:
        found = files.find(written, beside=table_name) if written else files.find_beside(table_name)
    except Ambiguous as several:
        fits = ", ".join(several.args[0])
        problems.append(
            problem(
                "ambiguous",
                table_name,
                f"{written or 'the name of the table'} fits several recordings: {fits}",
            )
        )
        return None
    if found is None:
        problems.append(
            problem(
                "no_recording",
                table_name,
                f"no recording {written!r}" if written else "no recording of this name",
            )
        )
    return found


def _one_view(table: Table) -> list[Row]:
    """The rows without the second view of a selection; the spectrogram's row stays, as it has the frequencies."""
    view, selection = table.column("View"), table.column("Selection")
    if view is None or selection is None:
        return list(table.rows)
    begin, path = table.column("Begin Time (s)"), table.column("Begin Path", "Begin File")
    kept: dict[tuple[str, ...], Row] = {}
    for row in table.rows:
        if not row.get(selection):
            kept[("", str(row.line))] = row
            continue
        key = (row.get(selection), row.get(begin), row.get(path))
        if key not in kept or "waveform" in kept[key].get(view).casefold():
            kept[key] = row
    return list(kept.values())


def _runs_on(annotations: list[RawAnnotation]) -> bool:
    """Whether times never fall back from one file to the next, as in a table over several files."""
    spans: dict[str, list[float]] = defaultdict(list)
    for annotation in annotations:
        spans[annotation.recording].append(annotation.start_s)
    ordered = list(spans.values())
    return all(min(after) >= max(before) for before, after in zip(ordered, ordered[1:], strict=False))
