"""What is independent of what in a dataset: shown with the reason, and the user's to change."""

from __future__ import annotations

import streamlit as st

from bioviz.datasets import library
from bioviz.datasets.independence import Unit
from bioviz.ui.session import set_widget, widget

HELP = (
    "Neighbors, folds, splits and intervals leave out or draw whole units: clips of one unit share their background, "
    "so they prove nothing about each other. Kept with the dataset; nothing is embedded again."
)


def pick_unit(dataset_id: str) -> None:
    """A select box in the sidebar, bound to the dataset's record, with the reason for the detected unit."""
    found = library.load(dataset_id).independence
    options = list(found.choices)
    key = "_unit_of_independence"
    set_widget(key, found.unit)  # on every run: the record decides

    def changed() -> None:
        chosen = widget(key)
        library.set_unit(dataset_id, "" if chosen == found.detected else str(chosen))

    def title(unit: Unit) -> str:
        mark = ", detected" if unit is found.detected else ""
        return f"{unit.heading}: {found.choices[unit]:,}{mark}"

    with st.sidebar:
        st.selectbox(
            "Unit of independence", options, format_func=title, key=key, on_change=changed, help=HELP
        )
        st.caption(found.reason)
