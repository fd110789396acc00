"""A warning where a fine-tuned model is judged on clips of recordings that it was trained or chosen on."""

from __future__ import annotations

import streamlit as st

from bioviz.datasets.types import Dataset
from bioviz.errors import Missing
from bioviz.models.titles import checkpoint_title
from bioviz.runs import Run
from bioviz.runs.heard import heard, is_told, no_fair_clips
from bioviz.ui.state import DeskState
from bioviz.ui.view import set_view


def trained_note(run: Run, dataset: Dataset, keys: DeskState) -> None:
    """Say how many clips the model learnt from, and offer the test clips where the dataset has some."""
    checkpoint = run.spec.checkpoint
    try:
        known, told = heard(dataset, checkpoint), is_told(dataset, checkpoint)
    except Missing:
        st.warning(
            f"{checkpoint_title(checkpoint)} was deleted, and with it which recordings it was fine-tuned with.",
            icon=":material/warning:",
        )
        return
    if not told:
        st.warning(
            f"{checkpoint_title(checkpoint)} does not tell which recordings it was fine-tuned with: it may look "
            "better here than on new recordings.",
            icon=":material/warning:",
        )
    count = int(known[run.rows].sum())
    if not count:
        return
    text = (
        f"{count:,} of the {len(run):,} clips are of recordings that this model was fine-tuned with: it looks better "
        "here than on new recordings."
    )
    if advice := no_fair_clips(dataset, known):
        st.warning(f"{text} {advice}", icon=":material/warning:")
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.warning(text, icon=":material/warning:")
    if right.button(
        "Test clips only",
        key=keys.test_split,
        help="Show and judge the test clips of the dataset, of which this model has heard none.",
    ):
        set_view(split="test")
        st.rerun(scope="app")
