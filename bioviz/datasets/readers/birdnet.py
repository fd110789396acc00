"""Recordings with BirdNET result tables (CSV): one a recording, or one for all with a column File."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bioviz.datasets.options import Options
from bioviz.datasets.readers.base import RawAnnotation, RawDataset
from bioviz.datasets.readers.files import Files
from bioviz.datasets.readers.locate import Locator
from bioviz.datasets.readers.tabular import read_tables, times
from bioviz.datasets.readers.text import columns_of, head, number, parse_table, plain
from bioviz.errors import BadInput

name = "birdnet"
title = "Recordings with BirdNET result tables (CSV)"

_LABELS = ("Common name", "Scientific name", "Label")


def is_table(path: Path) -> bool:
    """Whether a file's first line is the header of a BirdNET CSV."""
    columns = {plain(column) for column in columns_of(head(path))}
    return {"start(s)", "end(s)", "confidence"} <= columns and bool(
        {"commonname", "scientificname"} & columns
    )


def sniff(root: Path) -> float:
    files = Files.below(root)
    return 0.95 if files.audio and any(is_table(root / table) for table in files.tables(".csv")) else 0.0


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    tables = files.chosen(options.table, (t for t in files.tables(".csv") if is_table(root / t)))
    if not tables:
        raise BadInput(
            f"{root} holds no BirdNET table (columns Start (s), End (s), Common name, Confidence)."
        )
    return read_tables(
        files,
        tables,
        lambda text, locator: _annotations(text, locator, options),
        options,
        width_s=3.0,
        hop_s=3.0,
    )


def _annotations(text: str, locator: Locator, options: Options) -> Iterator[RawAnnotation]:
    table = parse_table(text)
    begin, end = table.column("Start (s)"), table.column("End (s)")
    if begin is None or end is None:
        raise BadInput("The columns Start (s) and End (s) are missing.")
    confidence, file = table.column("Confidence"), table.column("File", "Begin Path", "Path")
    label = table.column(options.label_column) if options.label_column else table.column(*_LABELS)
    used = {begin, end, label, file}
    for row, start, stop in times(table.rows, begin, end, locator):
        where = locator.find(row.get(file))
        sure = number(row.get(confidence))
        if where is None or (sure is not None and sure < options.min_confidence):
            continue
        extras = {column: value for column, value in row.cells.items() if value and column not in used}
        yield RawAnnotation(where, start, stop, row.get(label), extras=extras)
