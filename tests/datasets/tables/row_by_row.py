"""A table read the slow way, row by row, all looked up anew for each: what `read_mapped` must equal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

Box = tuple[str, float, float, str, float | None, float | None, tuple[tuple[str, str], ...], bool]
ROLES = ("path", "start", "end", "label", "low", "high", "confidence")


def boxes_row_by_row(
    text: str, columns: Mapping[str, str], recordings: set[str], least: float = 0.0
) -> tuple[list[Box], list[int]]:
    """Read boxes in seconds and Hz from a table with commas.

    Args:
        columns: what the columns are, by ROLES.
        recordings: names of those that are there.
        least: confidence below which a box is weak.

    Returns:
        The boxes in the order of the rows, and the lines of rows whose times cannot be read.
    """
    boxes: list[Box] = []
    bad: list[int] = []
    for line, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        cells = {" ".join(name.split()): (cell or "").strip() for name, cell in row.items()}
        if not any(cells.values()):
            continue
        name = cells[columns["path"]]
        sure = _number(cells[columns["confidence"]])
        if name not in recordings:
            continue
        weak = sure is not None and sure < least
        start, end = _seconds(cells[columns["start"]]), _seconds(cells[columns["end"]])
        if start is None or end is None:
            if cells[columns["start"]] or cells[columns["end"]] or cells[columns["label"]]:
                bad.append(line)
            continue
        low, high = (
            hz if (hz := _number(cells[columns[role]])) is not None and hz >= 0 else None
            for role in ("low", "high")
        )
        others = tuple(
            (other, cell)
            for other, cell in cells.items()
            if cell and other not in {columns[role] for role in ROLES}
        )
        boxes.append((name, start, end, cells[columns["label"]], low, high, others, weak))
    return boxes, bad


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ".") if "." not in text else text)
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None


def _seconds(text: str) -> float | None:
    if clock := re.fullmatch(r"(?:(\d+):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)", text):
        hours, minutes, seconds = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
    return _number(text)
