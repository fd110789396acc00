"""Selections, as they are written into tables for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Selection:
    """A row of a table: seconds from the start of the recording, Hz, and free columns."""

    start_s: float
    end_s: float
    label: str
    low_hz: float | None = None
    high_hz: float | None = None
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SelectionInFiles:
    """A selection in one of several files; `before_s` is the length of all files before it."""

    selection: Selection
    path: str
    file: str
    before_s: float


def cell(text: str) -> str:
    """Text that cannot break a table with tabs."""
    return " ".join(text.split())
