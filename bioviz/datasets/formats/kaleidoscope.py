"""Kaleidoscope's result tables (cluster.csv, id.csv, meta.csv), and those of BirdNET in its layout."""

from __future__ import annotations

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import Row, Table, number
from bioviz.errors import BadInput

name = "kaleidoscope"
title = "Kaleidoscope result tables (CSV)"
source = "machine"
own_options = (
    "label_column",
    "min_confidence",
)

# A person's word goes before the program's. BirdNET before 2.0 wrote names and a confidence in this layout.
_LABELS = ("MANUAL ID", "TOP1MATCH", "AUTO ID", "common_name", "scientific_name")


def recognizes(file: SourceFile) -> float:
    """Whether the first line is the header of a Kaleidoscope table."""
    return 0.95 if {"indir", "infile", "offset", "duration"} <= file.plain_columns else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a table. Several species in MANUAL ID, separated by commas, are a label each."""
    table, content = file.table(), TableContent()
    columns = [table.column(name) for name in ("INDIR", "FOLDER", "IN FILE", "OFFSET", "DURATION")]
    indir, folder, reference, offset, duration = columns
    if reference is None or offset is None or duration is None:
        raise BadInput("The columns IN FILE, OFFSET and DURATION are missing.")
    labels = [options.label_column] if options.label_column else list(_LABELS)
    label_columns = [column for name in labels if (column := table.column(name))]
    low, high, confidence = table.column("Fmin"), table.column("Fmax"), table.column("confidence")
    manual, ratio = table.column("MANUAL ID"), table.column("MATCH RATIO")
    for row in table.rows:
        path = "/".join(part for part in (row.get(indir), row.get(folder), row.get(reference)) if part)
        recording = locator.find(path)
        start, length = number(row.get(offset)), number(row.get(duration))
        if start is None or length is None:
            locator.row_problem(row.line, f"{offset} or {duration} is not a number")
            if recording is not None:
                content.unsure.add(recording)
            continue
        column = next((column for column in label_columns if row.get(column)), None)
        sure = None if manual and column == manual else number(row.get(confidence or ratio))
        weak = not content.is_sure(sure, options)
        if recording is None:
            continue
        label = row.get(column)
        several = [part.strip() for part in label.split(",")] if column == manual and manual else [label]
        band, extras = _band(row, low, high), _extras(row, table, columns)
        content.annotations += [
            RawAnnotation(recording, start, start + length, each, *band, extras=extras, weak=weak)
            for each in several
            if each or len(several) == 1
        ]
    return content


def _band(row: Row, low: str | None, high: str | None) -> tuple[float | None, float | None]:
    """Frequencies in Hz.

    Bat tables give kHz, cluster tables Hz; no call has its highest frequency below 500 Hz in the one or above 500 kHz
    in the other.
    """
    low_hz, high_hz = number(row.get(low)), number(row.get(high))
    if low_hz is None or high_hz is None or high_hz <= 0:
        return None, None
    scale = 1000.0 if high_hz < 500 else 1.0
    return low_hz * scale, high_hz * scale


def _extras(row: Row, table: Table, used: list[str | None]) -> dict[str, str]:
    wanted = ("CHANNEL", "DATE", "TIME", "TOP1DIST", "AUTO ID", "MANUAL ID", "TOP1MATCH", "MATCH RATIO")
    columns = {column for name in wanted if (column := table.column(name))} - set(used)
    return {column: row.get(column) for column in sorted(columns) if row.get(column)}
