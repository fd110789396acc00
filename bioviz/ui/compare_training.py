"""Fair warning: clips that a fine-tuned side has learnt from flatter it."""

from __future__ import annotations

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.models.base import FINETUNED
from bioviz.runs.comparison import ComparisonSpec
from bioviz.training import checkpoints
from bioviz.ui.compare_pickers import family


def training_notes(spec: ComparisonSpec, dataset: Dataset, rows: np.ndarray) -> list[str]:
    """For each fine-tuned side a sentence, where clips compared are of recordings it was trained or chosen on.

    Args:
        dataset: of the left run. rows: (n,) clips compared, in it.
    """
    said = []
    for side, run in (("left", spec.left), ("right", spec.right)):
        known = _learnt_from(run.checkpoint, dataset)
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


def _learnt_from(checkpoint: str, dataset: Dataset) -> set[str]:
    """Names of the recordings that a fine-tuned checkpoint was trained or chosen on, if they are of this dataset."""
    if not checkpoint.startswith(FINETUNED):
        return set()
    try:
        record = checkpoints.get(checkpoint.removeprefix(FINETUNED)).record
        if family(record["dataset"]["id"]) != family(dataset.id):
            return set()
        parts = record["split"]["recordings"]
        return {*parts["train"], *parts["valid"]}
    except (BiovizError, KeyError, TypeError):  # an imported checkpoint may not tell
        return set()
