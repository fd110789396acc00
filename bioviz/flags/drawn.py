"""Boxes that users drew, applied to a cleaned dataset: the clips that they overlap get their labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bioviz.datasets.clips.windows import labelled_by
from bioviz.datasets.types import Annotation, Dataset
from bioviz.flags.boxes import Change


@dataclass(frozen=True)
class Drawn:
    """What drawn boxes did.

    Attributes
    ----------
    gained : (N,) bool
        Clips that got a label from a box, which they would not have without it.
    against : (N,) bool
        Of these the clips that a flag had changed.

    """

    gained: np.ndarray
    against: np.ndarray

    def report(self, boxes: Sequence[Annotation]) -> dict[str, int] | None:
        """Return counts for the record of a cleaned dataset; None without any box."""
        if not boxes:
            return None
        gained, against = int(self.gained.sum()), int(self.against.sum())
        return {"boxes": len(boxes), "clips_labelled": gained, "against_flags": against}


def with_boxes(dataset: Dataset, change: Change, boxes: Sequence[Annotation]) -> tuple[Change, Drawn]:
    """Return a change with the labels of drawn boxes in it, by the rule that labels windows (`labelled_by`).

    A box says where a call is, so it stands over a flag of a whole clip; what a flag leaves out stays out.
    """
    new = sorted({box.label for box in boxes} - set(change.names))
    names = (*change.names, *new)
    room = ((0, 0), (0, len(new)))
    before, flagged = np.pad(change.before, room), np.pad(change.after, room)
    after = flagged.copy()
    by_recording: dict[int, list[Annotation]] = defaultdict(list)
    for box in boxes:
        by_recording[box.recording].append(box)
    clips = dataset.clips
    for recording, drawn in by_recording.items():
        rows = np.flatnonzero((clips.recording == recording) & ~change.removed)
        for box in drawn:
            on = labelled_by(
                clips.start_s[rows], clips.end_s[rows], box.start_s, box.end_s, dataset.plan.min_overlap
            )
            after[rows[on], names.index(box.label)] = True
    came = after & ~flagged
    was_emptied = np.isin(np.arange(len(after)), list(change.flags))
    drawn = Drawn(np.any(came, axis=1), np.any(came, axis=1) & was_emptied)
    return replace(change, names=names, before=before, after=after), drawn


def in_words(report: Mapping[str, int] | None) -> str:
    """Return what drawn boxes did, of a record of `Drawn.report`; "" without any."""
    if not report:
        return ""
    boxes, clips, against = report["boxes"], report["clips_labelled"], report["against_flags"]
    text = f"{boxes:,} drawn annotation{'' if boxes == 1 else 's'} labelled {clips:,} clip{'' if clips == 1 else 's'}"
    if against:
        text += f", {against:,} of them against a flag of the whole clip"
    return f"{text}."
