"""Annotations that follow the clips of a cleaned dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from bioviz.datasets.clips.windows import labelled_by
from bioviz.datasets.types import Annotation, Dataset
from bioviz.flags.records import Flag


@dataclass(frozen=True)
class Change:
    """What flags do to a dataset's clips.

    Attributes
    ----------
    names
        The L' labels: the dataset's L, then new ones.
    before, after : (N, L') bool
        Labels of each clip.
    removed : (N,) bool
        Clips that go.
    flags
        The flag of each clip that changes.

    """

    names: tuple[str, ...]
    before: np.ndarray
    after: np.ndarray
    removed: np.ndarray
    flags: Mapping[int, Flag]


def follow(dataset: Dataset, change: Change) -> tuple[Annotation, ...]:
    """Return the annotations of a detection dataset after a change of its clips.

    An annotation is usually longer than a clip, or between two, and labels several. It stays as long as one of
    them still carries its label. If none does, it takes the one label that the flags say is right, or goes. A
    label that a flag adds, and no annotation brings, becomes an annotation over its clip.
    """
    rows_of = _rows_by_recording(dataset, change)
    column = {name: i for i, name in enumerate(change.names)}
    boxes: list[Annotation] = []
    explained: set[tuple[int, str]] = set()  # (row, label) where an annotation was given that label
    for annotation in dataset.annotations:
        rows = rows_of.get(annotation.recording)
        if rows is None or annotation.label not in column:
            boxes.append(annotation)
            continue
        rows = _labelled_rows(dataset, rows, annotation)
        carried = rows[change.before[rows, column[annotation.label]]]
        rows_left = rows[~change.removed[rows]]
        if not len(carried) or change.after[rows_left, column[annotation.label]].any():
            boxes.append(annotation)
            continue
        right = {change.flags[row].label for row in carried.tolist() if not change.removed[row]}
        if len(right) == 1 and (label := right.pop()):
            boxes.append(replace(annotation, label=label))
            explained |= {(row, label) for row in rows_left.tolist()}
    gained = change.after & ~change.before & ~change.removed[:, None]
    for row, at in zip(*np.nonzero(gained), strict=True):
        if (int(row), change.names[at]) not in explained:
            boxes.append(_over_clip(dataset, int(row), change.names[at], change.flags[int(row)]))
    return tuple(boxes)


def _rows_by_recording(dataset: Dataset, change: Change) -> dict[int, np.ndarray]:
    """Rows of the clips of each recording in which something changes."""
    changed = np.zeros(len(dataset.recordings), dtype=bool)
    changed[dataset.clips.recording[list(change.flags)]] = True
    rows_of: dict[int, list[int]] = defaultdict(list)
    rows = np.flatnonzero(changed[dataset.clips.recording])
    for row, recording in zip(rows.tolist(), dataset.clips.recording[rows].tolist(), strict=True):
        rows_of[recording].append(row)
    return {recording: np.array(rows) for recording, rows in rows_of.items()}


def _labelled_rows(dataset: Dataset, rows: np.ndarray, annotation: Annotation) -> np.ndarray:
    if annotation.end_s <= annotation.start_s:
        return rows[:0]
    begin, end = dataset.clips.start_s[rows], dataset.clips.end_s[rows]
    on = labelled_by(begin, end, annotation.start_s, annotation.end_s, dataset.plan.min_overlap)
    return rows[on]


def _over_clip(dataset: Dataset, row: int, label: str, flag: Flag) -> Annotation:
    recording = int(dataset.clips.recording[row])
    end = min(float(dataset.clips.end_s[row]), dataset.recordings[recording].duration_s)
    extras = {"Flagged by": flag.user, "Note": flag.note} if flag.note else {"Flagged by": flag.user}
    return Annotation(recording, float(dataset.clips.start_s[row]), end, label, extras=extras)
