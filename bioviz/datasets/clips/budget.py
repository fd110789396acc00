"""How large a dataset may become, said before memory is taken for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bioviz.datasets.types import Annotation, Recording, WindowPlan
from bioviz.errors import BadInput

MOST_LABELS = 20_000  # the largest lists of species of models have about ten thousand
MOST_ANNOTATIONS = 4_000_000  # of all tables together
MOST_CLIPS = 5_000_000
MOST_CELLS = 2_000_000_000  # clips times labels, a byte each


def check_labels(count: int) -> None:
    """Refuse more labels than anybody has species.

    Raises
    ------
    BadInput
        There are more than `MOST_LABELS`.

    """
    if count > MOST_LABELS:
        raise BadInput(
            f"This would be {count:,} different labels; up to {MOST_LABELS:,} are possible. Look whether the column "
            "that is taken for the label is one of numbers, times or notes, and say which column is the label."
        )


def check_annotations(count: int) -> None:
    """Refuse more annotations than memory holds while they are read.

    Raises
    ------
    BadInput
        There are more than `MOST_ANNOTATIONS`.

    """
    if count > MOST_ANNOTATIONS:
        raise BadInput(
            f"The tables hold {count:,} annotations so far; up to {MOST_ANNOTATIONS:,} are possible in one dataset. "
            "Add the recordings as several datasets, or set a higher minimum confidence."
        )


def check_windows(
    recordings: Sequence[Recording], annotations: Sequence[Annotation], plan: WindowPlan, labels: int
) -> None:
    """Refuse a width and a hop that cut recordings into more clips than memory holds.

    Raises
    ------
    BadInput
        There would be more than `MOST_CLIPS`, or clips with more than `MOST_CELLS` labels, or annotations would reach
        into that many.

    """
    seconds = np.array([recording.duration_s for recording in recordings], dtype=np.float64)
    clips = float(np.maximum((seconds - plan.width_s) / plan.hop_s + 1, 1.0).sum())
    boxes_s = np.array([a.end_s - a.start_s for a in annotations], dtype=np.float64)
    touched = float(((boxes_s + plan.width_s) / plan.hop_s + 1).sum())
    if clips > MOST_CLIPS or clips * labels > MOST_CELLS or touched > MOST_CELLS / 10:
        raise BadInput(
            f"A clip every {plan.hop_s:g} s would cut these {seconds.sum() / 3600:,.1f} h into {clips:,.0f} clips of "
            f"{labels:,} labels, more than can be kept in memory (up to {MOST_CLIPS:,} clips). Set a longer hop, or "
            "add fewer recordings at a time."
        )
