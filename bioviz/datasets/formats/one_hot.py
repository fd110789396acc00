"""One-hot tables (opensoundscape and others): a file, perhaps a start and an end, and a column of 0 and 1 a label.

The columns of a classifier hold scores from 0 to 1 instead: detections, of which those count that reach the minimum
confidence. Without one it is asked for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bioviz.datasets.files.leftovers import is_fact_of_recordings
from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import NeedsOption, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.column_names import guess
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.mapped import read_mapped
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import Row, Table, number
from bioviz.errors import BadInput

name = "one_hot"
title = "One-hot table: a column of 0 and 1, or of scores, a label"
source = "people"
own_options = ("min_confidence",)

_CELLS = {"0", "1", "0.0", "1.0", "true", "false", ""}


def recognizes(file: SourceFile) -> float:
    """Whether all columns beside the file and the times hold 0 and 1 alone, or scores between them."""
    if file.suffix not in (".csv", ".tsv", ".txt", ".parquet"):
        return 0.0
    try:
        mapping = _mapping(file.first_rows())
    except BadInput:
        return 0.0
    return 0.72 if mapping is not None else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a table; windows of one length prescribe that length.

    Raises
    ------
    NeedsOption
        It holds scores, and nobody said from which on a label counts.
    """
    table = file.table()
    mapping = _mapping(table)
    if mapping is None:
        raise BadInput(
            "Some cells beside the file and the times hold something else than 0 and 1, or scores."
        )
    has_scores = any(not _is_zero_or_one(row, c) for row in table.rows for c in mapping.label_columns)
    if has_scores and not options.min_confidence:
        raise NeedsOption(
            f"Its columns {', '.join(mapping.label_columns[:5])} hold scores. Say from which score on a label counts "
            "(“Minimum confidence”, such as 0.5)",
            "min_confidence",
        )
    content = read_mapped(table, mapping, locator, options)
    if has_scores:
        content.source, content.has_confidence = "machine", True
        content.how = f"scores of {len(mapping.label_columns)} labels, from {options.min_confidence:g} on"
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
    if not all(_is_zero_or_one(row, c) or _is_score(row, c) for row in table.rows for c in labels):
        return None
    return replace(ColumnMapping(guessed.path, guessed.start, guessed.end), label_columns=tuple(labels))


def _is_zero_or_one(row: Row, column: str) -> bool:
    return row.get(column).casefold() in _CELLS


def _is_score(row: Row, column: str) -> bool:
    score = number(row.get(column))
    return score is not None and 0 <= score <= 1
