"""A warning where a fine-tuned model is judged on clips of recordings that it was trained or chosen on."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz.datasets.types import Dataset
from bioviz.runs import Run
from bioviz.ui.compare.training import learnt_from
from bioviz.ui.state import DeskState
from bioviz.ui.view import set_view


def trained_on(run: Run, dataset: Dataset) -> int:
    """How many clips of the run are of recordings that its checkpoint was fine-tuned with."""
    known = learnt_from(run.spec.checkpoint, dataset)
    heard = np.array([recording.name in known for recording in dataset.recordings], dtype=bool)
    return int(heard[dataset.clips.recording[run.rows]].sum())


def trained_note(run: Run, dataset: Dataset, keys: DeskState) -> None:
    """Say how many clips the model learnt from, and offer the test clips where the dataset has some."""
    count = trained_on(run, dataset)
    if not count:
        return
    text = (
        f"{count:,} of the {len(run):,} clips are of recordings that this model was fine-tuned with: it looks better "
        "here than on new recordings."
    )
    if "test" not in dataset.clips.split:
        st.warning(f"{text} The dataset has no test split to judge it by instead.", icon=":material/warning:")
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.warning(text, icon=":material/warning:")
    if right.button(
        "Test clips only",
        key=keys.test_split,
        help="Show and judge the test clips of the dataset, which no training has seen.",
    ):
        set_view(split="test")
        st.rerun(scope="app")
