"""Recordings with a Kaleidoscope result table (cluster.csv, id.csv, meta.csv)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bioviz.datasets.options import Options
from bioviz.datasets.readers.base import RawAnnotation, RawDataset
from bioviz.datasets.readers.files import Files
from bioviz.datasets.readers.locate import Locator
from bioviz.datasets.readers.tabular import read_tables
from bioviz.datasets.readers.text import Row, Table, columns_of, head, number, parse_table, plain
from bioviz.errors import BadInput

name = "kaleidoscope"
title = "Recordings with Kaleidoscope result tables (CSV)"

# A person's word goes before the program's.
_LABELS = ("MANUAL ID", "TOP1MATCH", "AUTO ID")


def is_table(path: Path) -> bool:
    """Whether a file's first line is the header of a Kaleidoscope table."""
    return {"indir", "infile", "offset", "duration"} <= {plain(column) for column in columns_of(head(path))}


def sniff(root: Path) -> float:
    files = Files.below(root)
    return 0.95 if files.audio and any(is_table(root / table) for table in files.tables(".csv")) else 0.0


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    tables = files.chosen(options.table, (t for t in files.tables(".csv") if is_table(root / t)))
    if not tables:
        raise BadInput(f"{root} holds no Kaleidoscope table (columns INDIR, IN FILE, OFFSET, DURATION).")
    return read_tables(files, tables, lambda text, locator: _annotations(text, locator, options), options)


def _annotations(text: str, locator: Locator, options: Options) -> Iterator[RawAnnotation]:
    table = parse_table(text)
    columns = [table.column(one) for one in ("INDIR", "FOLDER", "IN FILE", "OFFSET", "DURATION")]
    indir, folder, file, offset, duration = columns
    if file is None or offset is None or duration is None:
        raise BadInput("The columns IN FILE, OFFSET and DURATION are missing.")
    labels = [options.label_column] if options.label_column else list(_LABELS)
    label_columns = [column for one in labels if (column := table.column(one))]
    low, high = table.column("Fmin"), table.column("Fmax")
    for row in table.rows:
        start, length = number(row.get(offset)), number(row.get(duration))
        if start is None or length is None:
            locator.row_problem(row.line, f"{offset} or {duration} is not a number")
            continue
        path = "/".join(part for part in (row.get(indir), row.get(folder), row.get(file)) if part)
        if (where := locator.find(path)) is None:
            continue
        label = next((row.get(column) for column in label_columns if row.get(column)), "")
        yield RawAnnotation(
            where, start, start + length, label, *_band(row, low, high), extras=_extras(row, table, columns)
        )


def _band(row: Row, low: str | None, high: str | None) -> tuple[float | None, float | None]:
    """Frequencies in Hz. Bat tables give kHz, cluster tables Hz; no call has its highest frequency below 500 Hz
    in the one or above 500 kHz in the other."""
    low_hz, high_hz = number(row.get(low)), number(row.get(high))
    if low_hz is None or high_hz is None or high_hz <= 0:
        return None, None
    scale = 1000.0 if high_hz < 500 else 1.0
    return low_hz * scale, high_hz * scale


def _extras(row: Row, table: Table, used: list[str | None]) -> dict[str, str]:
    wanted = ("CHANNEL", "DATE", "TIME", "TOP1DIST", "AUTO ID", "MANUAL ID", "TOP1MATCH", "MATCH RATIO")
    columns = {column for one in wanted if (column := table.column(one))} - set(used)
    return {column: row.get(column) for column in sorted(columns) if row.get(column)}
