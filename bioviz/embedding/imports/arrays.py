"""Embeddings in .npy and .npz files with a table of their clips, and in Parquet and CSV tables."""

from __future__ import annotations

import csv
import io
import math
import re
import tokenize
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from bioviz.datasets.tables.formulas import undone
from bioviz.embedding.imports.results import MAX_VALUES, Results, Unclear, check_size, column
from bioviz.errors import BadInput
from bioviz.store.zips import ZIP_TROUBLE

Given = Mapping[str, str]
MAX_CSV_BYTES = 1 << 30
_NUMBERED = re.compile(r"(.*?)[_ .-]?(\d{1,9})$")
ARRAY_TROUBLE = (*ZIP_TROUBLE, MemoryError, RecursionError, SyntaxError, TypeError, tokenize.TokenError)
"""What damaged files of arrays give: their headers are texts of Python, which its parser refuses in many ways."""


def read_npy(path: Path, table: Path | None, given: Given) -> Results:
    """Read a matrix (n, d) with a table of n lines beside it.

    Raises
    ------
    BadInput
        It is damaged or no matrix, or the table is another one's. Unclear.

    """
    _check_header(path)
    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise BadInput(f"{path.name} cannot be read: {error}") from error
    return _with_table(path, matrix, table, given)


def read_npz(path: Path, table: Path | None, given: Given) -> Results:
    """Read arrays by name: a matrix; path, start and end of its rows, or a table of them. As `read_npy`."""
    try:
        with zipfile.ZipFile(path) as archive:
            announced = sum(about.file_size for about in archive.infolist())
            if announced > 8 * MAX_VALUES:
                raise BadInput(f"{path.name} unpacks to {announced / 1e9:.0f} GB, more than can be read.")
            check_members(path, archive)
        with np.load(path, allow_pickle=False) as arrays:
            held = {name: arrays[name] for name in arrays.files}
    except ARRAY_TROUBLE as error:
        raise BadInput(f"{path.name} cannot be read: {first_line(error)}") from error
    matrices = [name for name, array in held.items() if array.ndim == 2 and array.dtype.kind == "f"]
    name = column(list(held), "embedding", given) or (matrices[0] if len(matrices) == 1 else "")
    if not name or name not in matrices:
        raise Unclear(
            f"{path.name} does not tell which of its arrays are the embeddings.", list(held), ["embedding"]
        )
    columns = {
        each: held[each] for each in held if held[each].ndim == 1 and len(held[each]) == len(held[name])
    }
    if table is None and column(list(columns), "path", given):
        return _of_columns(path, held[name], columns, given, "an .npz file")
    return _with_table(path, held[name], table, given)


def read_table(path: Path, given: Given) -> Results:
    """Read a Parquet or CSV table with a column of lists, or a column a number (e0, e1 ...). As `read_npy`."""
    columns = _csv(path) if path.suffix.lower() == ".csv" else _parquet(path)
    own = column(list(columns), "embedding", given)
    family = numbered(list(columns)) if not own else []
    if own:
        matrix = _of_lists(path, columns[own])
    elif family:
        check_size(len(columns[family[0]]), len(family), path.name)
        matrix = np.stack([_numbers(path, columns[name], name) for name in family], axis=1)
    else:
        raise Unclear(
            f"{path.name} does not tell which of its columns are the embedding.", list(columns), ["embedding"]
        )
    return _of_columns(path, matrix, columns, given, f"a {path.suffix[1:].lower()} table")


def _with_table(path: Path, matrix: np.ndarray, table: Path | None, given: Given) -> Results:
    if matrix.ndim != 2 or matrix.dtype.kind not in "fiu":
        raise BadInput(
            f"{path.name} holds numbers of the shape {matrix.shape}; embeddings have two axes: clips, numbers."
        )
    check_size(len(matrix), matrix.shape[1], path.name)
    beside = table or next(
        (each for each in (path.with_suffix(".csv"), path.with_suffix(".parquet")) if each.is_file()), None
    )
    if beside is None:
        raise BadInput(
            f"{path.name} does not say of which clips its {len(matrix):,} rows are. Name a table with a line a row: "
            "path, start_s, end_s."
        )
    columns = _csv(beside) if beside.suffix.lower() in (".csv", ".txt", ".tsv") else _parquet(beside)
    lines = len(next(iter(columns.values()), ()))
    if lines != len(matrix):
        raise BadInput(
            f"{beside.name} has {lines:,} lines, {path.name} {len(matrix):,} rows: they do not belong together."
        )
    return _of_columns(path, matrix, columns, given, f"an {path.suffix} file")


def _of_columns(
    path: Path, matrix: np.ndarray, columns: Mapping[str, Any], given: Given, source: str
) -> Results:
    column_of = {meant: column(list(columns), meant, given) for meant in ("path", "start", "end")}
    width = given.get("window_s", "")
    missing = [meant for meant, name in column_of.items() if not name and not (meant == "end" and width)]
    if missing:
        raise Unclear(
            f"{path.name} does not tell {' and '.join(missing)} of its clips. Say which columns they are"
            f"{', or how long a window is' if missing == ['end'] else ''}.",
            list(columns),
            missing,
        )
    start = _numbers(path, columns[column_of["start"]], column_of["start"]).astype(np.float64)
    end = (
        start + _width(width)
        if not column_of["end"]
        else _numbers(path, columns[column_of["end"]], column_of["end"]).astype(np.float64)
    )
    try:
        names = tuple(str(each) for each in columns[column_of["path"]])
    except (ValueError, OverflowError) as error:  # letters that are no UTF-8, times beyond the year 9999
        raise BadInput(f"The column {column_of['path']!r} of {path.name} holds what is no name.") from error
    return Results(source, names, start, end, np.asarray(matrix, dtype=np.float32), path.stem)


def _width(text: str) -> float:
    try:
        width = float(text)
    except ValueError as error:
        raise BadInput(f"The length of a window must be a number of seconds, not {text!r}.") from error
    if not 0 < width < 3600:
        raise BadInput(f"The length of a window must be seconds above 0, not {text}.")
    return width


def _check_header(path: Path) -> None:
    """Look at what a .npy file announces before anything is mapped. Raises BadInput."""
    try:
        with open(path, "rb") as file:
            shape, kind = _header(file)
    except ARRAY_TROUBLE as error:
        raise BadInput(f"{path.name} is no .npy file: {first_line(error)}") from error
    if kind.hasobject:
        raise BadInput(f"{path.name} holds Python objects, which are not read: they could run anything.")
    if len(shape) == 2:
        check_size(*shape, path.name)


def check_members(path: Path, archive: zipfile.ZipFile) -> None:
    """Hold what each array of an .npz file announces against its bytes: numpy would make room for it unasked.

    Raises
    ------
    BadInput
        One announces more numbers than it has, or is no array. ARRAY_TROUBLE: the file is damaged.

    """
    for about in archive.infolist():
        if not about.filename.endswith(".npy"):
            raise BadInput(f"{path.name} holds {about.filename[:80]!r}, which is no array.")
        with archive.open(about) as member:
            shape, kind = _header(member)
        if min(shape, default=0) < 0 or math.prod(shape) * max(1, kind.itemsize) > about.file_size:
            raise BadInput(f"{path.name} is damaged: {about.filename[:80]!r} announces more than it holds.")


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and kind of the array that a .npy file announces. Raises one of ARRAY_TROUBLE."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, kind = read(file)
    return shape, kind


def first_line(error: BaseException) -> str:
    """Return what an error says first; its kind where it says nothing, as those of memory do."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _csv(path: Path) -> dict[str, Any]:
    """Return the columns of a CSV (or tab-separated) table as lists of texts."""
    try:
        if path.stat().st_size > MAX_CSV_BYTES:
            raise BadInput(f"{path.name} is larger than a table of clips can be. Write it as Parquet.")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read as a table ({error}).") from error
    first = text.partition("\n")[0]
    separator = "\t" if first.count("\t") > first.count(",") else ","
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:  # a cell of more than 131,072 letters
        raise BadInput(f"{path.name} cannot be read as a table ({error}).") from error
    head, rows = (lines[0] if lines else []), [line for line in lines[1:] if line]
    if not head or any(len(line) != len(head) for line in rows):
        raise BadInput(f"{path.name} is no table: its lines have different numbers of cells.")
    return {name: [undone(line[i]) for line in rows] for i, name in enumerate(head)}


def _parquet(path: Path) -> dict[str, Any]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        if file.metadata.num_rows * max(1, file.metadata.num_columns) > MAX_VALUES:
            raise BadInput(f"{path.name} announces more than can be read. Split it up.")
        read = file.read()
        return {name: read.column(name).combine_chunks() for name in read.column_names}
    except (pyarrow.ArrowException, OSError, KeyError) as error:  # KeyError: two columns of one name
        raise BadInput(f"{path.name} cannot be read as Parquet: {first_line(error)}") from error


def _of_lists(path: Path, values: Any) -> np.ndarray:
    """(n, d) float32 of a column of lists of equal lengths."""
    import pyarrow

    if not isinstance(values, pyarrow.Array) or (
        not pyarrow.types.is_list(values.type)
        and not (pyarrow.types.is_large_list(values.type) or pyarrow.types.is_fixed_size_list(values.type))
    ):
        raise BadInput(f"The column of embeddings in {path.name} does not hold lists of numbers.")
    lengths = (
        set(values.value_lengths().to_pylist())
        if not pyarrow.types.is_fixed_size_list(values.type)
        else {values.type.list_size}
    )
    if len(lengths) != 1 or None in lengths:
        raise BadInput(f"The embeddings in {path.name} are of different lengths, or some are missing.")
    (dim,) = lengths
    check_size(len(values), dim, path.name)
    try:
        return np.asarray(values.flatten().to_numpy(zero_copy_only=False), dtype=np.float32).reshape(
            len(values), dim
        )
    except (ValueError, TypeError, pyarrow.ArrowException) as error:
        raise BadInput(f"The embeddings in {path.name} are no numbers: {error}") from error


def numbered(columns: Sequence[str]) -> list[str]:
    """Return the longest family of columns that are called alike but for a number, in its order; [] below eight."""
    families: dict[str, list[tuple[int, str]]] = {}
    for name in columns:
        if match := _NUMBERED.fullmatch(name):
            families.setdefault(match[1], []).append((int(match[2]), name))
    best = max(families.values(), key=len, default=[])
    return [name for _, name in sorted(best)] if len(best) >= 8 else []


def _numbers(path: Path, values: Any, name: str) -> np.ndarray:
    try:
        held = values.to_numpy(zero_copy_only=False) if hasattr(values, "type") else values
        return np.asarray(held, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise BadInput(f"The column {name!r} of {path.name} holds something that is no number.") from error
