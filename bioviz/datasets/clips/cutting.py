"""The clips of a dataset: windows or whole files, without those of which it is not known what they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from bioviz.counts import counted
from bioviz.datasets.clips.labelling import Labelled
from bioviz.datasets.clips.windows import count_windows, label_windows, touched_by, window_starts
from bioviz.datasets.formats.base import RawDataset
from bioviz.datasets.problems import problem
from bioviz.datasets.types import Annotation, Clips, Problem, Recording, WindowPlan


def boxes_of(annotations: Sequence[Annotation]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (A,) recording, start and end in seconds of each annotation."""
    return (
        np.array([a.recording for a in annotations], dtype=np.int64),
        np.array([a.start_s for a in annotations], dtype=np.float64),
        np.array([a.end_s for a in annotations], dtype=np.float64),
    )


def clips_touched(clips: Clips, boxes: Sequence[Annotation]) -> np.ndarray:
    """(N,) bool: the clips into which one of the boxes reaches."""
    return touched_by(clips.recording, clips.start_s, clips.end_s, *boxes_of(boxes))


def windows(
    raw: RawDataset,
    recordings: Sequence[Recording],
    labelled: Labelled,
    plan: WindowPlan,
) -> tuple[Clips, list[Problem]]:
    declared = {r.name: r.length_s for r in raw.recordings}
    lengths, problems = [], []
    for r in recordings:
        length = declared.get(r.name)
        length = None if length is None else length / r.expansion
        # A declared length decides the number of windows, so that rounding cannot take one off (BEANS).
        lengths.append(length if length is not None and abs(length - r.duration_s) <= 0.1 else r.duration_s)
        if length is not None and abs(length - r.duration_s) > 0.1:
            detail = f"it lasts {r.duration_s:.2f} s, the dataset says {length:.2f} s; the file counts"
            problems.append(problem("length", r.name, detail))
    count = count_windows(np.array(lengths), plan, raw.pad_short)
    for r, n, length in zip(recordings, count, lengths, strict=True):
        if length + 1e-9 < plan.width_s:
            fate = "padded with silence" if n else "left out"
            problems.append(
                problem("too_short", r.name, f"{length:.2f} s, a clip is {plan.width_s:g} s: {fate}")
            )
    recording, start = window_starts(count, plan.hop_s)
    column = {label: i for i, label in enumerate(labelled.labels)}
    on = label_windows(
        count,
        plan,
        *boxes_of(labelled.annotations),
        np.array([column[a.label] for a in labelled.annotations], dtype=np.int64),
        len(labelled.labels),
    )
    clips = _clips(recordings, recording, start, start + plan.width_s, on)
    # A clip into which something unknown reaches is no background, however little of it.
    touched = clips_touched(clips, labelled.unknown)
    return _kept(clips, on.any(axis=1) | ~touched), problems


def whole_files(
    recordings: Sequence[Recording],
    of_recording: Sequence[frozenset[str]],
    labels: tuple[str, ...],
    plan: WindowPlan,
) -> tuple[Clips, list[Problem]]:
    n = len(recordings)
    column = {label: i for i, label in enumerate(labels)}
    on = np.zeros((n, len(labels)), dtype=bool)
    for row, names in enumerate(of_recording):
        on[row, [column[label] for label in names]] = True
    start = np.zeros(n)
    problems = [
        problem("truncated", r.name, f"{r.duration_s:.2f} s, of which the first {plan.width_s:g} s are used")
        for r in recordings
        if r.duration_s > plan.width_s + 0.001
    ]
    return _clips(recordings, np.arange(n, dtype=np.int32), start, start + plan.width_s, on), problems


def without_doubtful(
    clips: Clips, recordings: Sequence[Recording], unsure: frozenset[int]
) -> tuple[Clips, list[Problem]]:
    """Without the clips that have no label in recordings of which something could not be used."""
    doubtful = np.isin(clips.recording, sorted(unsure)) & ~clips.labels.any(axis=1)
    count = Counter(clips.recording[doubtful].tolist())
    problems = [
        problem(
            "unsure",
            recordings[i].name,
            f"left out as something that may lie in them could not be read: {counted(n, 'clip')} without a label",
        )
        for i, n in sorted(count.items())
    ]
    return _kept(clips, ~doubtful), problems


def without_dropped(
    clips: Clips, recordings: Sequence[Recording], dropped: np.ndarray
) -> tuple[Clips, list[Problem]]:
    """Without the (N,) bool clips that the user leaves out, whatever else is in them."""
    count = Counter(clips.recording[dropped].tolist())
    return _kept(clips, ~dropped), [
        problem("dropped", recordings[i].name, f"{n} {'clip' if n == 1 else 'clips'} left out")
        for i, n in sorted(count.items())
    ]


def _kept(clips: Clips, keep: np.ndarray) -> Clips:
    if keep.all():
        return clips
    return Clips(
        clips.recording[keep], clips.start_s[keep], clips.end_s[keep], clips.labels[keep], clips.split[keep]
    )


def _clips(
    recordings: Sequence[Recording], recording: np.ndarray, start: np.ndarray, end: np.ndarray, on: np.ndarray
) -> Clips:
    split = np.array([r.split for r in recordings], dtype="U5")
    return Clips(recording, start, end, on, split[recording])
