"""DCASE few-shot bioacoustic event detection.

`Audiofilename, Starttime, Endtime` and a column a class with POS, NEG or UNK; in the evaluation sets one column Q. UNK
is something that the annotators could not tell.
"""

from __future__ import annotations

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.tabular import times
from bioviz.errors import BadInput

name = "dcase"
title = "DCASE few-shot tables"
source = "people"

_OWN = {"audiofilename", "starttime", "endtime"}
_TARGET = "target"  # what Q stands for: the one class that is looked for in a recording


def recognizes(file: SourceFile) -> float:
    """Whether the header is that of the challenge and the first row holds POS, NEG or UNK."""
    values = {cell.strip().upper() for cell in file.first_row}
    is_header = file.plain_columns >= _OWN and len(file.columns) > 3
    return 0.93 if is_header and (not values or values & {"POS", "NEG", "UNK"}) else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a table. UNK becomes a box of something unknown."""
    table, content = file.table(), TableContent()
    path, begin, end = (table.column(name) for name in ("Audiofilename", "Starttime", "Endtime"))
    if path is None or begin is None or end is None:
        raise BadInput("The columns Audiofilename, Starttime and Endtime are missing.")
    classes = [column for column in table.columns if column not in (path, begin, end)]
    content.how = (
        f"classes: {', '.join(_TARGET if c.upper() == 'Q' else c for c in classes[:10])}; UNK is unknown"
    )
    for row, start, stop in times(table.rows, begin, end, locator, content, path):
        if (recording := locator.find(row.get(path))) is None:
            continue
        if not any(map(row.get, classes)):
            content.annotations.append(RawAnnotation(recording, start, stop, "", unknown=True))
        for column in classes:
            value = row.get(column).upper()
            if value in ("POS", "UNK"):
                label = _TARGET if column.upper() == "Q" else column
                box = RawAnnotation(recording, start, stop, label, unknown=value == "UNK")
                content.annotations.append(box)
            elif value not in ("NEG", ""):
                locator.row_problem(row.line, f"{column} is neither POS, NEG nor UNK")
                content.unsure.add(recording)
    return content
