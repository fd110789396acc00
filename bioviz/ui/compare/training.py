"""What is known of the sides that were fine-tuned: the clips they learnt from, and how good their classifier is."""

from __future__ import annotations

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.models import checkpoints
from bioviz.models.base import FINETUNED
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.reports.comparison import OwnScore
from bioviz.runs.comparison import ComparisonSpec
from bioviz.runs.heard import heard, is_told, no_fair_clips

OWN_CLASSIFIER = (
    (
        "accuracy",
        "Own classifier: test accuracy",
        "Share of the checkpoint's own test clips that its own classifier names right, background included.",
    ),
    (
        "macro_ap",
        "Own classifier: test average precision",
        "Average precision of the checkpoint's own classifier on its own test clips, mean over the labels that "
        "have any.",
    ),
    (
        "macro_ap_beans",
        "Own classifier: test average precision as BEANS counts",
        "The same mean over all labels, where one without test clips counts as 0.",
    ),
)


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
        try:
            known = heard(dataset, run.checkpoint)
            count = int(known[rows].sum())
            told = is_told(dataset, run.checkpoint)
        except BiovizError:
            known, count, told = np.zeros(0, dtype=bool), 0, False
        if not told:
            said.append(
                f"Nobody can tell which recordings the {side} model was fine-tuned with; it may have heard these clips."
            )
        if count:
            unfair = no_fair_clips(dataset, known)
            advice = unfair or "For a fair comparison choose the test split under Settings."
            said.append(
                f"{count:,} of the {len(rows):,} clips are of recordings that the {side} model was fine-tuned with, "
                f"which flatters it. {advice}"
            )
    return said


def outcomes(spec: ComparisonSpec) -> list[str]:
    """For each fine-tuned side what its training taught, in a sentence."""
    said = []
    for side, run in (("Left", spec.left), ("Right", spec.right)):
        record = _record(run.checkpoint)
        if record is not None and record.outcome.sentence:
            said.append(f"{side}: {record.outcome.sentence}")
    return said


def tested(spec: ComparisonSpec) -> tuple[OwnScore, ...]:
    """Accuracy and macro average precision of the sides' own classifiers; nothing where no side is fine-tuned."""
    records = [_record(side.checkpoint) for side in (spec.left, spec.right)]
    if not any(records):
        return ()
    left_test, right_test = (_tested_on(record) for record in records)
    same = left_test is not None and left_test == right_test
    rows = []
    for name, title, text in OWN_CLASSIFIER:
        left, right = (None if record is None else record.test.get(name) for record in records)
        gap = right - left if same and left is not None and right is not None else None
        if left is not None or right is not None:
            rows.append(OwnScore(title, left, right, gap, text))
    return tuple(rows)


def _record(checkpoint: str) -> CheckpointRecord | None:
    """Return the record of a fine-tuned checkpoint; None for others and where it is gone."""
    if not checkpoint.startswith(FINETUNED):
        return None
    try:
        return checkpoints.get(checkpoint.removeprefix(FINETUNED)).record
    except BiovizError:
        return None


def _tested_on(record: CheckpointRecord | None) -> tuple[str, tuple[str, ...]] | None:
    """Return what a checkpoint was tested on; None where it does not tell."""
    if record is None or not record.dataset.version or "test" not in record.split.recordings:
        return None
    return record.dataset.version, tuple(record.split.recordings["test"])
