"""Telling clips that were exported here from annotations, so that they become the same clips again.

A clip's label is not that of its neighbors, though windows overlap; and what was not exported is no background.
Tables tell by a column `clip` beside `split`. Label tracks have no columns: a small file lies beside them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from bioviz.datasets.splits import as_split

NOTE = "bioviz_clips.json"
_FORMAT, _MOST_BYTES = 1, 64 * 1024 * 1024
_ROUNDING_S = 2e-6  # of times with six decimals


def is_table_of_clips(plain_columns: Collection[str]) -> bool:
    """Whether a table with these columns (`formats.text.plain`) was exported from clips."""
    return {"clip", "split"} <= set(plain_columns) and bool({"label", "annotation"} & set(plain_columns))


@dataclass(frozen=True)
class Note:
    """What lies beside label tracks of clips.

    Attributes
    ----------
    width_s, hop_s : float
        Length of the clips and the step between them, seconds.
    splits : mapping of str to str
        Track, by its path from the note, -> "train", "valid" or "test"; tracks of no split are left out.
    """

    width_s: float
    hop_s: float
    splits: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """Write it as it lies beside the tracks."""
        about = "The label tracks beside this file hold clips of bioviz rather than calls."
        values = {"bioviz_clips": _FORMAT, "about": about, **asdict(self)}
        return json.dumps(values, ensure_ascii=False, indent=1).encode()

    def fits(self, spans: Sequence[tuple[float, float]]) -> bool:
        """Tell whether labels (start and end in seconds) are still such clips."""
        return all(_is_clip(start, end, self.width_s, self.hop_s) for start, end in spans)


def note_of(root: Path, table: str, names: Collection[str]) -> tuple[Note, str] | None:
    """Read the note of a label track, in its folder or the nearest one above it; and the track's split, "" if none.

    Parameters
    ----------
    root : Path
        The dataset's folder.
    table : str
        Name of the track within it.
    names : collection of str
        Of all its files.
    """
    parts = table.split("/")
    depths = range(len(parts) - 1, -1, -1)
    depth = next((n for n in depths if "/".join([*parts[:n], NOTE]) in names), None)
    if depth is None:
        return None
    try:
        note = _read_note(str(root), "/".join([*parts[:depth], NOTE]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return note, as_split(str(note.splits.get("/".join(parts[depth:]), "")))


@lru_cache(maxsize=8)  # one note goes for many tracks
def _read_note_at(path: str, changed: int) -> Note:
    with Path(path).open("rb") as file:
        values = json.loads(file.read(_MOST_BYTES))
    width_s, hop_s, splits = float(values["width_s"]), float(values["hop_s"]), values.get("splits", {})
    if values["bioviz_clips"] != _FORMAT or not hop_s > 0 or not isinstance(splits, dict):
        raise ValueError("no note of ours")
    return Note(width_s, hop_s, splits)


def _read_note(root: str, name: str) -> Note:
    path = Path(root, name)
    return _read_note_at(str(path), path.stat().st_mtime_ns)


def _is_clip(start: float, end: float, width: float, hop: float) -> bool:
    """Whether a label lies on the grid of clips; the last ones end with their recording."""
    off = abs(start - round(start / hop) * hop)
    return off < _ROUNDING_S and 0 < end - start < width + _ROUNDING_S
