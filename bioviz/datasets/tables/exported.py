"""Telling clips that were exported here from annotations, so that they become the same clips again.

A clip's label is not that of its neighbors, though windows overlap; and what was not exported is no background.
Tables tell by a column `clip` beside `split`. Label tracks have no columns: a small file lies beside them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

NOTE = "bioviz_clips.json"
_FORMAT, _MOST_BYTES = 1, 4096
_ROUNDING_S = 2e-6  # of times with six decimals


def is_table_of_clips(plain_columns: Collection[str]) -> bool:
    """Whether a table with these columns (`formats.text.plain`) was exported from clips."""
    return {"clip", "split"} <= set(plain_columns) and bool({"label", "annotation"} & set(plain_columns))


def note(width_s: float, hop_s: float) -> bytes:
    """Return what lies beside label tracks of clips of a length, and of a step between them; seconds."""
    about = "The label tracks beside this file hold clips of bioviz rather than calls."
    return json.dumps({"bioviz_clips": _FORMAT, "about": about, "width_s": width_s, "hop_s": hop_s}).encode()


def has_note(root: Path, table: str, names: Collection[str], spans: Sequence[tuple[float, float]]) -> bool:
    """Whether a label track lies with such a note, in its folder or one above it, and its labels are still such clips.

    Parameters
    ----------
    root : Path
        The dataset's folder.
    table : str
        Name of the track within it.
    names : collection of str
        Of all its files.
    spans : sequence of (float, float)
        Start and end of the track's labels, seconds.
    """
    parts = table.split("/")[:-1]
    places = ["/".join([*parts[:n], NOTE]) for n in range(len(parts), -1, -1)]
    note_name = next((each for each in places if each in names), None)
    if note_name is None:
        return False
    try:
        with (root / note_name).open("rb") as file:
            values = json.loads(file.read(_MOST_BYTES))
        is_ours = values["bioviz_clips"] == _FORMAT
        width, hop = float(values["width_s"]), float(values["hop_s"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return False
    return is_ours and hop > 0 and all(_is_clip(start, end, width, hop) for start, end in spans)


def _is_clip(start: float, end: float, width: float, hop: float) -> bool:
    """Whether a label lies on the grid of clips; the last ones end with their recording."""
    off = abs(start - round(start / hop) * hop)
    return off < _ROUNDING_S and 0 < end - start < width + _ROUNDING_S
