"""Parquet files as tables of text, so that every format of tables reads them like a CSV."""

from __future__ import annotations

from pathlib import Path

from bioviz.datasets.tables.text import Row, Table, positions
from bioviz.errors import BadInput

PARQUET = ".parquet"
MAX_CELLS = 20_000_000
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
        It is no Parquet file, or has more than 20 million cells.
    """
    import pyarrow.lib
    import pyarrow.parquet

    _check_magic(path)
    try:
        about = pyarrow.parquet.read_metadata(path)
        if about.num_rows * about.num_columns > MAX_CELLS:
            raise BadInput(f"{path.name} has more than 20 million cells; split it.")
        values = pyarrow.parquet.read_table(path, use_threads=False, pre_buffer=False)
    except (pyarrow.lib.ArrowException, OSError, ValueError) as error:
        raise BadInput(f"{path.name} is no Parquet file that can be read.") from error
    columns = tuple(values.column_names)
    texts = [["" if cell is None else str(cell) for cell in column.to_pylist()] for column in values.columns]
    position = positions(columns)
    rows = (Row(i, cells, position) for i, cells in enumerate(zip(*texts, strict=True), start=1))
    return Table(columns, tuple(rows), ",")


def _check_magic(path: Path) -> None:
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) == _MAGIC:
                return
    except OSError:
        pass
    raise BadInput(f"{path.name} is no Parquet file that can be read.")
