"""What is known of the sides that were fine-tuned: the clips they learnt from, and how good their classifier is."""

from __future__ import annotations

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.models import checkpoints
from bioviz.models.base import FINETUNED
from bioviz.reports.comparison import OwnScore
from bioviz.runs.comparison import ComparisonSpec
from bioviz.ui.compare.pickers import family

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


def training_notes(spec: ComparisonSpec, dataset: Dataset, rows: np.ndarray) -> list[str]:
    """For each fine-tuned side what its training taught, and whether clips compared were trained or chosen on.

    Args:
        dataset: of the left run. rows: (n,) clips compared, in it.
    """
    said = outcomes(spec)
    for side, run in (("left", spec.left), ("right", spec.right)):
        known = learnt_from(run.checkpoint, dataset)
        if not known:
            continue
        heard = np.array([recording.name in known for recording in dataset.recordings])
        count = int(heard[dataset.clips.recording[rows]].sum())
        if count:
            advice = (
                "Choose the test clips under “Clips from” for a fair comparison."
                if "test" in dataset.clips.split
                else "The dataset has no test split of its own to compare on instead."
            )
            said.append(
                f"{count:,} of the {len(rows):,} clips are of recordings that the {side} model was fine-tuned with, "
                f"which flatters it. {advice}"
            )
    return said


def outcomes(spec: ComparisonSpec) -> list[str]:
    """For each fine-tuned side what its training taught, in a sentence."""
    said = []
    for side, run in (("Left", spec.left), ("Right", spec.right)):
        told = _record(run.checkpoint).get("outcome")
        if isinstance(told, dict) and told.get("sentence"):
            said.append(f"{side}: {told['sentence']}")
    return said


def tested(spec: ComparisonSpec) -> tuple[OwnScore, ...]:
    """Accuracy and macro average precision of the sides' own classifiers; nothing where no side is fine-tuned."""
    records = [_record(side.checkpoint) for side in (spec.left, spec.right)]
    if not any(records):
        return ()
    same = _tested_on(records[0]) is not None and _tested_on(records[0]) == _tested_on(records[1])
    found = []
    for name, title, text in OWN_CLASSIFIER:
        left, right = ((record.get("test") or {}).get(name) for record in records)
        gap = right - left if same and left is not None and right is not None else None
        if left is not None or right is not None:
            found.append(OwnScore(title, left, right, gap, text))
    return tuple(found)


def _record(checkpoint: str) -> dict:
    """The record of a fine-tuned checkpoint; empty for others and where it is gone."""
    if not checkpoint.startswith(FINETUNED):
        return {}
    try:
        return dict(checkpoints.get(checkpoint.removeprefix(FINETUNED)).record)
    except BiovizError:
        return {}


def _tested_on(record: dict) -> tuple | None:
    """What a checkpoint was tested on; None where it does not tell."""
    try:
        return record["dataset"]["version"], tuple(record["split"]["recordings"]["test"])
    except (KeyError, TypeError):
        return None


def learnt_from(checkpoint: str, dataset: Dataset) -> set[str]:
    """Names of the recordings that a fine-tuned checkpoint was trained or chosen on, if they are of this dataset."""
    record = _record(checkpoint)
    try:
        if family(record["dataset"]["id"]) != family(dataset.id):
            return set()
        parts = record["split"]["recordings"]
        return {*parts["train"], *parts["valid"]}
    except (KeyError, TypeError):  # an imported checkpoint may not tell
        return set()
