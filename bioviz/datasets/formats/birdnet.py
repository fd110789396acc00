"""BirdNET's result tables (CSV): one a recording, or one for all with a column File."""

from __future__ import annotations

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.tabular import times
from bioviz.datasets.tables.text import number
from bioviz.errors import BadInput

name = "birdnet"
title = "BirdNET result tables (CSV)"
source = "machine"
own_options = (
    "label_column",
    "min_confidence",
)

_LABELS = ("Common name", "Scientific name", "Label")


def recognizes(file: SourceFile) -> float:
    """Whether the first line is the header of a BirdNET CSV."""
    columns = file.plain_columns
    named = {"commonname", "scientificname"} & columns
    timed = {"start(s)", "end(s)"} <= columns or {"filepath", "start", "end"} <= columns  # the latter for R
    return 0.95 if timed and "confidence" in columns and named else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a table; what lies below `options.min_confidence` is neither a call nor background."""
    table, content = file.table(), TableContent(width_s=3.0, hop_s=3.0)
    begin, end = table.column("Start (s)", "start"), table.column("End (s)", "end")
    if begin is None or end is None:
        raise BadInput("The columns Start (s) and End (s) are missing.")
    confidence, reference = table.column("Confidence"), table.column("File", "filepath", "Begin Path", "Path")
    label = table.column(options.label_column) if options.label_column else table.column(*_LABELS)
    used = {begin, end, label, reference}
    for row, start, stop in times(table.rows, begin, end, locator, content, reference):
        recording = locator.find(row.get(reference))
        sure = number(row.get(confidence))
        weak = not content.is_sure(sure, options)
        if recording is None:
            continue
        extras = {column: value for column, value in row.cells.items() if value and column not in used}
        content.annotations.append(
            RawAnnotation(recording, start, stop, row.get(label), extras=extras, weak=weak)
        )
    return content
