"""One-hot tables (opensoundscape and others): a file, perhaps a start and an end, and a column of 0 and 1 a label."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bioviz.datasets.files.leftovers import is_fact_of_recordings
from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.columns import ColumnMapping, guess
from bioviz.datasets.tables.mapped import read_mapped
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import Table
from bioviz.errors import BadInput

name = "one_hot"
title = "One-hot table: a column of 0 and 1 a label"
source = "people"

_CELLS = {"0", "1", "0.0", "1.0", "true", "false", ""}


def recognizes(file: SourceFile) -> float:
    """Whether all columns beside the file and the times hold 0 and 1 alone."""
    if file.suffix not in (".csv", ".tsv", ".txt", ".parquet"):
        return 0.0
    try:
        mapping = _mapping(file.first_rows())
    except BadInput:
        return 0.0
    return 0.72 if mapping is not None else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a table; windows of one length prescribe that length."""
    table = file.table()
    mapping = _mapping(table)
    if mapping is None:
        raise BadInput("Some cells beside the file and the times hold something else than 0 and 1.")
    content = read_mapped(table, mapping, locator, options)
    if mapping.timed:
        lengths = Counter(round(box.end_s - box.start_s, 6) for box in content.annotations)
        if len(lengths) == 1 and (length := next(iter(lengths))) > 0:
            content.width_s = content.hop_s = length
    return content


def _mapping(table: Table) -> ColumnMapping | None:
    guessed = guess(table.columns)
    if not guessed.path or guessed.label or bool(guessed.start) != bool(guessed.end):
        return None
    known = {guessed.path, guessed.start, guessed.end}
    labels = [c for c in table.columns if c and c not in known and not is_fact_of_recordings(c)]
    if not labels or not table.rows:
        return None
    if any(row.get(column).casefold() not in _CELLS for row in table.rows for column in labels):
        return None
    return replace(ColumnMapping(guessed.path, guessed.start, guessed.end), label_columns=tuple(labels))
