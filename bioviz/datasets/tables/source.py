"""What a format sees of a file: its name, its first lines, and the whole of it where it asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from bioviz.datasets.files.scan import Files
from bioviz.datasets.tables.encodings import Encoding
from bioviz.datasets.tables.parquet import PARQUET, parquet_columns, parquet_table
from bioviz.datasets.tables.text import (
    HEAD_BYTES,
    Table,
    beginning,
    columns_of,
    encoding_of,
    parse_table,
    plain,
    read_text,
)
from bioviz.datasets.tables.titles import title_lines
from bioviz.errors import BadInput


@dataclass(frozen=True)
class SourceFile:
    """One file of a dataset's folder that is not sound."""

    files: Files
    name: str

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.files.root / self.name

    @property
    def suffix(self) -> str:
        """The ending with its dot, in small letters."""
        return PurePosixPath(self.name).suffix.lower()

    @cached_property
    def beginning(self) -> str:
        """The first 64 KiB as text; "" if it is binary or cannot be read."""
        return beginning(self.path)

    @cached_property
    def first_line(self) -> str:
        """The first line that is not blank; "" if there is none."""
        return self._lines[0] if self._lines else ""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The cells of the first line, or of the second where the first only names the separator ("sep=;")."""
        try:
            if self.suffix == PARQUET:
                return parquet_columns(self.path)
            above = len(self.titles)
            return parse_table("\n".join(self._lines[above : above + 2])).columns
        except BadInput:
            return tuple(columns_of(self.first_line))

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The lines above the header of a table that are no part of it: titles and comments."""
        return tuple(self._lines[: title_lines(self._lines)])

    @cached_property
    def plain_columns(self) -> frozenset[str]:
        """The columns for comparing: without case, blanks, dashes and underscores."""
        return frozenset(map(plain, self.columns))

    @cached_property
    def first_row(self) -> tuple[str, ...]:
        """The cells of the row after the header; () if there is none."""
        try:
            table = self._parquet if self.suffix == PARQUET else self._first_fifty
            rows = table.rows
        except BadInput:
            return ()
        return tuple(rows[0].cells.values()) if rows else ()

    def first_rows(self, header: bool = True) -> Table:
        """Return the table as far as its first 64 KiB go. Raises BadInput where it is none."""
        if self.suffix == PARQUET:
            return self._parquet
        text = "\n".join(self._lines)
        whole = len(text) < HEAD_BYTES // 2 or len(self._lines) < 3
        return parse_table(text if whole else text.rpartition("\n")[0], header, self._above(header))

    @cached_property
    def encoding(self) -> Encoding | None:
        """How its letters are read where it is in no Unicode; None where it is, or cannot be read."""
        try:
            return encoding_of(self.path)
        except OSError:
            return None

    def text(self) -> str:
        """Return the whole text. Raises BadInput where it cannot be read or is binary."""
        return read_text(self.path)

    def table(self, header: bool = True) -> Table:
        """Return the whole file as a table. Raises BadInput where it is none."""
        return (
            self._parquet if self.suffix == PARQUET else parse_table(self.text(), header, self._above(header))
        )

    def _above(self, header: bool) -> int:
        return len(self.titles) if header else 0

    @property
    def _first_fifty(self) -> Table:
        above = len(self.titles)
        return parse_table("\n".join(self._lines[above : above + 50]))

    @cached_property
    def _parquet(self) -> Table:
        return parquet_table(self.path)

    @cached_property
    def _lines(self) -> list[str]:
        text = self.beginning.replace("\r\n", "\n").replace("\r", "\n")
        return [line for line in text.split("\n") if line.strip()]
