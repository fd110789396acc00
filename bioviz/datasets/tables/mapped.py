"""Reading a table by a `ColumnMapping`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.recorded_at import time_from_name
from bioviz.datasets.splits import as_split
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.tabular import TOO_MANY_CELLS
from bioviz.datasets.tables.text import Row, Table, hertz, number, plain, positions
from bioviz.errors import BadInput

_CLOCK = re.compile(r"^\s*(?:(\d+):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)\s*$")
_SCALE = {"s": 1.0, "ms": 1e-3, "min": 60.0}
_NO_EXTRAS: Mapping[str, str] = {}  # one for all rows: a million of them are a burden
_YES, _NO = {"1", "1.0", "true", "yes", "x", "present"}, {"0", "0.0", "false", "no", "", "absent"}


def read_mapped(
    table: Table, mapping: ColumnMapping, locator: Locator, options: Options, split: str = ""
) -> TableContent:
    """Boxes or labels of files from a table whose columns are known.

    A row whose times cannot be read becomes a problem, and its recording unsure.

    Parameters
    ----------
    table : Table
        The whole table.
    mapping : ColumnMapping
        Of its columns; complete.
    locator : Locator
        Finds the recordings and takes the problems.
    options : Options
        For the least confidence.
    split : str
        Of recordings for which the table has no column, "" if none.

    Raises
    ------
    BadInput
        The mapping names a column that the table lacks, or is not complete.
    """
    mapping = mapping.fitted(table.columns)
    if not mapping.complete:
        raise BadInput(
            "It needs a column with labels, and columns with the recording or with start and end "
            f"(or duration); it has {', '.join(table.columns)}."
        )
    content = TableContent(how=mapping.sentence())
    words = _Words(mapping)
    used = {plain(column) for column in mapping.used}
    others = [column for column in dict.fromkeys(table.columns) if plain(column) not in used]
    ends = mapping.end or mapping.duration
    is_logit = plain(mapping.confidence).startswith("logit")
    scale = 1000.0 if mapping.frequency_unit == "kHz" else 1.0
    position = positions(table.columns)
    path, begin, end, one_label, confidence, low, high, splits = (
        _cell_of(position, column)
        for column in (
            mapping.path, mapping.start, ends, mapping.label, mapping.confidence, mapping.low, mapping.high,
            mapping.split,
        )
    )  # fmt: skip
    extra_cells = [(column, position[column]) for column in others]
    is_plain = bool(mapping.label) and not mapping.label_columns and not mapping.separator
    for row in table.rows:
        cells = row.values
        if mapping.path and not path(cells):
            locator.row_problem(row.line, f"{mapping.path} is empty")
            continue
        recording = locator.find(path(cells))
        if recording is None:
            continue
        content.labels.setdefault(recording, [])
        row_split = as_split(splits(cells)) or split
        earlier = content.splits.setdefault(recording, row_split)
        if not earlier:
            content.splits[recording] = row_split
        elif row_split and row_split != earlier:
            locator.note(
                "split", f"{recording} is in {earlier} and in {row_split}; it stays whole in {earlier}"
            )
        if row.beyond:
            locator.row_problem(row.line, TOO_MANY_CELLS)
            content.unsure.add(recording)
            continue
        weak = not content.is_sure(_probability(confidence(cells), is_logit), options)
        if is_plain:
            labels = [one_label(cells) or mapping.empty]
        else:
            try:
                labels = list(labels_of_row(row, mapping, options.min_confidence))
            except ValueError as error:
                locator.row_problem(row.line, str(error))
                content.unsure.add(recording)
                continue
        if not mapping.timed:
            if weak:
                content.unsure.add(recording)
            else:
                _whole_file(content, recording, labels, words)
            continue
        span = begin(cells), end(cells)
        if not any(span) and not (one_label(cells) if mapping.label else any(labels)):
            continue  # a recording that was listened to and holds nothing
        start, stop = (_seconds(cell, mapping, locator, recording, i) for i, cell in enumerate(span))
        if start is None or stop is None:
            detail = f"{mapping.start} or {ends} is not a number" + _unit_hint(mapping)
            locator.row_problem(row.line, detail)
            content.unsure.add(recording)
            continue
        if not mapping.end:
            stop += start
        low_hz, high_hz = hertz(low(cells)), hertz(high(cells))
        extras = {column: value for column, at in extra_cells if (value := cells[at])} or _NO_EXTRAS
        for label in labels:
            if not words.background(label):
                box = RawAnnotation(
                    recording,
                    start,
                    stop,
                    label,
                    None if low_hz is None else low_hz * scale,
                    None if high_hz is None else high_hz * scale,
                    extras,
                    words.unknown(label),
                    words.dropped(label),
                    weak,
                )
                content.annotations.append(box)
    if mapping.timed:
        content.labels.clear()
    return content


def _cell_of(position: Mapping[str, int], column: str) -> Callable[[Sequence[str]], str]:
    """Return what takes a column's cell out of a row's values; "" where there is no such column."""
    return itemgetter(position[column]) if column else lambda cells: ""


class _Words:
    """What labels mean, by the mapping."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self._sets = [
            {word.casefold() for word in words}
            for words in (mapping.background, mapping.unknown, mapping.drop)
        ]

    def background(self, label: str) -> bool:
        return bool(self._sets[0]) and label.casefold() in self._sets[0]

    def unknown(self, label: str) -> bool:
        return bool(self._sets[1]) and label.casefold() in self._sets[1]

    def dropped(self, label: str) -> bool:
        return bool(self._sets[2]) and label.casefold() in self._sets[2]


def _whole_file(content: TableContent, recording: str, labels: list[str], words: _Words) -> None:
    earlier = content.labels[recording]
    for label in labels:
        if words.dropped(label):
            content.dropped.add(recording)
        elif words.unknown(label):
            content.unsure.add(recording)
        elif not words.background(label) and label not in earlier:
            earlier.append(label)


def _probability(cell: str, is_logit: bool) -> float | None:
    """Return a confidence between 0 and 1; of a logit, the probability that it stands for; None where it is none."""
    sure = number(cell) if cell else None
    if sure is None or not is_logit:
        return sure
    return 1 / (1 + math.exp(-max(-700.0, min(sure, 700.0))))


def labels_of_row(row: Row, mapping: ColumnMapping, least: float = 0.0) -> Iterator[str]:
    """Yield the labels of a row as written; for an empty cell what the mapping says of those, or "".

    Of columns that are labels, those count whose score is at least that of the mapping, else `least`, else 0.5.

    Raises
    ------
    ValueError
        A column of 0 and 1 holds neither, nor a score.
    """
    if mapping.label_columns:
        enough = number(mapping.least_score) if mapping.least_score else None
        enough = (least or 0.5) if enough is None else enough
        for column in mapping.label_columns:
            cell = row.get(column).casefold()
            if cell in _YES:
                yield column
            elif cell not in _NO:
                value = number(cell)
                if value is None:
                    raise ValueError(f"{column} is neither 0 nor 1")
                if value >= enough:
                    yield column
        return
    text = row.get(mapping.label)
    parts = [part.strip() for part in text.split(mapping.separator)] if mapping.separator else [text]
    yield from (part for part in parts if part) if any(parts) else [mapping.empty]


def _seconds(
    cell: str, mapping: ColumnMapping, locator: Locator, recording: str, position: int
) -> float | None:
    """Return a time as seconds from the start of its recording; None where the cell does not tell."""
    if position == 1 and not mapping.end and mapping.time_unit == "date":
        return number(cell)  # a duration beside dates is in seconds
    if mapping.time_unit == "date":
        return _since_start(cell, recording)
    if ":" in cell and (clock := _CLOCK.match(cell)):
        hours, minutes, seconds = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
    if mapping.time_unit == "clock":
        return None
    value = number(cell)
    if value is None:
        return None
    if mapping.time_unit == "samples":
        rate = locator.sample_rate(recording)
        return None if rate is None else value / rate
    return value * _SCALE[mapping.time_unit]


def _since_start(cell: str, recording: str) -> float | None:
    begun = time_from_name(recording)
    try:
        at = datetime.fromisoformat(cell.strip())
    except ValueError:
        return None
    if begun is None:
        return None
    if at.tzinfo is None or begun.tzinfo is None:  # the same clock, whatever its zone
        at, begun = (each.replace(tzinfo=UTC) for each in (at, begun))
    return (at - begun).total_seconds()


def _unit_hint(mapping: ColumnMapping) -> str:
    if mapping.time_unit == "date":
        return " of a recording whose name tells when it began"
    return f" of {mapping.time_unit}" if mapping.time_unit in ("samples",) else ""
