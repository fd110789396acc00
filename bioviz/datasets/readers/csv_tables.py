"""CSV tables: `path,label[,split]` (one clip a file) or `path,start_s,end_s,label[,low_hz,high_hz,split]` (boxes)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.readers import birdnet, kaleidoscope
from bioviz.datasets.readers.base import RawAnnotation, RawDataset
from bioviz.datasets.readers.files import Files
from bioviz.datasets.readers.locate import Locator
from bioviz.datasets.readers.text import (
    Row,
    Table,
    columns_of,
    head,
    hertz,
    number,
    parse_table,
    plain,
    read_text,
)
from bioviz.datasets.splits import as_split
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput

name = "csv"
title = "CSV table: path, label or path, start_s, end_s, label"

_SUFFIXES = (".csv", ".tsv")
_PATH = ("path", "file", "filename", "file path", "recording", "sound.files", "wav_filename", "Begin File")
_LABEL = (
    "label",
    "species",
    "class",
    "category",
    "annotation",
    "common name",
    "scientific name",
    "primary_label",
)
_START = (
    "start_s",
    "start",
    "start time",
    "start (s)",
    "start_time_s",
    "begin",
    "begin_s",
    "onset",
    "onset_s",
)
_END = ("end_s", "end", "end time", "end (s)", "end_time_s", "stop", "offset", "offset_s")
_LOW = ("low_hz", "low freq", "low_freq_hz", "min_freq", "freq_min", "low freq (hz)")
_HIGH = ("high_hz", "high freq", "high_freq_hz", "max_freq", "freq_max", "high freq (hz)")
_SPLIT = ("split", "subset", "partition")


@dataclass(frozen=True)
class _Columns:
    path: str
    label: str
    start: str | None
    end: str | None
    low: str | None
    high: str | None
    split: str | None

    @classmethod
    def of(cls, table: Table, label_column: str | None) -> _Columns | None:
        path = table.column(*_PATH)
        label = table.column(label_column) if label_column else table.column(*_LABEL)
        if path is None or label is None:
            return None
        start, end = table.column(*_START), table.column(*_END)
        if start is None or end is None:
            start = end = None
        more = (table.column(*names) for names in (_LOW, _HIGH, _SPLIT))
        return cls(path, label, start, end, *more)


@dataclass
class _Collected:
    """What the tables say: labels and split of recordings in order of first mention, boxes, problems."""

    labels: dict[str, list[str]] = field(default_factory=dict)
    split: dict[str, str] = field(default_factory=dict)
    boxes: list[RawAnnotation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)

    def mention(self, recording: str, split: str, table: str) -> None:
        self.labels.setdefault(recording, [])
        known = self.split.setdefault(recording, split)
        if not known:
            self.split[recording] = split
        elif split and split != known:
            detail = f"{recording} is in {known} and in {split}; it stays whole in {known}"
            if (found := problem("split", table, detail)) not in self.problems:
                self.problems.append(found)


def _columns_at(path: Path, label_column: str | None) -> _Columns | None:
    if birdnet.is_table(path) or kaleidoscope.is_table(path):
        return None
    return _Columns.of(Table(tuple(columns_of(head(path))), (), ","), label_column)


def _tables(files: Files, label_column: str | None) -> list[str]:
    """Tables of this format in the root, else in the folders just below; boxes go before whole-file labels."""
    for depth in (0, 1):
        found = {
            table: columns
            for table in files.tables(*_SUFFIXES)
            if table.count("/") == depth and (columns := _columns_at(files.root / table, label_column))
        }
        if found:
            boxes = [table for table, columns in found.items() if columns.start]
            return boxes or list(found)
    return []


def sniff(root: Path) -> float:
    files = Files.below(root)
    tables = _tables(files, None) if files.audio else []
    if not tables:
        return 0.0
    return 0.92 if "/" not in tables[0] else 0.7


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    tables = files.chosen(options.table, _tables(files, options.label_column))
    if not tables:
        raise BadInput(f"{root} holds no CSV with the columns path and label (and start_s, end_s for boxes).")
    collected = _Collected()
    with_boxes = False
    for table_name in tables:
        try:
            table = parse_table(read_text(root / table_name))
            columns = _Columns.of(table, options.label_column)
            if columns is None:
                raise BadInput(f"It needs columns path and label; it has {', '.join(table.columns)}.")
        except BadInput as error:
            collected.problems.append(problem("bad_table", table_name, str(error)))
            continue
        with_boxes |= columns.start is not None
        locator = Locator(files, table_name)
        _collect(table.rows, columns, locator, _split_of_table(table_name), collected)
        if not table.rows:
            collected.problems.append(problem("empty_table", table_name, "it has a header and no rows"))
        collected.problems += locator.problems
        collected.doubtful |= locator.doubtful
    return _dataset(files, collected, with_boxes, options)


def _collect(rows: Iterable[Row], columns: _Columns, locator: Locator, split: str, into: _Collected) -> None:
    used = {plain(column) for column in vars(columns).values() if column}
    for row in rows:
        if not row.get(columns.path):
            locator.row_problem(row.line, f"{columns.path} is empty")
            continue
        where = locator.find(row.get(columns.path))
        if where is None:
            continue
        into.mention(where, as_split(row.get(columns.split)) or split, locator.table)
        label = row.get(columns.label)
        if columns.start is None:
            if label not in into.labels[where]:
                into.labels[where].append(label)
            continue
        if not (label or row.get(columns.start) or row.get(columns.end)):
            continue  # a recording that was listened to and holds nothing
        start, end = number(row.get(columns.start)), number(row.get(columns.end))
        if start is None or end is None:
            locator.row_problem(row.line, f"{columns.start} or {columns.end} is not a number")
            continue
        extras = {column: value for column, value in row.cells.items() if value and plain(column) not in used}
        low, high = hertz(row.get(columns.low)), hertz(row.get(columns.high))
        into.boxes.append(RawAnnotation(where, start, end, label, low, high, extras))


def _dataset(files: Files, collected: _Collected, with_boxes: bool, options: Options) -> RawDataset:
    listed, left_out = files.listed(collected.labels, options.unannotated, collected.doubtful)
    recordings = tuple(
        replace(
            one, labels=tuple(collected.labels.get(one.name, ())), split=collected.split.get(one.name, "")
        )
        for one in listed
    )
    task = "detection" if with_boxes else "classification"
    problems = tuple(collected.problems + left_out)
    return RawDataset(task, recordings, tuple(collected.boxes), problems)


def _split_of_table(table: str) -> str:
    """The split in a table's name, as in annotations.train.csv or test.csv."""
    words = table.rsplit("/", 1)[-1].replace("_", ".").replace("-", ".").split(".")
    return next((split for word in reversed(words) if (split := as_split(word))), "")
