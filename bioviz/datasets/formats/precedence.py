"""Which tables count where several speak of the same recording: people's go before a detector's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import Format, TableContent
from bioviz.datasets.formats.registry import formats
from bioviz.datasets.problems import problem
from bioviz.datasets.tables.explained import ExplainedColumns
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.types import Problem


@dataclass(frozen=True, eq=False)
class ReadTable:
    """A table that was read."""

    file: SourceFile
    format: Format | ExplainedColumns
    content: TableContent
    locator: Locator

    @property
    def rank(self) -> tuple[bool, int]:
        """Smaller is better."""
        return self.source == "machine", self.file.name.count("/")

    @property
    def source(self) -> str:
        return self.content.source or self.format.source

    @property
    def recordings(self) -> set[str]:
        return self.locator.mentioned


def best_tables(tables: list[ReadTable]) -> tuple[dict[ReadTable, set[str]], list[Problem]]:
    """Choose the tables that count, each with the recordings for which it does; and say what is passed over."""
    best: dict[str, tuple[tuple[bool, int], str]] = {}
    boxes = [t for t in tables if t.content.annotations and t.source == "people"]
    for table in sorted(tables, key=lambda each: each.rank):
        if boxes and table.content.labels and not table.content.annotations:
            continue  # boxes go before labels of whole files
        for recording in table.recordings:
            best.setdefault(recording, (table.rank, table.format.name))
    used: dict[ReadTable, set[str]] = {}
    problems: list[Problem] = []
    for table in tables:
        mine = {w for w in table.recordings if best.get(w) == (table.rank, table.format.name)}
        others: dict[str, set[str]] = defaultdict(set)
        for recording in table.recordings - mine:
            others[best[recording][1] if recording in best else ""].add(recording)
        if others and table.content.rows:
            problems.append(_passed_over(table, others, boxes))
        if mine or not table.recordings:
            used[table] = mine
    return used, problems


def _passed_over(table: ReadTable, others: dict[str, set[str]], boxes: list[ReadTable]) -> Problem:
    recordings = sorted(set().union(*others.values()))
    shown = ", ".join(recordings[:3]) + (f" and {len(recordings) - 3} more" if len(recordings) > 3 else "")
    if boxes and table.content.labels and not table.content.annotations:
        why = f"its labels of whole recordings are not used: {boxes[0].file.name} gives times"
    elif table.source == "machine":
        why = f"its detections are not used for {shown}: people annotated them"
    else:
        titles = sorted({formats()[each].title for each in others if each})
        why = f"it is not used for {shown}: {' and '.join(titles) or 'another table'} goes first there"
    return problem("passed_over", table.file.name, f"{why}. To use it instead, name it as the table to read")
