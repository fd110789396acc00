"""CSV tables whose columns have usual names: `path, label[, split]` (one clip a file) or boxes with start and end."""

from __future__ import annotations

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.splits import split_of_table
from bioviz.datasets.tables import exported
from bioviz.datasets.tables.column_names import guess
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.mapped import read_mapped
from bioviz.datasets.tables.source import SourceFile

name = "csv"
title = "Table: path, label or path, start, end, label"
source = "people"
own_options = (
    "label_column",
    "min_confidence",
)

_SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".parquet")


def recognizes(file: SourceFile) -> float:
    """Whether the names of the columns tell what they are."""
    if file.suffix not in _SUFFIXES or len(file.columns) < 2:
        return 0.0
    mapping = guess(file.columns)
    if not mapping.complete or not _has_recording(file, mapping):
        return 0.0
    return 0.75 if mapping.timed else 0.7


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a table. The names that were taken for what stand in `TableContent.how`."""
    mapping = guess(file.columns, options.label_column)
    content = read_mapped(file.table(), mapping, locator, options, split_of_table(file.name))
    content.source = "machine" if mapping.confidence else ""
    content.are_clips = exported.is_table_of_clips(file.plain_columns)
    return content


def _has_recording(file: SourceFile, mapping: ColumnMapping) -> bool:
    """Whether it is known which recordings are meant: by a column, or by the table's own name."""
    return bool(mapping.path) or file.files.has_beside(file.name)
