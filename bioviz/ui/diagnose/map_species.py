"""The dialog that maps a model's list of species to the labels of a dataset: suggested by name, confirmed by hand."""

from __future__ import annotations

import streamlit as st

from bioviz.analysis.thresholds.match import suggested
from bioviz.runs.thresholds.of_run import RunThresholds
from bioviz.runs.thresholds.score_mapping import map_labels
from bioviz.ui.app.notices import plain
from bioviz.ui.state import DiagnoseState

AT_ONCE = 12
"""Labels that are asked about together."""


@st.dialog("Which scores stand for which labels?", width="large")
def ask(done: RunThresholds, labels: list[str]) -> None:
    """Offer scores for each of some labels, and keep what is confirmed with the dataset."""
    asked = done.asked
    st.caption(
        "Suggested by the names: the same words, four-letter codes, nearly the same spelling. Of several scores that "
        "stand for one label the highest counts. Only what you confirm is used."
    )
    every = suggested(labels, asked.names)
    offered = {label: names for label, names in every.items() if names}
    chosen: dict[str, list[str]] = {}
    for label, names in list(offered.items())[:AT_ONCE]:
        title, choice = st.columns([1, 3], vertical_alignment="center")
        title.markdown(f"**{plain(label)}**")
        chosen[label] = choice.multiselect(
            f"Scores for {plain(label)}",
            names,
            list(names[:1]),
            key=DiagnoseState.suggested_scores(label),
            label_visibility="collapsed",
            placeholder="none of these",
        )
    if len(offered) > AT_ONCE:
        st.caption(f"{len(offered) - AT_ONCE:,} more labels come after these.")
    without = [label for label in labels if label not in offered]
    if without:
        few = ", ".join(without[:AT_ONCE]) + (" and others" if len(without) > AT_ONCE else "")
        st.caption(
            f"No score has a name like {plain(few)}: choose theirs by hand, below the button that led here."
        )
    confirmed = {label: names for label, names in chosen.items() if names}
    if st.button(
        "Confirm these",
        key=DiagnoseState.confirm_mapping,
        type="primary",
        icon=":material/check:",
        disabled=not confirmed,
    ):
        map_labels(asked.dataset.id, asked.model, asked.checkpoint, confirmed)
        st.rerun()
