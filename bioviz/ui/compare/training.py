"""What is known of the sides that were fine-tuned: what they were taught, and how good their classifier is."""

from __future__ import annotations

from bioviz.errors import BiovizError
from bioviz.models import checkpoints
from bioviz.models.base import FINETUNED
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.reports.comparison import OwnScore
from bioviz.runs.comparison import ComparisonSpec

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
