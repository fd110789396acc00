"""Flags as tables for other programs, one line a flag: a clip that several users flagged has several."""

from __future__ import annotations

from bioviz.datasets import export
from bioviz.datasets.types import Dataset
from bioviz.flags.merged import Flags
from bioviz.flags.records import TITLES, Flag


def to_csv(dataset: Dataset, flags: Flags) -> bytes:
    """CSV as of clips, with the flag, its label, note, user and time, and whether it decides and users disagree."""
    rows, row_flags = _lines(flags)
    disputed = set(flags.rows[flags.disagreement].tolist())
    columns = {
        "flag": [TITLES[flag.kind] for flag in row_flags],
        "right_label": [flag.label for flag in row_flags],
        "wrong_label": [flag.wrong for flag in row_flags],
        "note": [flag.note for flag in row_flags],
        "user": [flag.user for flag in row_flags],
        "time": [flag.time for flag in row_flags],
        "decides": [
            "yes" if flags.of(row) is flag else "no" for row, flag in zip(rows, row_flags, strict=True)
        ],
        "users_disagree": ["yes" if row in disputed else "no" for row in rows],
    }
    return export.to_csv(dataset, rows, columns)


def to_raven(dataset: Dataset, flags: Flags) -> dict[str, bytes]:
    """One Raven selection table a recording; Annotation holds the flag in words."""
    rows, row_flags = _lines(flags)
    columns = {"User": [flag.user for flag in row_flags], "Note": [flag.note for flag in row_flags]}
    return export.to_raven(dataset, rows, texts=[flag.text for flag in row_flags], extra_columns=columns)


def to_audacity(dataset: Dataset, flags: Flags) -> dict[str, bytes]:
    """One Audacity label track a recording, with the flags in words."""
    rows, row_flags = _lines(flags)
    return export.to_audacity(dataset, rows, texts=[flag.text for flag in row_flags])


def _lines(flags: Flags) -> tuple[list[int], list[Flag]]:
    lines = [(row, flag) for row, of_clip in flags.by_row.items() for flag in of_clip]
    return [row for row, _ in lines], [flag for _, flag in lines]
