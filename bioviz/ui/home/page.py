"""The first page: what bioviz is for, the demo, and the datasets there are."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs, runs
from bioviz.datasets import library
from bioviz.percent import percent
from bioviz.ui.app.pages import open_page
from bioviz.ui.components.embedding_map.embedding_map import load_ahead
from bioviz.ui.datasets.page import open_form
from bioviz.ui.job_cards import job_card
from bioviz.ui.state import HomeState
from bioviz.ui.view import open_dataset, set_view

DEMO_MODEL = {"model": "acoustic_features", "checkpoint": "none"}


def show() -> None:
    """Show the page below its title."""
    st.markdown(
        "**bioviz** shows how an audio model sees your recordings: each short clip becomes a point, and clips that "
        "the model finds alike lie close together. Where labelled calls lie among background noise, the model cannot "
        "tell them apart. Click such a point to hear and see the clip, find the cause, and correct the labels, the "
        "data or the model."
    )
    datasets = library.list_datasets()
    demo_job = jobs.find("demo", {})  # whichever tab started it
    if demo_job and not demo_job.is_over:
        HomeState.demo_job.set(demo_job.id)
        job_card.watch(demo_job.id)
    elif demo_job and demo_job.state == "done" and HomeState.demo_job.get() == demo_job.id:
        HomeState.demo_job.pop()
        set_view(dataset="demo", other_dataset="", clip=-1, **DEMO_MODEL)
        open_page("explore.py")
    else:
        if demo_job and demo_job.state != "done":
            job_card.outcome(demo_job)
        left, right = st.columns([1, 1], gap="large")
        with left.container(border=True, height="stretch"):
            st.subheader("Look around with the demo")
            st.markdown(
                "Twenty one-minute recordings from four made-up sites, with six kinds of calls over wind, rain, "
                "stream, insects and recorder hum. Made on this computer, nothing is downloaded."
            )
            if st.button(
                "Open the demo", type="primary", icon=":material/play_arrow:", key=HomeState.open_demo
            ):
                HomeState.demo_job.set(runs.start_demo().id)
                st.rerun()
        with right.container(border=True, height="stretch"):
            st.subheader("Bring your own recordings")
            st.markdown(
                "A folder with one sub-folder a species, a CSV, BEANS, or recordings beside Raven, Audacity, BirdNET "
                "or Kaleidoscope tables. bioviz finds out which, and reports what it found before anything is added."
            )
            if st.button("Add a dataset", icon=":material/add:", key=HomeState.add_dataset):
                open_form()
    st.subheader("Your datasets")
    if not datasets:
        st.caption("None yet. Open the demo, or add your own.")
    for summary in datasets:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{summary.name}** — {summary.clips:,} clips from {summary.recordings:,} recordings, "
                f"{len(summary.labels)} labels, {percent(summary.background_share)} background, {summary.hours:.1f} h"
            )
            if st.button("Explore", key=HomeState.explore(summary.id), icon=":material/scatter_plot:"):
                open_dataset(summary.id)
                open_page("explore.py")
    load_ahead()
