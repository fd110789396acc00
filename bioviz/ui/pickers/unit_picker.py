"""What is independent of what in a dataset: shown with the reason, and the user's to change."""

from __future__ import annotations

import streamlit as st

from bioviz import rights
from bioviz.datasets import library
from bioviz.datasets.independence import Unit
from bioviz.ui.app.notices import plain
from bioviz.ui.state import PickerState

HELP = (
    "Neighbors, folds, splits and intervals leave out or draw whole units: clips of one unit share their background, "
    "so they prove nothing about each other. Kept with the dataset; nothing is embedded again."
)


def pick_unit(dataset_id: str) -> None:
    """Draw `unit_field` in the sidebar."""
    with st.sidebar:
        unit_field(dataset_id)


def unit_field(dataset_id: str) -> None:
    """Draw a select box bound to the dataset's record, with the reason for the detected unit."""
    independence = library.load(dataset_id).independence
    options = list(independence.choices)
    PickerState.unit.set(independence.unit)  # on every run: the record decides

    def changed() -> None:
        chosen = PickerState.unit.get()
        library.set_unit(dataset_id, "" if chosen == independence.detected else str(chosen))

    def title(unit: Unit) -> str:
        mark = ", detected" if unit is independence.detected else ""
        return f"{unit.heading}: {independence.choices[unit]:,}{mark}"

    st.selectbox(
        "Unit of independence",
        options,
        format_func=title,
        key=PickerState.unit,
        on_change=changed,
        help=HELP,
        disabled=not rights.may_edit(),
    )
    st.caption(plain(independence.reason))
