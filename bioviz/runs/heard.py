"""Which clips a fine-tuned checkpoint was trained on or chosen by: it is no fair judge of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bioviz.counts import counted
from bioviz.datasets.types import Dataset
from bioviz.errors import Missing
from bioviz.flags.cleaned import family
from bioviz.models import checkpoints
from bioviz.models.base import FINETUNED
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.models.titles import checkpoint_title

if TYPE_CHECKING:
    from bioviz.runs.comparison import ComparisonSpec

PARTS = ("train", "valid")
"""What a checkpoint learns from and is chosen by."""


def heard(dataset: Dataset, checkpoint: str) -> np.ndarray:
    """(N,) bool clips of a dataset of recordings that a checkpoint was trained on or chosen by, or one it started from.

    A recording is known again by its bytes, in any dataset and under any name; within the dataset of the training and
    its cleaned versions by its name too, which is all that older checkpoints tell.

    Raises
    ------
    Missing
        The checkpoint is gone.

    """
    known = np.zeros(len(dataset.recordings), dtype=bool)
    for record in _lineage(checkpoint)[0]:
        split = record.split
        contents = {content for part in PARTS for content in split.contents.get(part, ())}
        names = {
            name for part in PARTS for name in split.recordings.get(part, ()) if _is_own(record, dataset)
        }
        known |= [each.content_hash in contents or each.name in names for each in dataset.recordings]
    return known[dataset.clips.recording]


def is_told(dataset: Dataset, checkpoint: str) -> bool:
    """Whether it is known which clips of a dataset a checkpoint heard: one from elsewhere may not tell.

    Nor does an older one whose recordings have names of this dataset: they may be the same, or be called the same.

    Raises
    ------
    Missing
        The checkpoint is gone.

    """
    records, whole = _lineage(checkpoint)
    return whole and all(_tells(record, dataset) for record in records)


def no_fair_clips(dataset: Dataset, known: np.ndarray) -> str:
    """Say why the test clips of a dataset are no fair ones to judge by; "" where they are.

    Parameters
    ----------
    known : (N,) bool
        Clips that a checkpoint heard.

    """
    test = dataset.clips.split == "test"
    if not test.any():
        return "The dataset has no test split of its own to judge by instead."
    also = int((test & known).sum())
    return f"It heard {also:,} of the dataset's {counted(int(test.sum()), 'test clip')} too." if also else ""


@dataclass(frozen=True)
class HeardClips:
    """What is known of some clips that a checkpoint is judged on.

    Attributes
    ----------
    count
        Clips that it heard.
    is_told, is_gone
        Whether it is known of all clips whether it heard them, and whether the checkpoint was deleted.
    advice
        Why the dataset's test clips are no better ones; "" where they are.

    """

    count: int
    is_told: bool
    is_gone: bool = False
    advice: str = ""


def heard_clips(dataset: Dataset, rows: np.ndarray, checkpoint: str) -> HeardClips:
    """Return what is known of the clips `rows` (n,) of a dataset."""
    try:
        known, whole = heard(dataset, checkpoint), is_told(dataset, checkpoint)
    except Missing:
        return HeardClips(0, is_told=False, is_gone=True)
    return HeardClips(int(known[rows].sum()), whole, advice=no_fair_clips(dataset, known))


@dataclass(frozen=True)
class HeardWords:
    """What is to be said of a checkpoint that is judged on clips; "" for what is not so.

    Attributes
    ----------
    untold
        That it is not known which clips it heard.
    learnt, advice
        How many of the clips it is known to have heard, and why its dataset's test clips are no better ones.

    """

    untold: str = ""
    learnt: str = ""
    advice: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that is to be said."""
        return tuple(each for each in (self.untold, f"{self.learnt} {self.advice}".strip()) if each)


def heard_words(dataset: Dataset, rows: np.ndarray, checkpoint: str) -> HeardWords:
    """Say which of the clips `rows` (n,) of a dataset a checkpoint heard; nothing of one that was not fine-tuned."""
    of, untold = heard_clips(dataset, rows, checkpoint), ""
    if of.is_gone:
        untold = f"{checkpoint_title(checkpoint)} was deleted, and with it which recordings it was fine-tuned with."
    elif not of.is_told:
        untold = (
            f"{checkpoint_title(checkpoint)} does not tell which recordings it was fine-tuned with: it may look better "
            "here than on new recordings."
        )
    if not of.count:
        return HeardWords(untold)
    learnt = (
        f"{of.count:,} of the {counted(len(rows), 'clip')} are of recordings that this model was fine-tuned with: it "
        "looks better here than on new recordings."
    )
    return HeardWords(untold, learnt, of.advice)


def flattered(spec: ComparisonSpec, dataset: Dataset, rows: np.ndarray) -> list[str]:
    """For each fine-tuned side how many of the clips compared it was trained or chosen on, nothing where on none.

    One that does not tell is said too: nobody knows then that it was on none.

    Parameters
    ----------
    dataset
        Of the left run.
    rows : (n,)
        Clips compared, in it.

    """
    said = []
    for side, run in (("left", spec.left), ("right", spec.right)):
        of = heard_clips(dataset, rows, run.checkpoint)
        if not of.is_told:
            said.append(
                f"Nobody can tell which recordings the {side} model was fine-tuned with; it may have heard these clips."
            )
        if of.count:
            said.append(
                f"{of.count:,} of the {counted(len(rows), 'clip')} are of recordings that the {side} model was "
                f"fine-tuned with, which flatters it. {of.advice or 'For a fair comparison choose the test split.'}"
            )
    return said


def _tells(record: CheckpointRecord, dataset: Dataset) -> bool:
    names = record.split.recordings
    if record.split.contents.get("train"):
        return True
    if _is_own(record, dataset):
        return bool(names.get("train"))
    known = {name for part in PARTS for name in names.get(part, ())}
    return known.isdisjoint(each.name for each in dataset.recordings)


def _lineage(checkpoint: str) -> tuple[list[CheckpointRecord], bool]:
    """Return the record of a checkpoint and of those that it was fine-tuned from, and whether none of these is gone."""
    records: dict[str, CheckpointRecord] = {}
    while checkpoint.startswith(FINETUNED) and checkpoint not in records:
        try:
            records[checkpoint] = checkpoints.get(checkpoint.removeprefix(FINETUNED)).record
        except Missing:
            if not records:
                raise
            return list(records.values()), False
        checkpoint = records[checkpoint].base
    return list(records.values()), True


def _is_own(record: CheckpointRecord, dataset: Dataset) -> bool:
    """Whether names mean the same in both; a record that does not say of which dataset it is may mean this one."""
    return not record.dataset.id or family(record.dataset.id) == family(dataset.id)
