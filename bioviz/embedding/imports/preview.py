"""The first rows of a table of embeddings, and what its columns seem to be, before anything is read as a whole."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bioviz.datasets.tables.formulas import undone
from bioviz.embedding.imports.arrays import ARRAY_TROUBLE, check_members, first_line, numbered
from bioviz.embedding.imports.results import column
from bioviz.errors import BadInput

ROWS, MOST_COLUMNS, LONGEST = 5, 60, 60
HEAD_BYTES = 1 << 20
MAX_NAMED = 1 << 24  # bytes of an array of an .npz file that is opened for its first values
PLACES = ("path", "start", "end")
"""What is needed of every window; the embedding too, where it is in the same table."""


@dataclass(frozen=True)
class TableHead:
    """What a table begins with.

    Attributes
    ----------
    file
        Its name.
    columns, rows
        All names; the first rows as texts, cut where they are long.
    guessed
        "path", "start", "end" and "embedding" to the column that seems to be it; "" where none does.
    asked
        Those that it has to tell.

    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guessed: Mapping[str, str]
    asked: tuple[str, ...]

    def missing(self, given: Mapping[str, str]) -> tuple[str, ...]:
        """Return what neither the table nor the user tells; the length of the windows stands for their ends."""
        known = {**self.guessed, **{name: value for name, value in given.items() if value}}
        return tuple(
            each
            for each in self.asked
            if not known.get(each) and not (each == "end" and given.get("window_s"))
        )


def look(path: Path, table: Path | None = None) -> TableHead | None:
    """Return what the table of some embeddings begins with; None for layouts that name nothing themselves.

    Raises
    ------
    BadInput
        It cannot be read.

    """
    suffix = path.suffix.lower()
    if path.is_dir() or suffix not in (".npy", ".npz", ".parquet", ".csv"):
        return None
    if suffix == ".npz" and table is None:
        return _head(path, *_arrays(path), embedding=True)
    if suffix in (".npy", ".npz"):
        beside = table or next(
            (each for each in (path.with_suffix(".csv"), path.with_suffix(".parquet")) if each.is_file()),
            None,
        )
        return None if beside is None else _head(beside, *_table(beside), embedding=False)
    return _head(path, *_table(path), embedding=True)


def _head(path: Path, columns: list[str], rows: list[list[Any]], *, embedding: bool) -> TableHead:
    guessed = {each: column(columns, each, {}) for each in (*PLACES, "embedding")}
    if not guessed["embedding"] and (family := numbered(columns)):
        guessed["embedding"] = f"{family[0]} to {family[-1]}"
    shown = tuple(tuple(_short(value) for value in row[:MOST_COLUMNS]) for row in rows[:ROWS])
    asked = (*PLACES, "embedding") if embedding else PLACES
    return TableHead(path.name, tuple(columns), shown, guessed, asked)


def _table(path: Path) -> tuple[list[str], list[list[Any]]]:
    if path.suffix.lower() == ".parquet":
        return _parquet(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read(HEAD_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read as a table ({error}).") from error
    first = text.partition("\n")[0]
    separator = "\t" if first.count("\t") > first.count(",") else ","
    try:
        lines = list(islice(csv.reader(io.StringIO(text), delimiter=separator), ROWS + 1))
    except csv.Error as error:
        raise BadInput(f"{path.name} cannot be read as a table ({error}).") from error
    if not lines:
        raise BadInput(f"{path.name} is empty.")
    return lines[0], [[undone(cell) for cell in line] for line in lines[1:]]


def _parquet(path: Path) -> tuple[list[str], list[list[Any]]]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        columns = list(file.schema_arrow.names)
        batch = next(file.iter_batches(batch_size=ROWS, columns=columns[:MOST_COLUMNS]), None)
        values = [] if batch is None else [each.to_pylist() for each in batch.columns]
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        # letters that are no UTF-8 and times beyond the year 9999 fail only where Python takes them over
        raise BadInput(f"{path.name} cannot be read as Parquet: {first_line(error)}") from error
    return columns, [list(row) for row in zip(*values, strict=True)]


def _arrays(path: Path) -> tuple[list[str], list[list[Any]]]:
    """Return the arrays of an .npz file as columns; of those with two axes the shape."""
    columns, values = [], []
    try:
        with zipfile.ZipFile(path) as archive, np.load(path, allow_pickle=False) as arrays:
            check_members(path, archive)
            for name in arrays.files[:MOST_COLUMNS]:
                columns.append(name)
                about = archive.getinfo(f"{name}.npy")
                if about.file_size > MAX_NAMED:
                    values.append([f"{about.file_size / 1e6:.0f} MB of numbers"] * ROWS)
                    continue
                array = arrays[name]
                first = array[:ROWS].tolist() if array.ndim == 1 else [f"{array.shape} numbers"] * ROWS
                values.append([*first, *[""] * (ROWS - len(first))])
    except ARRAY_TROUBLE as error:
        raise BadInput(f"{path.name} cannot be read: {first_line(error)}") from error
    return columns, [list(row) for row in zip(*values, strict=True)]


def _short(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"{len(value):,} numbers"
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
