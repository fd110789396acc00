"""What the resemblance of clips to annotated calls rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.runs.templates.chosen import LabelTemplates, chosen_templates


@dataclass(frozen=True, eq=False)
class ResemblanceInputs:
    """All that `measure.measure_resemblance` reads, the sound aside.

    Attributes
    ----------
    hashes : tuple of str, length R
        Content of each recording.
    duration_s, units : ndarray, shape (R,)
        Seconds; unit of independence.
    rate : int
        Hz, the highest of the recordings.
    recording, start_s, end_s : ndarray, shape (n,)
        Of the clips.
    boxes : ndarray, shape (b, 4)
        start_s, end_s, low_hz, high_hz of calls; NaN unknown.
    box_recording, box_label : ndarray of int, shape (b,)
        Its recording; column of its label.
    width_s : float
        Of a clip.
    """

    hashes: tuple[str, ...]
    duration_s: np.ndarray
    units: np.ndarray
    rate: int
    recording: np.ndarray
    start_s: np.ndarray
    end_s: np.ndarray
    boxes: np.ndarray
    box_recording: np.ndarray
    box_label: np.ndarray
    width_s: float

    def templates(self) -> tuple[LabelTemplates, ...]:
        """Choose the calls that clips are held against; none where too few are annotated."""
        return chosen_templates(self.boxes, self.box_label, self.units[self.box_recording], self.width_s)


def resemblance_inputs(dataset: Dataset) -> ResemblanceInputs:
    """Return what the resemblance of a dataset's clips rests on."""
    column = {label: i for i, label in enumerate(dataset.labels)}
    calls = [each for each in dataset.annotations if each.label in column]
    none = float("nan")
    boxes = [
        (
            each.start_s,
            each.end_s,
            none if each.low_hz is None else each.low_hz,
            none if each.high_hz is None else each.high_hz,
        )
        for each in calls
    ]
    clips, recordings = dataset.clips, dataset.recordings
    return ResemblanceInputs(
        hashes=tuple(each.content_hash for each in recordings),
        duration_s=np.array([each.duration_s for each in recordings], dtype=np.float64),
        units=np.asarray(dataset.independence.groups, dtype=np.int64),
        rate=max((each.sample_rate for each in recordings), default=0),
        recording=clips.recording.astype(np.int64),
        start_s=clips.start_s,
        end_s=clips.end_s,
        boxes=np.array(boxes, dtype=np.float64).reshape(-1, 4),
        box_recording=np.array([each.recording for each in calls], dtype=np.int64),
        box_label=np.array([column[each.label] for each in calls], dtype=np.int64),
        width_s=dataset.plan.width_s,
    )
