"""A warning where a fine-tuned model is judged on clips of recordings that it was trained or chosen on."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz.datasets.types import Dataset
from bioviz.runs import Run
from bioviz.runs.heard import heard_words
from bioviz.ui.app.notices import plain
from bioviz.ui.state import DeskState
from bioviz.ui.view import set_view


def trained_note(run: Run, dataset: Dataset, keys: DeskState) -> None:
    """Say how many clips the model learnt from, and offer the test clips where the dataset has some."""
    words = heard_words(dataset, run.rows, run.spec.checkpoint)
    if words.untold:
        st.warning(plain(words.untold), icon=":material/warning:")
    if not words.learnt:
        return
    if words.advice:
        st.warning(f"{words.learnt} {words.advice}", icon=":material/warning:")
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.warning(words.learnt, icon=":material/warning:")
    if right.button(
        "Test clips only",
        key=keys.test_split,
        help="Show and judge the test clips of the dataset, of which this model has heard none.",
    ):
        set_view(split="test")
        st.rerun(scope="app")


def warn_trained(dataset: Dataset, rows: np.ndarray, checkpoint: str, title: str = "") -> None:
    """Warn where a model that is judged on clips `rows` (n,) was fine-tuned with them.

    `title` names it where there are several.
    """
    for sentence in heard_words(dataset, rows, checkpoint).sentences:
        st.warning(plain(f"{title}: {sentence}" if title else sentence), icon=":material/warning:")
