"""What formats with a header line share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import TableContent
from bioviz.datasets.tables.text import Row, number

TOO_MANY_CELLS = "it has more cells than the header: a separator stands within a cell"


def times(
    rows: Iterable[Row],
    begin: str,
    end: str,
    locator: Locator,
    content: TableContent,
    reference: str | None = None,
) -> Iterator[tuple[Row, float, float]]:
    """Yield the rows whose two times are numbers, with them.

    The others become problems, and the recording that such a row speaks of becomes unsure: it holds something, one
    does not know when.

    Parameters
    ----------
    begin, end
        The columns of the times.
    reference
        The column that names the recording; None where the table's own name does.

    """
    for row in rows:
        start, stop = number(row.get(begin)), number(row.get(end))
        if start is None or stop is None:
            locator.row_problem(row.line, f"{begin} or {end} is not a number")
            if (recording := locator.find(row.get(reference))) is not None:
                content.unsure.add(recording)
            continue
        if row.beyond and (recording := locator.find(row.get(reference))) is not None:
            locator.row_problem(row.line, TOO_MANY_CELLS)
            content.unsure.add(recording)
            continue
        yield row, start, stop
