"""Recordings that are no longer what a dataset was made of: looked for when it is opened, and said above the page."""

from __future__ import annotations

import streamlit as st

from bioviz.datasets import library
from bioviz.datasets.sound_files.unchanged import check_unchanged
from bioviz.datasets.types import Dataset
from bioviz.ui.app import notices
from bioviz.ui.state import AppState

# What is read again for it at a time, as a page waits; what is beyond is looked at the next time, or when it is played.
MOST_BYTES = 200_000_000


@st.cache_data(ttl=60, max_entries=64, show_spinner=False)
def changed_files(dataset_id: str, version: str) -> list[str]:
    """Return the names of recordings that are gone or hold other bytes than when the dataset was added."""
    return [problem.file for problem in check_unchanged(library.load(dataset_id), MOST_BYTES)]


def say_changed_files(dataset: Dataset) -> None:
    """Say above the page which recordings changed, and what to do, once for each of them in a session."""
    changed = changed_files(dataset.id, dataset.version)
    said = AppState.changed_files_said.get()
    news = frozenset((dataset.id, name) for name in changed) - said
    if not news:
        return
    AppState.changed_files_said.set(said | news)
    first = min(name for _, name in news)
    others = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
    notices.say(
        f"{first}{others} of {dataset.name} changed since the dataset was added, or cannot be found: what you see was "
        "computed from the old recordings, and those that changed are not played. Bring the old files back, or add the "
        "dataset's folder again."
    )
