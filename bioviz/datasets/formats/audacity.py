"""Audacity label tracks, read and written: start, end, label with tabs, no header.

A line that begins with a backslash holds the frequencies of the label before it. A track belongs to the recording of
its name.

BirdNET writes such files with a fourth cell, its confidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables import exported
from bioviz.datasets.tables.selections import Selection, cell
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import hertz, number

name = "audacity"
title = "Audacity label tracks"
source = "people"

own_options = ("min_confidence",)

_NUMBER = r"-?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?"
_FIRST_LINE = re.compile(rf"^\s*{_NUMBER}\t{_NUMBER}(?:\t|$)")


def recognizes(file: SourceFile) -> float:
    """Whether the first line is one of a label track, or the file is empty and named like a recording."""
    if file.suffix != ".txt":
        return 0.0
    if _FIRST_LINE.match(file.first_line):
        return 0.85
    stem = file.name.rpartition(".")[0]
    is_empty = not file.first_line and _size(file) == 0
    return 0.35 if is_empty and any(name.rpartition(".")[0] == stem for name in file.files.audio) else 0.0


def _size(file: SourceFile) -> int:
    try:
        return file.path.stat().st_size
    except OSError:
        return -1


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a label track. Recordings with a line whose times are no numbers become unsure."""
    content, text = TableContent(), file.text()
    boxes = _annotations(text, locator, content)
    if _has_confidence(text):
        content.source = "machine"
        boxes = _with_confidence(boxes, content, options)
    content.annotations += boxes
    spans = [(box.start_s, box.end_s) for box in content.annotations]
    noted = exported.note_of(file.files.root, file.name, file.files.names)
    if noted is not None and noted[0].fits(spans):
        content.are_clips = True
        content.splits = dict.fromkeys(locator.mentioned, noted[1])
    return content


def _has_confidence(text: str) -> bool:
    """Whether every label is followed by one more cell, a number from 0 to 1."""
    cells = [line.split("\t")[3:] for line in text.split("\n") if line.strip() and not line.startswith("\\")]
    values = [number(rest[0]) if len(rest) == 1 else None for rest in cells]
    return bool(values) and all(value is not None and 0 <= value <= 1 for value in values)


def _with_confidence(
    boxes: Iterable[RawAnnotation], content: TableContent, options: Options
) -> Iterator[RawAnnotation]:
    for box in boxes:
        label, _, confidence = box.label.rpartition(" ")
        weak = not content.is_sure(number(confidence), options)
        yield replace(box, label=label, extras={"confidence": confidence}, weak=weak)


def _annotations(text: str, locator: Locator, content: TableContent) -> Iterator[RawAnnotation]:
    waiting: RawAnnotation | None = None  # a label waits for the line with its frequencies
    for line, written in enumerate(text.split("\n"), start=1):
        cells = written.split("\t")
        if cells[0].strip() == "\\":
            if waiting is not None and len(cells) >= 3:
                waiting = replace(waiting, low_hz=hertz(cells[1]), high_hz=hertz(cells[2]))
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        if not written.strip():
            continue
        start = number(cells[0])
        end = number(cells[1]) if len(cells) > 1 else None
        if start is None or end is None:
            locator.row_problem(line, "start or end is not a number")
            if (recording := locator.find("")) is not None:
                content.unsure.add(recording)
            continue
        if (recording := locator.find("")) is not None:
            waiting = RawAnnotation(recording, start, end, " ".join(cells[2:]).strip())
    if waiting is not None:
        yield waiting


def label_track(selections: Iterable[Selection]) -> str:
    """Return a label track; a second line with a backslash holds the frequencies where both are known."""
    lines = []
    for selection in selections:
        lines.append(f"{selection.start_s:.6f}\t{selection.end_s:.6f}\t{cell(selection.label)}")
        if selection.low_hz is not None and selection.high_hz is not None:
            lines.append(f"\\\t{selection.low_hz:.6f}\t{selection.high_hz:.6f}")
    return "".join(line + "\n" for line in lines)
