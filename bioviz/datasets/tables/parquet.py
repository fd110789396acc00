"""Parquet files as tables of text, so that every format of tables reads them like a CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bioviz.datasets.tables.text import MAX_TABLE_BYTES, Row, Table, check_size, positions
from bioviz.errors import BadInput

if TYPE_CHECKING:
    import pyarrow

PARQUET = ".parquet"
_MAGIC = b"PAR1"


def parquet_columns(path: Path) -> tuple[str, ...]:
    """Names of the columns. Raises BadInput where it is no Parquet file."""
    import pyarrow.lib
    import pyarrow.parquet

    _check_magic(path)
    try:
        return tuple(pyarrow.parquet.read_schema(path).names)
    except (pyarrow.lib.ArrowException, OSError, ValueError) as error:
        raise BadInput(f"{path.name} is no Parquet file that can be read.") from error


def parquet_table(path: Path) -> Table:
    """Return the whole table, its cells as text; nothing is "".

    Raises
    ------
    BadInput
        It is no Parquet file, or holds more than memory is for.
    """
    import pyarrow.lib
    import pyarrow.parquet

    _check_magic(path)
    try:
        about = pyarrow.parquet.read_metadata(path)
        check_size(about.num_rows, about.num_columns)
        columns = tuple(pyarrow.parquet.read_schema(path).names)
        # What is written once and meant a million times stays so until its size is known.
        values = pyarrow.parquet.read_table(
            path, use_threads=False, pre_buffer=False, read_dictionary=list(columns)
        )
    except (pyarrow.lib.ArrowException, OSError, ValueError) as error:
        raise BadInput(f"{path.name} is no Parquet file that can be read.") from error
    columns = tuple(values.column_names)
    texts = [_texts(column) for column in values.columns]
    if sum(len(cell) for column in texts for cell in column) > MAX_TABLE_BYTES:
        raise BadInput(f"{path.name} would be larger than 512 MiB as text; split it.")
    position = positions(columns)
    rows = (Row(i, cells, position) for i, cells in enumerate(zip(*texts, strict=True), start=1))
    return Table(columns, tuple(rows), ",")


def _texts(column: pyarrow.ChunkedArray) -> list[str]:
    """Return the cells of a column as text; those that are alike are one string in memory."""
    import pyarrow

    texts: list[str] = []
    for chunk in column.chunks:
        if isinstance(chunk, pyarrow.DictionaryArray):
            words = [_text(word) for word in chunk.dictionary.to_pylist()]
            texts += ["" if at is None else words[at] for at in chunk.indices.to_pylist()]
        else:
            texts += map(_text, chunk.to_pylist())
    return texts


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)


def _check_magic(path: Path) -> None:
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) == _MAGIC:
                return
    except OSError:
        pass
    raise BadInput(f"{path.name} is no Parquet file that can be read.")
