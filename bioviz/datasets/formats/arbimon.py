"""Arbimon (RFCx): exports of pattern matching and species detection, with boxes x1, x2 (s) and y1, y2 (Hz)."""

from __future__ import annotations

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.tabular import times
from bioviz.datasets.tables.text import hertz, number
from bioviz.errors import BadInput

name = "arbimon"
title = "Arbimon exports (CSV)"
source = "people"
own_options = (
    "label_column",
    "min_confidence",
)


def recognizes(file: SourceFile) -> float:
    """Whether it has a recording, a species and a box."""
    needed = {"x1", "x2", "y1", "y2"} <= file.plain_columns
    return 0.92 if needed and file.plain_columns & {"recording", "rec", "recname", "recordingname"} else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read boxes. What a person judged absent is left out; what nobody judged is something unknown."""
    table, content = file.table(), TableContent()
    path = table.column("recording", "rec", "rec name", "recording name")
    begin, end = table.column("x1"), table.column("x2")
    if path is None or begin is None or end is None:
        raise BadInput("The columns recording, x1 and x2 are missing.")
    label = (
        table.column(options.label_column)
        if options.label_column
        else table.column("species", "species name")
    )
    validated, score = table.column("validated", "validation"), table.column("score")
    low, high = table.column("y1"), table.column("y2")
    for row, start, stop in times(table.rows, begin, end, locator, content, path):
        sure = number(row.get(score))
        recording = locator.find(row.get(path))
        weak = not content.is_sure(sure, options)
        if recording is None:
            continue
        judged = row.get(validated).casefold()
        if judged in ("0", "0.0", "absent", "not present", "no", "false"):
            continue
        unknown = validated is not None and judged in (
            "",
            "(not validated)",
            "null",
            "none",
            "unvalidated",
            "---",
        )
        box = RawAnnotation(
            recording,
            start,
            stop,
            row.get(label),
            hertz(row.get(low)),
            hertz(row.get(high)),
            unknown=unknown,
            weak=weak,
        )
        content.annotations.append(box)
    return content
