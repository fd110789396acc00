"""Hoplite's annotations (Perch): recording, label, start and end, and whether the label is there at all.

A negative row says that this label is not there, which is no call and no background; an uncertain or possible one is
something unknown.
"""

from __future__ import annotations

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.tabular import times
from bioviz.errors import BadInput

name = "hoplite"
title = "Hoplite annotations (CSV)"
source = "people"

own_options = ()
_THERE = ("positive", "")


def recognizes(file: SourceFile) -> float:
    """Whether it has Hoplite's columns of times and of the kind of a label."""
    needed = {"recording", "label", "startoffsets", "endoffsets"} <= file.plain_columns
    return 0.94 if needed else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read the rows by their label_type."""
    table, content = file.table(), TableContent()
    path, label, kind = (table.column(each) for each in ("recording", "label", "label_type"))
    begin, end = table.column("start_offset_s"), table.column("end_offset_s")
    if path is None or label is None or begin is None or end is None:
        raise BadInput("The columns recording, label, start_offset_s and end_offset_s are missing.")
    for row, start, stop in times(table.rows, begin, end, locator, content, path):
        if (recording := locator.find(row.get(path))) is None:
            continue
        kind_of_row = row.get(kind).casefold()
        # That one species is not there says nothing of the others.
        box = RawAnnotation(recording, start, stop, row.get(label), unknown=kind_of_row not in _THERE)
        content.annotations.append(box)
    content.how = "rows of label_type positive are calls, others neither calls nor background"
    return content
