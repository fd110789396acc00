"""Clips as tables that other programs, and the readers here, open: CSV, Raven, Audacity.

A clip with several labels takes one row a label, a clip without a label is written as "background".
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np

from bioviz.datasets.formats.audacity import label_track
from bioviz.datasets.formats.raven import combined_table, selection_table
from bioviz.datasets.tables import exported
from bioviz.datasets.tables.formulas import defused
from bioviz.datasets.tables.selections import Selection, SelectionInFiles
from bioviz.datasets.types import BACKGROUND, Dataset, Recording

_RAVEN_COLUMNS = ("Annotation", "Clip", "Split")


def to_csv(
    dataset: Dataset,
    rows: Sequence[int] | np.ndarray,
    extra_columns: Mapping[str, Sequence | np.ndarray] | None = None,
) -> bytes:
    """CSV (UTF-8) with path, start_s, end_s (not in classification), label, split, site, recorded_at, clip.

    Parameters
    ----------
    dataset
        Where the clips are from.
    rows
        Clip rows.
    extra_columns
        Further columns, each with one value a row of `rows`.

    """
    extra_columns = dict(extra_columns or {})
    boxes = dataset.task == "detection"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    times = ["start_s", "end_s"] if boxes else []
    writer.writerow(
        ["path", *times, "label", "split", "site", "recorded_at", "clip", *map(defused, extra_columns)]
    )
    clips = dataset.clips
    for position, row in enumerate(map(int, rows)):
        recording = dataset.recordings[clips.recording[row]]
        span = [_seconds(value) for value in _span(dataset, row)] if boxes else []
        at = recording.recorded_at.isoformat() if recording.recorded_at else ""
        more = [_plain(values[position]) for values in extra_columns.values()]
        for label in _labels(dataset, row):
            cells = [recording.name, *span, label, clips.split[row], recording.site, at, row, *more]
            writer.writerow(map(defused, cells))
    return text.getvalue().encode()


def to_raven(
    dataset: Dataset,
    rows: Sequence[int] | np.ndarray,
    *,
    texts: Sequence[str] | None = None,
    extra_columns: Mapping[str, Sequence | np.ndarray] | None = None,
) -> dict[str, bytes]:
    """One Raven selection table a recording; the names hold the recordings' folders, to be laid beside them.

    Parameters
    ----------
    texts
        What stands in the column Annotation, one a row; by default the clip's labels.
    extra_columns
        Further columns, each with one value a row of `rows`.

    """
    names, extra = table_stems(dataset), dict(extra_columns or {})
    columns = (*_RAVEN_COLUMNS, *extra)
    return {
        f"{names[recording]}.Table.1.selections.txt": selection_table(selections, columns).encode()
        for recording, selections in _by_recording(dataset, rows, texts=texts, extra=extra)
    }


def to_raven_combined(dataset: Dataset, rows: Sequence[int] | np.ndarray) -> bytes:
    """One Raven table over all recordings that `rows` touch, to be opened with them in the order of the table."""
    placed: list[SelectionInFiles] = []
    before_s = 0.0
    for index, selections in _by_recording(dataset, rows):
        recording = dataset.recordings[index]
        file = PurePosixPath(recording.name).name
        placed += [
            SelectionInFiles(selection, str(recording.path), file, before_s) for selection in selections
        ]
        before_s += recording.duration_s
    return combined_table(placed, _RAVEN_COLUMNS).encode()


def to_audacity(
    dataset: Dataset, rows: Sequence[int] | np.ndarray, *, texts: Sequence[str] | None = None
) -> dict[str, bytes]:
    """One Audacity label track a recording; names and `texts` as in `to_raven`.

    With them comes a note by which they are read as clips again (see `exported`).
    """
    names = table_stems(dataset)
    plan = dataset.plan
    tracks: dict[str, bytes] = {}
    splits: dict[str, str] = {}
    for recording, selections in _by_recording(dataset, rows, with_frequencies=False, texts=texts):
        track = f"{names[recording]}.txt"
        tracks[track] = label_track(selections).encode()
        if split := dataset.recordings[recording].split:
            splits[track] = split
    if texts is not None or not tracks:
        return tracks
    return {exported.NOTE: exported.Note(plan.width_s, plan.hop_s, splits).to_bytes(), **tracks}


def _by_recording(
    dataset: Dataset,
    rows: Sequence[int] | np.ndarray,
    with_frequencies: bool = True,
    texts: Sequence[str] | None = None,
    extra: Mapping[str, Sequence | np.ndarray] | None = None,
) -> Iterator[tuple[int, list[Selection]]]:
    selections: dict[int, list[Selection]] = defaultdict(list)
    for position, row in enumerate(map(int, rows)):
        index = int(dataset.clips.recording[row])
        start, end = _span(dataset, row)
        top = dataset.recordings[index].sample_rate / 2
        band = (0.0, top) if with_frequencies else (None, None)
        extras = {"Clip": str(row), "Split": str(dataset.clips.split[row])}
        extras |= {name: str(values[position]) for name, values in (extra or {}).items()}
        labels = _labels(dataset, row) if texts is None else [texts[position]]
        selections[index] += [Selection(start, end, label, *band, extras) for label in labels]
    for index in sorted(selections):
        yield index, sorted(selections[index], key=lambda selection: selection.start_s)


def _span(dataset: Dataset, row: int) -> tuple[float, float]:
    """Start and end of a clip in seconds, without the padding past the end of its recording."""
    length = dataset.recordings[dataset.clips.recording[row]].duration_s
    return float(dataset.clips.start_s[row]), min(float(dataset.clips.end_s[row]), length)


def _labels(dataset: Dataset, row: int) -> list[str]:
    return dataset.labels_of(row) or [BACKGROUND]


def table_stems(dataset: Dataset) -> list[str]:
    """Names for tables beside the recordings: without the ending, unless two recordings differ in it alone."""
    stems = [_without_ending(recording) for recording in dataset.recordings]
    count: dict[str, int] = defaultdict(int)
    for stem in stems:
        count[stem.casefold()] += 1
    return [
        stem if count[stem.casefold()] == 1 else recording.name
        for stem, recording in zip(stems, dataset.recordings, strict=True)
    ]


def _without_ending(recording: Recording) -> str:
    return str(PurePosixPath(recording.name).with_suffix(""))


def _seconds(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
