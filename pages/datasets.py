"""Datasets: what is there, and adding one with a report first."""

from __future__ import annotations

import streamlit as st

from bioviz.datasets import library
from bioviz.ui import dataset_form, dataset_report
from bioviz.ui.pages import open_page
from bioviz.ui.state import set_view

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
                    set_view(dataset=summary.id, clip=-1)
                    open_page("explore.py")
                if st.button(
                    "Remove from the list", key=f"remove_{summary.id}", help="Your files stay untouched."
                ):
                    library.remove(summary.id)
                    st.rerun()
            if st.toggle("Show the report", key=f"report_{summary.id}"):
                dataset_report.show(library.load(summary.id))
