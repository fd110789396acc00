"""The list of pages: the navigation is made from it, and the tests run every entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import streamlit as st

from bioviz.config import app_folder
from bioviz.ui.state import AppState


@dataclass(frozen=True)
class PageEntry:
    """One page: its file in `pages/`, its title in the navigation, its icon and its path in the URL."""

    file: str
    title: str
    icon: str
    url: str
    default: bool = False

    def as_streamlit(self) -> st.Page:
        return st.Page(
            app_folder() / "pages" / self.file,
            title=self.title,
            icon=self.icon,
            url_path=None if self.default else self.url,
            default=self.default,
        )


PAGES = (
    PageEntry("home.py", "Start", ":material/home:", "start", default=True),
    PageEntry("explore.py", "Explore", ":material/scatter_plot:", "explore"),
    PageEntry("diagnose.py", "Diagnose", ":material/stethoscope:", "diagnose"),
    PageEntry("compare.py", "Compare", ":material/compare:", "compare"),
    PageEntry("finetune.py", "Fine-tune", ":material/model_training:", "finetune"),
    PageEntry("snr.py", "Noise experiment", ":material/graphic_eq:", "noise"),
    PageEntry("benchmark.py", "Benchmark", ":material/leaderboard:", "benchmark"),
    PageEntry("datasets.py", "Datasets", ":material/library_music:", "datasets"),
    PageEntry("models.py", "Models", ":material/neurology:", "models"),
    PageEntry("jobs.py", "Jobs and storage", ":material/work_history:", "jobs"),
)


def addresses() -> list[str]:
    """Return the pages' paths in the URL; the one that opens first has two, and "" is one of them."""
    return ["", *(entry.url for entry in PAGES)]


BENCHES = ("Explore",)
"""Titles of the pages that fill the window."""
BARS = ("Diagnose", "Compare")
"""Titles of those that have the line of pickers too, and a page below it that scrolls."""


def ask_for_a_dataset() -> NoReturn:
    """For pages that need a dataset when there is none: lead to the start page, and end the run."""
    st.info("There is no dataset yet. Open the demo on the start page, or add your own recordings.")
    if st.button("Go to the start page", type="primary"):
        open_page("home.py")
    st.stop()


def open_page(file: str) -> None:
    """Switch to a page by its file name; `finish_switch` sees to it that the page is reached."""
    AppState.switching_to.set(file)
    st.switch_page(_entry(file).as_streamlit())


def finish_switch(page: st.Page) -> None:
    """Switch again where a switch was overtaken.

    A timer of the page before may ask for its part at the same moment; Streamlit then joins both requests into one
    run of the page before, and the switch would be lost.

    Parameters
    ----------
    page
        That this run is of.

    """
    file = AppState.switching_to.get()
    if file and _entry(file).title != page.title:
        open_page(file)
    AppState.switching_to.set("")


def _entry(file: str) -> PageEntry:
    return next(p for p in PAGES if p.file == file)
