"""Datasets: what is there, and adding one with a report first."""

from __future__ import annotations

import streamlit as st

from bioviz.datasets import library
from bioviz.errors import Missing
from bioviz.ui import dataset_form, dataset_report, removing
from bioviz.ui.app.pages import open_page
from bioviz.ui.state import open_dataset

st.title("Datasets")
add_tab = st.segmented_control(
    "What to do",
    ["Your datasets", "Add from a folder", "Upload files"],
    default="Your datasets",
    required=True,
    label_visibility="collapsed",
    key="datasets_tab",
)

if add_tab == "Add from a folder":
    dataset_form.from_folder()
elif add_tab == "Upload files":
    dataset_form.from_upload()
else:
    summaries = library.list_datasets()
    if not summaries:
        st.info("No datasets yet. Open the demo on the start page, or add your own here.")
    for summary in summaries:
        title = (
            f"{summary.name} — {summary.clips:,} clips, {len(summary.labels)} labels, "
            f"{summary.background_share:.0%} background, {summary.hours:.2f} h"
        )
        with st.expander(title):
            with st.container(horizontal=True):
                if st.button("Explore", key=f"explore_{summary.id}", type="primary"):
                    open_dataset(summary.id)
                    open_page("explore.py")
                if st.button(
                    "Remove from the list", key=f"remove_{summary.id}", help="Your files stay untouched."
                ):
                    removing.ask_dataset(summary)
            if st.toggle("Show the report", key=f"report_{summary.id}"):
                try:
                    dataset_report.show(library.load(summary.id))
                except Missing as error:  # removed in another tab, or damaged
                    st.error(str(error), icon=":material/error:")
