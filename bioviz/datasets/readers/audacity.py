"""Recordings beside Audacity label tracks: start, end, label with tabs, no header; a line that begins with a
backslash holds the frequencies of the label before it. A track belongs to the recording of its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bioviz.datasets.options import Options
from bioviz.datasets.readers.base import RawAnnotation, RawDataset
from bioviz.datasets.readers.files import Files
from bioviz.datasets.readers.locate import Locator
from bioviz.datasets.readers.tabular import read_tables
from bioviz.datasets.readers.text import head, hertz, number
from bioviz.errors import BadInput

name = "audacity"
title = "Recordings with Audacity label tracks"

_NUMBER = r"-?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?"
_FIRST_LINE = re.compile(rf"^\s*{_NUMBER}\t{_NUMBER}(?:\t|$)")


def _tracks(files: Files) -> tuple[list[str], list[str]]:
    """Label tracks, and files without a line that stand beside a recording of their name (empty tracks)."""
    tracks, empty = [], []
    stems = {name.rpartition(".")[0] for name in files.audio}
    for table in files.tables(".txt"):
        first = head(files.root / table)
        if _FIRST_LINE.match(first):
            tracks.append(table)
        elif not first and table.rpartition(".")[0] in stems:
            empty.append(table)
    return tracks, empty


def sniff(root: Path) -> float:
    files = Files.below(root)
    if not files.audio:
        return 0.0
    tracks, empty = _tracks(files)
    return 0.85 if tracks else 0.35 if empty else 0.0


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    tables = files.chosen(options.table, sorted(table for group in _tracks(files) for table in group))
    if not tables:
        raise BadInput(f"{root} holds no Audacity label track (a .txt with lines of start, end, label).")
    return read_tables(files, tables, _annotations, options)


def _annotations(text: str, locator: Locator) -> Iterator[RawAnnotation]:
    held: RawAnnotation | None = None  # a label waits for the line with its frequencies
    for line, content in enumerate(text.split("\n"), start=1):
        cells = content.split("\t")
        if cells[0].strip() == "\\":
            if held is not None and len(cells) >= 3:
                held = replace(held, low_hz=hertz(cells[1]), high_hz=hertz(cells[2]))
            continue
        if held is not None:
            yield held
            held = None
        if not content.strip():
            continue
        start = number(cells[0])
        end = number(cells[1]) if len(cells) > 1 else None
        if start is None or end is None:
            locator.row_problem(line, "start or end is not a number")
            continue
        if (where := locator.find("")) is not None:
            held = RawAnnotation(where, start, end, " ".join(cells[2:]).strip())
    if held is not None:
        yield held
