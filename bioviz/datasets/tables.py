"""Writing selections in the formats of Raven and Audacity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

_RAVEN = ("Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)")
_IN_FILES = ("Begin Path", "Begin File", "File Offset (s)")


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
class Placed:
    """A selection in one of several files; `before_s` is the length of all files before it."""

    selection: Selection
    path: str
    file: str
    before_s: float


def raven_text(selections: Iterable[Selection], columns: Sequence[str] = ("Annotation",)) -> str:
    """A Raven selection table for one recording; the label goes to the column "Annotation"."""
    lines = ["\t".join((*_RAVEN, *columns))]
    for number, s in enumerate(selections, start=1):
        lines.append("\t".join([*_raven_cells(number, s, 0.0), *_free_cells(s, columns)]))
    return "\n".join(lines) + "\n"


def raven_combined_text(placed: Iterable[Placed], columns: Sequence[str] = ("Annotation",)) -> str:
    """A Raven table over several files opened one after the other: its times run on, File Offset is within a file."""
    lines = ["\t".join((*_RAVEN, *_IN_FILES, *columns))]
    for number, p in enumerate(placed, start=1):
        where = [cell(p.path), cell(p.file), f"{p.selection.start_s:.6f}"]
        lines.append(
            "\t".join(
                [*_raven_cells(number, p.selection, p.before_s), *where, *_free_cells(p.selection, columns)]
            )
        )
    return "\n".join(lines) + "\n"


def audacity_text(selections: Iterable[Selection]) -> str:
    """An Audacity label track; a second line with a backslash holds the frequencies where both are known."""
    lines = []
    for s in selections:
        lines.append(f"{s.start_s:.6f}\t{s.end_s:.6f}\t{cell(s.label)}")
        if s.low_hz is not None and s.high_hz is not None:
            lines.append(f"\\\t{s.low_hz:.6f}\t{s.high_hz:.6f}")
    return "".join(line + "\n" for line in lines)


def cell(text: str) -> str:
    """Text that cannot break a table with tabs."""
    return " ".join(text.split())


def _raven_cells(number: int, s: Selection, before_s: float) -> list[str]:
    low = "" if s.low_hz is None else f"{s.low_hz:.1f}"
    high = "" if s.high_hz is None else f"{s.high_hz:.1f}"
    times = [f"{before_s + s.start_s:.6f}", f"{before_s + s.end_s:.6f}"]
    return [str(number), "Spectrogram 1", "1", *times, low, high]


def _free_cells(s: Selection, columns: Sequence[str]) -> list[str]:
    return [cell(s.label if column == "Annotation" else s.extras.get(column, "")) for column in columns]
