"""Annotations as tables for other programs, and for the readers here: CSV, Raven, Audacity."""

from __future__ import annotations

import csv
import io

from bioviz.annotations.placed import NOTE, TIME, USER, Annotations
from bioviz.datasets.export import table_stems
from bioviz.datasets.formats.audacity import label_track
from bioviz.datasets.formats.raven import selection_table
from bioviz.datasets.tables.formulas import defused
from bioviz.datasets.tables.selections import Selection, cell
from bioviz.datasets.types import Dataset

_COLUMNS = ("path", "start_s", "end_s", "low_hz", "high_hz", "label", "annotated_by", "annotated_at", "note")


def to_csv(dataset: Dataset, annotations: Annotations) -> bytes:
    """CSV (UTF-8), one line an annotation; times in seconds from the recording's start."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for recording, drawn in annotations.by_recording.items():
        name = dataset.recordings[recording].name
        for a in drawn:
            band = ["" if hz is None else f"{hz:.1f}" for hz in (a.low_hz, a.high_hz)]
            times = [f"{a.start_s:.6f}", f"{a.end_s:.6f}"]
            texts = map(defused, (a.label, a.user, a.time[:19], cell(a.note)))
            writer.writerow([defused(name), *times, *band, *texts])
    return text.getvalue().encode()


def to_raven(dataset: Dataset, annotations: Annotations) -> dict[str, bytes]:
    """One Raven selection table a recording; the names hold the recordings' folders, to be laid beside them."""
    stems = table_stems(dataset)
    columns = ("Annotation", USER, TIME, NOTE)
    return {
        f"{stems[recording]}.Table.1.selections.txt": selection_table(selections, columns).encode()
        for recording, selections in _selections(dataset, annotations)
    }


def to_audacity(dataset: Dataset, annotations: Annotations) -> dict[str, bytes]:
    """One Audacity label track a recording, with frequencies where there are any; names as in `to_raven`."""
    stems = table_stems(dataset)
    return {
        f"{stems[recording]}.txt": label_track(selections).encode()
        for recording, selections in _selections(dataset, annotations, whole_band=False)
    }


def _selections(
    dataset: Dataset, annotations: Annotations, whole_band: bool = True
) -> list[tuple[int, list[Selection]]]:
    """Return selections of each recording; Raven knows no selection without a band, so the whole one is written."""
    return [
        (
            recording,
            [
                Selection(
                    a.start_s,
                    a.end_s,
                    a.label,
                    0.0 if a.low_hz is None and whole_band else a.low_hz,
                    dataset.recordings[recording].sample_rate / 2
                    if a.high_hz is None and whole_band
                    else a.high_hz,
                    {USER: a.user, TIME: a.time[:19], NOTE: a.note},
                )
                for a in drawn
            ],
        )
        for recording, drawn in annotations.by_recording.items()
    ]
