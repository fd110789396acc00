"""Tables of people that give other labels to the same stretch of a recording, or to the same recording."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.spelling import clean
from bioviz.datasets.types import Problem

SAME_STRETCH = 0.5
"""Share of two boxes' union that both cover (IoU), from which on they are the same stretch: usual in detection."""
_MOST_COMPARISONS = 2_000_000  # of boxes; tables with more of them are not made slower than reading them


@dataclass
class _Difference:
    """How often two tables differ, and where first."""

    stretches: int = 0
    recordings: set[str] = field(default_factory=set)
    example: str = ""


@dataclass(frozen=True)
class _Stretch:
    """A box, and the meanings of all labels that a table gives it."""

    start_s: float
    end_s: float
    low_hz: float | None
    high_hz: float | None
    labels: frozenset[str]


def disagreements(tables: Mapping[str, TableContent], options: Options) -> list[Problem]:
    """Say, of each pair of tables, how often they have no label in common for the same stretch or recording.

    Parameters
    ----------
    tables : mapping of str to TableContent
        What people's tables say, by their names.
    options : Options
        Which labels mean background or nothing known; labels of several in a cell.

    Returns
    -------
    list of Problem
        Of kind "other_labels", one a pair that differs.
    """
    tables_of: dict[str, list[str]] = defaultdict(list)
    boxes_of: dict[tuple[str, str], list[RawAnnotation]] = defaultdict(list)
    for name, content in tables.items():
        for box in content.annotations:
            boxes_of[name, box.recording].append(box)
        for recording in dict.fromkeys([*(box.recording for box in content.annotations), *content.labels]):
            tables_of[recording].append(name)
    differences: dict[tuple[str, str], _Difference] = defaultdict(_Difference)
    comparisons = _MOST_COMPARISONS
    for recording, names in tables_of.items():
        if len(names) < 2:
            continue
        stretches = {name: _stretches(boxes_of.get((name, recording), ()), options) for name in names}
        for first, second in combinations(names, 2):
            pairs, comparisons = _same(stretches[first], stretches[second], comparisons)
            where = [
                (f"{box.start_s:.2f} to {box.end_s:.2f} s of {recording}", box.labels, labels)
                for box, labels in pairs
                if not box.labels & labels
            ]
            own, other = (
                _meanings(tables[name].labels.get(recording, ()), options) for name in (first, second)
            )
            if own and other and not own & other:
                where.append((recording, own, other))
            if where:
                difference = differences[first, second]
                difference.stretches += len(where)
                difference.recordings.add(recording)
                difference.example = difference.example or _example(*where[0])
            if comparisons <= 0:
                break
    return [
        problem("other_labels", first, _sentence(second, each))
        for (first, second), each in differences.items()
    ]


def _meanings(texts: Iterable[str], options: Options) -> frozenset[str]:
    """Return labels as the dataset knows them, "background" for all that mean it; without what is not known."""
    separator = options.separator
    parts = [part for text in texts for part in (text.split(separator) if separator else [text])]
    meanings = [options.meaning_of(clean(part)) for part in parts]
    return frozenset(
        "background" if meaning == "background" else label
        for meaning, label in meanings
        if meaning in ("background", "label")
    )


def _stretches(boxes: Sequence[RawAnnotation], options: Options) -> list[_Stretch]:
    """Return what a table says of a recording, sorted by start; labels of the same box together."""
    labels: dict[tuple[float, float, float | None, float | None], set[str]] = defaultdict(set)
    for box in boxes:
        if box.end_s > box.start_s and not (box.unknown or box.weak or box.dropped):
            labels[box.start_s, box.end_s, box.low_hz, box.high_hz] |= _meanings([box.label], options)
    stretches = [_Stretch(*place, frozenset(names)) for place, names in labels.items() if names]
    return sorted(stretches, key=lambda each: (each.start_s, each.end_s))


def _same(
    first: Sequence[_Stretch], second: Sequence[_Stretch], comparisons: int
) -> tuple[list[tuple[_Stretch, frozenset[str]]], int]:
    """Pair each stretch of the first table with the labels that the second gives it; and what is left of the budget."""
    starts = [each.start_s for each in second]
    pairs = []
    for box in first:
        # A box that shares half of the union begins no further before this one than this one is long.
        begin = bisect_left(starts, 2 * box.start_s - box.end_s)
        end = bisect_left(starts, box.end_s)
        comparisons -= end - begin + 1
        if comparisons <= 0:
            break
        labels = [each.labels for each in second[begin:end] if _is_same(box, each)]
        if labels:
            pairs.append((box, frozenset().union(*labels)))
    return pairs, comparisons


def _is_same(first: _Stretch, second: _Stretch) -> bool:
    shared = min(first.end_s, second.end_s) - max(first.start_s, second.start_s)
    union = max(first.end_s, second.end_s) - min(first.start_s, second.start_s)
    return shared >= SAME_STRETCH * union and not _is_apart(first, second)


def _is_apart(first: _Stretch, second: _Stretch) -> bool:
    """Whether both say which frequencies they hold, and have none in common: two sounds at the same time."""
    if None in (first.low_hz, first.high_hz, second.low_hz, second.high_hz):
        return False
    return first.high_hz <= second.low_hz or second.high_hz <= first.low_hz  # type: ignore[operator]


def _example(where: str, first: frozenset[str], second: frozenset[str]) -> str:
    return f"{where} is {_quoted(first)} in one, {_quoted(second)} in the other"


def _quoted(labels: frozenset[str]) -> str:
    return " and ".join(f"“{label}”" for label in sorted(labels)[:3])


def _sentence(other: str, difference: _Difference) -> str:
    count, recordings = difference.stretches, len(difference.recordings)
    times = "once" if count == 1 else f"{count:,} times"
    within = f" in {recordings:,} recordings" if recordings > 1 else ""
    return f"it and {other} give other labels to the same sound {times}{within}: {difference.example}"
