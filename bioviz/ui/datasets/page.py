"""The page Datasets: what is there, and adding one with a look at it first."""

from __future__ import annotations

import streamlit as st

from bioviz import rights
from bioviz.counts import counted, sound_length
from bioviz.datasets import library
from bioviz.datasets.library import DatasetSummary
from bioviz.errors import Missing
from bioviz.percent import percent
from bioviz.ui import removing
from bioviz.ui.app.notices import plain
from bioviz.ui.app.pages import open_page
from bioviz.ui.app.scroll import scroll
from bioviz.ui.datasets import add, report, source_folder
from bioviz.ui.editing import for_editors
from bioviz.ui.state import DatasetsState, ReportState
from bioviz.ui.view import open_dataset

YOURS, FOLDER, UPLOAD = "Your datasets", "Add from a folder", "Upload files"


def show() -> None:
    """Draw the page below its title."""
    if DatasetsState.tab.get() not in (YOURS, FOLDER, UPLOAD):
        DatasetsState.tab.set(YOURS)
    tab = st.segmented_control(
        "What to do",
        [YOURS, FOLDER, UPLOAD],
        required=True,
        label_visibility="collapsed",
        key=DatasetsState.tab,
    )
    if tab != YOURS and not for_editors():
        pass
    elif tab == FOLDER:
        add.add_from(source_folder.pick_folder())
    elif tab == UPLOAD:
        add.add_from(source_folder.pick_upload())
    else:
        _datasets()
    scroll()


def open_form() -> None:
    """Lead to the form that adds a dataset. For a button of another page."""
    DatasetsState.tab.set(FOLDER)
    open_page("datasets.py")


def _datasets() -> None:
    summaries = library.list_datasets()
    if not summaries:
        st.info("No datasets yet. Open the demo on the start page, or add your own here.")
    for summary in summaries:
        _dataset(summary)


def _dataset(summary: DatasetSummary) -> None:
    title = (
        f"{summary.name} — {counted(summary.clips, 'clip')}, {counted(len(summary.labels), 'label')}, "
        f"{percent(summary.background_share)} background, {sound_length(summary.hours)}"
    )
    with st.expander(plain(title)):
        with st.container(horizontal=True):
            if st.button("Explore", key=DatasetsState.explore(summary.id), type="primary"):
                open_dataset(summary.id)
                open_page("explore.py")
            if st.button(
                "Remove from the list",
                key=DatasetsState.remove(summary.id),
                help="Your files stay untouched.",
                disabled=not rights.may_edit(),
            ):
                removing.ask_dataset(summary)
        if st.toggle("Show the report", key=DatasetsState.show_report(summary.id)):
            try:
                report.show(library.load(summary.id), ReportState(summary.id))
            except Missing as error:  # removed in another tab, or damaged
                st.error(plain(str(error)), icon=":material/error:")
