"""What readers of annotation tables share: read every table, collect, decide about recordings without one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.readers.base import RawAnnotation, RawDataset
from bioviz.datasets.readers.files import Files
from bioviz.datasets.readers.locate import Locator
from bioviz.datasets.readers.text import Row, number, read_text
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput

ReadTable = Callable[[str, Locator], Iterable[RawAnnotation]]


def read_tables(
    files: Files, tables: Iterable[str], read_one: ReadTable, options: Options, **more: object
) -> RawDataset:
    """A detection dataset from tables of one format.

    Args:
        files: the folder.
        tables: names of its tables.
        read_one: (text, locator) -> annotations; raises BadInput where the table as a whole cannot be used.
        options: for recordings that no table mentions.
        more: further fields of RawDataset.
    """
    annotations: list[RawAnnotation] = []
    problems: list[Problem] = []
    mentioned: set[str] = set()
    doubtful: set[str] = set()
    for table in tables:
        locator = Locator(files, table)
        try:
            found = list(read_one(read_text(files.root / table), locator))
        except BadInput as error:
            problems.append(problem("bad_table", table, str(error)))
            locator.find("")  # the recording of the table's own name, if there is one
            doubtful |= locator.mentioned | locator.doubtful
            continue
        if not found and not locator.problems and not locator.mentioned and (owner := locator.find("")):
            problems.append(problem("empty_table", table, f"it has no rows; {owner} is background"))
        annotations += found
        problems += locator.problems
        mentioned |= locator.mentioned
        doubtful |= locator.doubtful
    recordings, left_out = files.listed(mentioned, options.unannotated, doubtful)
    return RawDataset("detection", tuple(recordings), tuple(annotations), tuple(problems + left_out), **more)


def times(rows: Iterable[Row], begin: str, end: str, locator: Locator) -> Iterator[tuple[Row, float, float]]:
    """The rows whose two times are numbers, with them; the others become problems."""
    for row in rows:
        start, stop = number(row.get(begin)), number(row.get(end))
        if start is None or stop is None:
            locator.row_problem(row.line, f"{begin} or {end} is not a number")
            continue
        yield row, start, stop
