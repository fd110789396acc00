"""The clips of an export, made clips again: the same stretches with the same labels, and no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bioviz.datasets.clips.labelling import Labelled
from bioviz.datasets.types import Annotation, Clips, Recording, WindowPlan

_DIGITS = 5  # of seconds; exports write six


def clips_again(
    spans: Sequence[tuple[str, float, float]],
    recordings: Sequence[Recording],
    labelled: Labelled,
    plan: WindowPlan,
) -> tuple[WindowPlan, Clips]:
    """Clips from the stretches that a table lists.

    Parameters
    ----------
    spans : sequence of (str, float, float)
        Recording, start and end in seconds as the file plays; one a row, so that a clip may come several times.
    recordings : sequence of Recording
        Those that could be opened.
    labelled : Labelled
        The labels; those of a clip have its start.
    plan : WindowPlan
        For what the stretches do not tell.

    Returns
    -------
    plan : WindowPlan
        Its width is that of the longest clip (others end with their recording), its hop the smallest step.
    clips : Clips
        Ordered by recording and start. A clip that only something unknown is in is left out.
    """
    index = {recording.name: i for i, recording in enumerate(recordings)}
    at = {
        (index[name], round(max(start, 0.0) / recordings[index[name]].expansion, _DIGITS))
        for name, start, _ in spans
        if name in index
    }
    labels: dict[tuple[int, float], set[int]] = defaultdict(set)
    column = {label: i for i, label in enumerate(labelled.labels)}
    for box in labelled.annotations:
        labels[box.recording, round(box.start_s, _DIGITS)].add(column[box.label])
    unknown = {(box.recording, round(box.start_s, _DIGITS)) for box in labelled.unknown}
    distinct = sorted(
        span
        for span in at
        if (span in labels or span not in unknown) and span[1] < recordings[span[0]].duration_s
    )
    recording = np.array([i for i, _ in distinct], dtype=np.int32)
    start = np.array([begin for _, begin in distinct], dtype=np.float64)
    lengths = [
        (end - begin) / recordings[index[name]].expansion for name, begin, end in spans if name in index
    ]
    width = round(max(lengths, default=plan.width_s), _DIGITS) or plan.width_s
    steps = [b[1] - a[1] for a, b in pairwise(distinct) if a[0] == b[0]]
    hop = round(min(steps, default=width), _DIGITS)
    on = np.zeros((len(distinct), len(labelled.labels)), dtype=bool)
    for row, span in enumerate(distinct):
        on[row, sorted(labels.get(span, ()))] = True
    split = np.array([each.split for each in recordings], dtype="U5")
    grid = WindowPlan(width, hop, plan.min_overlap)
    return grid, Clips(recording, start, start + width, on, split[recording])


def same_places(clips: Clips, boxes: Sequence[Annotation]) -> np.ndarray:
    """(N,) bool: the clips of `clips_again` that begin with one of the boxes."""
    places = {(box.recording, round(box.start_s, _DIGITS)) for box in boxes}
    own = zip(clips.recording.tolist(), clips.start_s.tolist(), strict=True)
    return np.array([(i, round(start, _DIGITS)) in places for i, start in own], dtype=bool)
