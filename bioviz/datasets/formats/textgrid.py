"""Praat's TextGrid, long and short: intervals and points of all tiers; empty intervals say that nothing is there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BadInput

name = "textgrid"
title = "Praat TextGrid"
source = "people"
own_options = ("label_column",)
labels_are_columns = False  # the option names a tier

# In both layouts the values come in the same order: texts in quotes, numbers, and the flag <exists>.
_VALUE = re.compile(
    r'"((?:[^"]|"")*)"|(?<![\w\[.])(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w\]])|<(exists|absent)>'
)


def recognizes(file: SourceFile) -> float:
    """Whether it begins like a TextGrid."""
    start = file.beginning[:500]
    return 0.96 if "ooTextFile" in start and "TextGrid" in start else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read the tiers; `options.label_column` names one of them."""
    content = TableContent()
    recording = locator.find("")
    tiers = list(_tiers(file.text()))
    names = [tier for tier, _ in tiers]
    if options.label_column and options.label_column not in names:
        raise BadInput(f"It has no tier {options.label_column!r}; it has {', '.join(names) or 'none'}.")
    for tier, marks in tiers:
        if recording is None or (options.label_column and tier != options.label_column):
            continue
        for start, stop, label in marks:
            if label.strip():
                content.annotations.append(
                    RawAnnotation(recording, start, stop, label.strip(), extras={"tier": tier})
                )
    content.how = f"tiers: {', '.join((options.label_column and [options.label_column]) or names)}"
    return content


def _tiers(text: str) -> Iterator[tuple[str, list[tuple[float, float, str]]]]:
    values = iter(_values(text))
    try:
        _skip_to(values, "exists")
        count = int(_number(next(values)))
        for _ in range(count):
            kind, tier = _text(next(values)), _text(next(values))
            for _ in ("start", "end"):  # of the tier itself
                next(values)
            size = int(_number(next(values)))
            marks = []
            for _ in range(size):
                start = _number(next(values))
                stop = _number(next(values)) if kind == "IntervalTier" else start
                marks.append((start, stop, _text(next(values))))
            yield tier, marks
    except (StopIteration, TypeError, ValueError, OverflowError) as error:
        raise BadInput("It breaks off, or is no TextGrid.") from error


def _values(text: str) -> Iterator[tuple[str, str]]:
    body = text.split("TextGrid", 1)[-1]
    for match in _VALUE.finditer(body.split('"', 1)[-1]):
        if match[3] is not None:
            yield "flag", match[3]
        elif match[2] is not None:
            yield "number", match[2]
        else:
            yield "text", match[1].replace('""', '"')


def _skip_to(values: Iterator[tuple[str, str]], flag: str) -> None:
    for kind, value in values:
        if kind == "flag" and value == flag:
            return
    raise ValueError("no tiers")


def _number(value: tuple[str, str]) -> float:
    number = float(value[1]) if value[0] == "number" else math.inf
    if not math.isfinite(number):
        raise ValueError("a number is missing")
    return number


def _text(value: tuple[str, str]) -> str:
    if value[0] != "text":
        raise ValueError("a text is missing")
    return value[1]
