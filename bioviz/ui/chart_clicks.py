"""What was clicked in a chart or a table of Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np


class Selection(Protocol):
    """What Streamlit says of the points of a chart."""

    @property
    def points(self) -> Sequence[Any]: ...


class ChartEvent(Protocol):
    """What a chart of Streamlit returns."""

    @property
    def selection(self) -> Selection: ...


class Lines(Protocol):
    """What Streamlit says of the lines of a table."""

    @property
    def rows(self) -> Sequence[int]: ...


class TableEvent(Protocol):
    """What a table of Streamlit returns, and holds under its key."""

    @property
    def selection(self) -> Lines: ...


def clicked(event: ChartEvent) -> int | None:
    """Return the customdata of the point clicked, None where none is."""
    rows = selected(event)
    return int(rows[0]) if len(rows) else None


def selected(event: ChartEvent) -> np.ndarray:
    """Return the customdata of the points chosen; Streamlit gives a lone number as it is or in a container."""
    rows = []
    for point in event.selection.points:
        data = point.get("customdata")
        if isinstance(data, dict):
            data = data.get("0")
        elif isinstance(data, list):
            data = data[0] if data else None
        if data is not None:
            rows.append(int(data))
    return np.asarray(rows, dtype=np.int64)


def marked_row(event: TableEvent, rows: np.ndarray) -> int | None:
    """Return which of a table's (n,) `rows` is marked, None where none is."""
    lines = event.selection.rows
    return int(rows[lines[0]]) if lines and lines[0] < len(rows) else None
