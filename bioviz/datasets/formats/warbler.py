"""Selection tables of R (warbleR, Rraven, ohun): sound.files, selec, start and end in seconds; frequencies in kHz."""

from __future__ import annotations

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.tabular import times
from bioviz.datasets.tables.text import number
from bioviz.errors import BadInput

name = "warbler"
title = "Selection tables of warbleR, Rraven and ohun"
source = "people"
own_options = ("label_column",)

_LABELS = (
    "label",
    "species",
    "sound.type",
    "call.type",
    "type",
    "class",
    "template",
    "sel.label",
    "Annotation",
)


def recognizes(file: SourceFile) -> float:
    """Whether it has the columns that warbleR prescribes."""
    return 0.93 if {"sound.files", "selec", "start", "end"} <= file.plain_columns else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read selections. Such a table may have no label at all: its selections are then one label without a name."""
    table, content = file.table(), TableContent()
    path, begin, end = (table.column(name) for name in ("sound.files", "start", "end"))
    if path is None or begin is None or end is None:
        raise BadInput("The columns sound.files, start and end are missing.")
    label = table.column(options.label_column) if options.label_column else table.column(*_LABELS)
    low, high = table.column("bottom.freq"), table.column("top.freq")
    for row, start, stop in times(table.rows, begin, end, locator, content, path):
        if (recording := locator.find(row.get(path))) is None:
            continue
        low_hz, high_hz = (
            None if (khz := number(row.get(column))) is None else khz * 1000 for column in (low, high)
        )
        content.annotations.append(RawAnnotation(recording, start, stop, row.get(label), low_hz, high_hz))
    return content
