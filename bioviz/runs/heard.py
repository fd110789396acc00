"""Which clips a fine-tuned checkpoint was trained on or chosen by: it is no fair judge of these."""

from __future__ import annotations

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.flags.cleaned import family
from bioviz.models import checkpoints
from bioviz.models.base import FINETUNED
from bioviz.models.checkpoint_record import CheckpointRecord

PARTS = ("train", "valid")
"""What a checkpoint learns from and is chosen by."""


def heard(dataset: Dataset, checkpoint: str) -> np.ndarray:
    """(N,) bool clips of a dataset of recordings that a checkpoint was trained on or chosen by.

    A recording is known again by its bytes, in any dataset and under any name; within the dataset of the training and
    its cleaned versions by its name too, which is all that older checkpoints tell.

    Raises
    ------
    Missing
        The checkpoint is gone.

    """
    record = _record(checkpoint)
    if record is None:
        return np.zeros(len(dataset.clips), dtype=bool)
    split = record.split
    contents = {content for part in PARTS for content in split.contents.get(part, ())}
    names = {name for part in PARTS for name in split.recordings.get(part, ()) if _is_own(record, dataset)}
    known = [each.content_hash in contents or each.name in names for each in dataset.recordings]
    return np.array(known, dtype=bool)[dataset.clips.recording]


def is_told(dataset: Dataset, checkpoint: str) -> bool:
    """Whether it is known which clips of a dataset a checkpoint heard: one from elsewhere may not tell.

    Raises
    ------
    Missing
        The checkpoint is gone.

    """
    record = _record(checkpoint)
    if record is None or record.split.contents.get("train"):
        return True
    return bool(record.split.recordings.get("train")) or not _is_own(record, dataset)


def _record(checkpoint: str) -> CheckpointRecord | None:
    return (
        checkpoints.get(checkpoint.removeprefix(FINETUNED)).record
        if checkpoint.startswith(FINETUNED)
        else None
    )


def _is_own(record: CheckpointRecord, dataset: Dataset) -> bool:
    """Whether names mean the same in both; a record that does not say of which dataset it is may mean this one."""
    return not record.dataset.id or family(record.dataset.id) == family(dataset.id)
