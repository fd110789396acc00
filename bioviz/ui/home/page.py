"""The first page: what bioviz is for, the guided story on the demo, and what is known of every dataset."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs, runs
from bioviz.datasets import library
from bioviz.runs.tasks import DEMO
from bioviz.ui.app.pages import open_page
from bioviz.ui.components.embedding_map.embedding_map import load_ahead
from bioviz.ui.datasets.page import open_form
from bioviz.ui.home import dataset_card, story_card
from bioviz.ui.job_cards import job_card
from bioviz.ui.state import HomeState
from bioviz.ui.tour import bar as tour
from bioviz.ui.view import set_view

IN_A_ROW = 3  # cards of datasets


def show() -> None:
    """Show the page below its title."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(
            "**bioviz** draws what an audio model hears: each short clip is a point, and clips that the model finds "
            "alike lie close together. Where calls lie among background, it cannot tell them apart; here you hear "
            "which, and find out why."
        )
        if st.button("Add a dataset", icon=":material/add:", key=HomeState.add_dataset):
            open_form()
    _demo()
    st.subheader("Your datasets")
    datasets = library.list_datasets()
    if not datasets:
        st.caption(
            "None yet. A folder with one sub-folder a species, a CSV, BEANS, or recordings beside Raven, Audacity, "
            "BirdNET or Kaleidoscope tables: bioviz finds out which, and reports what it found before anything is "
            "added."
        )
    for first in range(0, len(datasets), IN_A_ROW):
        for column, summary in zip(st.columns(IN_A_ROW), datasets[first : first + IN_A_ROW], strict=False):
            with column:
                dataset_card.show(summary)
    load_ahead()


def _demo() -> None:
    """Show the story, the job that prepares it, or go where it leads."""
    job = jobs.find("demo", {})  # whichever tab started it
    if job and not job.is_over:
        if not HomeState.demo_job.get():
            HomeState.with_tour.set(True)
        HomeState.demo_job.set(job.id)
        job_card.watch(job.id)
        story_card.show(None)
        return
    if job and job.state == "done" and HomeState.demo_job.get() == job.id:
        HomeState.demo_job.pop()
        open_demo()
    if job and job.state != "done":
        job_card.outcome(job)
    story_card.show(_start_demo)


def _start_demo(with_tour: bool) -> None:
    HomeState.with_tour.set(with_tour)
    if runs.open_demo() is not None:
        open_demo()
    HomeState.demo_job.set(runs.start_demo().id)
    st.rerun()


def open_demo() -> None:
    """Turn to the demo, which is computed, with the tour or without it."""
    if HomeState.with_tour.get():
        tour.start(DEMO.dataset, DEMO.model, DEMO.checkpoint)
    set_view(
        dataset=DEMO.dataset, model=DEMO.model, checkpoint=DEMO.checkpoint, other_dataset="", clip=-1, tour=0
    )
    open_page("explore.py")
