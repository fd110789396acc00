"""Text tables in any usual encoding, separator and decimal mark, read into rows with their line number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bioviz.datasets.tables.encodings import Encoding, guess_encoding
from bioviz.datasets.tables.formulas import may_hold_defused, undone
from bioviz.errors import BadInput

if TYPE_CHECKING:
    from _csv import Reader

_WITHOUT = str.maketrans("", "", " _-*")
HEAD_BYTES = 64 * 1024
MAX_HEAD_BYTES = 4 * 1024 * 1024  # where a header alone is longer: a column for each of many thousand species
MAX_TABLE_BYTES = 512 * 1024 * 1024
MAX_ROWS = 2_000_000  # about a kilobyte each while a table is read
MAX_CELLS = 20_000_000


def decode(raw: bytes) -> str:
    """Text of a file: by its byte-order mark, else UTF-8 or UTF-16 without one, else what `encodings` tells."""
    if (name := _unicode(raw)) is not None:
        return raw.decode(name, "replace")
    # Line by line: tables that were put together from several programs hold UTF-8 too.
    raw = _with_newlines(raw)
    lines = raw.split(b"\n")
    codec = guess_encoding(_odd_lines(raw)).codec
    return "\n".join(line.decode("utf-8" if _is_utf8(line) else codec, "replace") for line in lines)


def encoding_of(path: Path) -> Encoding | None:
    """Return how the letters of a text file were read where it does not tell; None for Unicode and plain ASCII.

    Raises
    ------
    OSError
        It cannot be read.
    """
    raw = Path(path).read_bytes()
    return None if _unicode(raw) is not None else guess_encoding(_odd_lines(_with_newlines(raw)))


def _with_newlines(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _unicode(raw: bytes) -> str | None:
    """Return the kind of Unicode that a text is in; None if it is in none."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return name
    return _unmarked_utf16(raw) or ("utf-8" if _is_utf8(raw) else None)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def _odd_lines(raw: bytes) -> Iterator[bytes]:
    """Yield lines that are not UTF-8: of the beginning if there are any, that it is read as the whole is."""
    begun = raw[:HEAD_BYTES].rpartition(b"\n")[0]
    odd = [line for line in begun.split(b"\n") if not _is_utf8(line)]
    yield from odd or (line for line in raw.split(b"\n") if not _is_utf8(line))


def _unmarked_utf16(raw: bytes) -> str | None:
    """ "utf-16-le" or "utf-16-be" where every second byte of the beginning is zero, as in text of Western letters."""
    piece = raw[:2048]
    zeros = [piece[start::2].count(0) for start in (0, 1)]
    half = len(piece) // 2
    if half < 4 or max(zeros) < 0.8 * half or min(zeros) > 0.05 * half:
        return None
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def beginning(path: Path) -> str:
    """Return the first 64 KiB of a text file, of a table at least two lines; "" if it is binary or cannot be read."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(HEAD_BYTES)
            if len(raw) == HEAD_BYTES and _has_long_lines(raw):
                raw += file.read(MAX_HEAD_BYTES - HEAD_BYTES)
    except OSError:
        return ""
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff")) or _unmarked_utf16(raw) is not None
    if b"\0" in raw and not wide:
        return ""
    # A character may be cut at the end of the piece, a 2-byte one too.
    return decode(raw[: len(raw) // 2 * 2]) if wide else _decode_piece(raw)


def _has_long_lines(raw: bytes) -> bool:
    """Whether a beginning holds less than two lines of what may be a table."""
    markup = (
        raw[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith((b"{", b"[", b"<"))
    )
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff")) or _unmarked_utf16(raw) is not None
    binary = b"\0" in raw and not wide
    return not (markup or binary) and len(_with_newlines(raw).strip().split(b"\n", 2)) < 3


def head(path: Path) -> str:
    """Return the first line of a text file that is not blank; "" if there is none or the file cannot be read."""
    return next((line.strip("\r\n") for line in beginning(path).splitlines() if line.strip()), "")


def _decode_piece(raw: bytes) -> str:
    for cut in range(min(4, len(raw) + 1)):
        try:
            return raw[: len(raw) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
    return decode(raw)


def read_text(path: Path) -> str:
    """Return the whole text of a table, its lines ending with a newline alone.

    Raises
    ------
    BadInput
        It cannot be read, is binary, or is larger than 512 MiB.

    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_TABLE_BYTES:
            raise BadInput(f"{path.name} is larger than 512 MiB; split it.")
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}.") from error
    text = decode(raw)
    if "\0" in text:
        raise BadInput(f"{path.name} is not a text table.")
    # Only these end a line; str.splitlines would also break labels at rarer characters.
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Row(NamedTuple):
    """One row: its line number in the file, and its cells (as written, blanks stripped)."""

    line: int
    values: Sequence[str]  # at least as many as the table has columns
    position: Mapping[str, int]  # of each column; all rows of a table share it
    beyond: tuple[str, ...] = ()  # cells after the last column

    def get(self, column: str | None) -> str:
        """Return the cell of a column; "" where the table lacks it."""
        at = self.position.get(column) if column else None
        return "" if at is None else self.values[at]

    @property
    def cells(self) -> dict[str, str]:
        """The cells by column name."""
        return {column: self.values[at] for column, at in self.position.items()}


@dataclass(frozen=True)
class Table:
    """A table with a header line."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    delimiter: str

    def column(self, *names: str) -> str | None:
        """Return the first of these columns that the table has, whatever their case, blanks and underscores."""
        mine = {plain(column): column for column in self.columns}
        return next((mine[plain(name)] for name in names if plain(name) in mine), None)


def plain(column: str) -> str:
    """Return a column name for comparing."""
    return column.casefold().translate(_WITHOUT)


def delimiter_of(line: str) -> str:
    """Tab, semicolon, comma or bar, whichever is commonest in a header line."""
    return max(("\t", ";", ",", "|"), key=line.count)


def columns_of(line: str) -> list[str]:
    """Column names of a header line; none where a cell is too long to be a name."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter_of(line)), [])]
    except csv.Error:
        return []


def numbered(count: int) -> tuple[str, ...]:
    """Names for the columns of a table without a header: "column 1" and so on."""
    return tuple(f"column {i + 1}" for i in range(count))


def check_size(rows: int, columns: int = 1) -> None:
    """Refuse a table of more rows or cells than there is memory for.

    Raises
    ------
    BadInput
        There are more than `MAX_ROWS` rows, or `MAX_CELLS` cells.

    """
    if rows > MAX_ROWS or rows * columns > MAX_CELLS:
        of_columns = f" and {columns:,} columns" if columns > 1 else ""
        raise BadInput(
            f"The table has {rows:,} rows{of_columns}; up to {MAX_ROWS:,} rows and {MAX_CELLS:,} cells are read. "
            "Split it into several tables, or leave out the columns that are not needed."
        )


def parse_table(text: str, header: bool = True, above: int = 0) -> Table:
    """Parse a table; blank lines are passed over, missing cells are "".

    Parameters
    ----------
    header
        Whether the first line names the columns; else they are `numbered`.
    above
        Lines before it that are passed over, blank ones not counted.

    Raises
    ------
    BadInput
        It has no line, more rows or cells than memory is for, or quotes that do not close.

    """
    check_size(text.count("\n"))
    lines = text.lstrip("\ufeff").split("\n")
    first = next(islice((i for i, line in enumerate(lines) if line.strip()), above, None), None)
    if first is None:
        raise BadInput("The table is empty: not even a header line.")
    # Excel writes the separator into a line of its own.
    named = re.fullmatch(r'"?sep=(.|\\t)"?\s*', lines[first].strip(" "))
    if named:
        delimiter = "\t" if named[1] == "\\t" else named[1]
        first += 1
    else:
        delimiter = delimiter_of(lines[first])
    whole = "\n".join(lines[first:])
    del lines  # of a million rows each copy counts
    body = io.StringIO(whole)
    reader = csv.reader(
        body, delimiter=delimiter, quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    )
    try:
        columns = tuple(undone(cell.strip().strip('"')) for cell in next(reader, ()))
        if not header:
            columns, body = numbered(len(columns)), io.StringIO(whole)
            reader = csv.reader(body, dialect=reader.dialect)
        check_size(whole.count("\n") - whole.endswith("\n"), len(columns))
        rows = tuple(_rows(reader, columns, first, delimiter == "\t"))
        if delimiter != "\t" and may_hold_defused(text):
            rows = tuple(row._replace(values=[undone(cell) for cell in row.values]) for row in rows)
        if delimiter != "\t" and text.count('"') % 2:
            _check_quotes(whole, delimiter)
    except csv.Error as error:
        raise BadInput(f"The table is broken at line {first + reader.line_num}: {error}.") from error
    return Table(columns, rows, delimiter)


def _check_quotes(text: str, delimiter: str) -> None:
    """Raise csv.Error where a quote opens a cell and never closes: all that follows would be that cell."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise csv.Error("a quotation mark is not closed") from error


def _rows(reader: Reader, columns: tuple[str, ...], first: int, tabbed: bool) -> Iterator[Row]:
    position, n_columns = positions(columns), len(columns)
    for cells in reader:
        # In tables with tabs quotes are part of the text, except round a whole cell.
        cells = list(map(_unquote if tabbed else str.strip, cells))
        if any(cells):
            missing = n_columns - len(cells)
            beyond = tuple(cell for cell in cells[n_columns:] if cell) if missing < 0 else ()
            yield Row(
                first + reader.line_num, cells + [""] * missing if missing > 0 else cells, position, beyond
            )


def positions(columns: Sequence[str]) -> dict[str, int]:
    """Return where the cell of each column stands in `Row.values`; of columns of one name, the last counts."""
    return {column: i for i, column in enumerate(columns)}


def _unquote(cell: str) -> str:
    cell = cell.strip()
    if len(cell) >= 2 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def number(text: str) -> float | None:
    """Return a finite number with point or comma as decimal mark; None for anything else."""
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text)  # which passes over blanks round it
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None


def hertz(text: str) -> float | None:
    """Return a frequency in Hz; None if it is missing or not above or at zero (Audacity writes -1 for "none")."""
    value = number(text)
    return value if value is not None and value >= 0 else None
