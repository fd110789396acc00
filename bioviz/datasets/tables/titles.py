"""Lines above the header of a table: titles, settings of a recorder, comments."""

from __future__ import annotations

from collections.abc import Sequence

from bioviz.datasets.tables.column_names import guess
from bioviz.datasets.tables.text import columns_of, delimiter_of, number

_MOST = 30  # lines above a header
_ALIKE = 2  # rows that must have as many cells as a header whose names say nothing
_COMMENTS = ("#", "%", "//")
_NO_TABLES = ("{", "[", "<", "sep=", '"sep=')  # or a line that only names the separator


def title_lines(lines: Sequence[str]) -> int:
    """Count the lines above the header of a table, where it is clear which line that is; else 0.

    The header is the first line whose names tell recording or times and label, below lines that have fewer cells
    and hold no data; or the first of several lines of as many cells, below lines of one cell.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the table that are not blank.
    """
    if (
        not lines
        or lines[0].lstrip("\ufeff ").startswith(_NO_TABLES)
        or _tells(lines[0])
        or _has_data(lines[0])
    ):
        return 0
    widest = 0
    for at, line in enumerate(lines[: _MOST + 1]):
        if line.lstrip().startswith(_COMMENTS) and not _tells(line):
            continue
        cells = _cells(line)
        if at and len(cells) > widest and _tells(line):
            return at
        if (
            at
            and widest <= 1
            and len(cells) > 2
            and not _has_data(line)
            and _is_followed(lines[at:], len(cells))
        ):
            return at
        if _has_data(line):
            return 0  # data begin before any header was seen
        widest = max(widest, len(cells))
    return 0


def _cells(line: str) -> list[str]:
    return [cell for cell in columns_of(line) if cell]


def _tells(line: str) -> bool:
    """Whether a line's cells are names of columns that are enough to read a table."""
    cells = _cells(line)
    return len(cells) > 1 and guess(cells).complete


def _has_data(line: str) -> bool:
    """Whether a line has numbers among several cells."""
    cells = _cells(line)
    return len(cells) > 2 and any(number(cell) is not None for cell in cells)


def _is_followed(lines: Sequence[str], count: int) -> bool:
    """Whether rows of as many cells as the header come next."""
    delimiter = delimiter_of(lines[0])
    rows = [len(columns_of(line)) for line in lines[1 : 1 + _ALIKE] if delimiter in line]
    return len(rows) == _ALIKE and all(n >= count for n in rows)
