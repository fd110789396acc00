"""Asking before something is removed, with what is lost."""

from __future__ import annotations

import contextlib

import streamlit as st

from bioviz import jobs, rights
from bioviz.config import settings
from bioviz.counts import counted
from bioviz.datasets import library
from bioviz.datasets.files import upload
from bioviz.datasets.library import DatasetSummary
from bioviz.errors import Missing
from bioviz.flags import load_flags
from bioviz.runs import stages
from bioviz.runs.tasks import specs_of
from bioviz.store.usage import EVICTABLE, prune, usage
from bioviz.ui.app.notices import plain
from bioviz.ui.state import DatasetsState, JobState


@st.dialog("Remove this dataset from the list?", width="medium")
def ask_dataset(summary: DatasetSummary) -> None:
    """Ask, say what is lost, and remove the dataset."""
    holds = f"{counted(summary.clips, 'clip')} from {counted(summary.recordings, 'recording')}"
    st.markdown(f"**{plain(summary.name)}** — {holds}")
    for sentence in losses(summary):
        st.text(sentence)
    with st.container(horizontal=True):
        if st.button(
            "Remove it",
            type="primary",
            key=DatasetsState.remove_really,
            icon=":material/delete:",
            on_click=_remove,
            args=(summary.id,),
        ):
            st.rerun()  # closes the dialog
        if st.button("Keep it", key=DatasetsState.keep):
            st.rerun()


def losses(summary: DatasetSummary) -> list[str]:
    """Return what can no longer be reached when a dataset is removed, and what stays, in sentences."""
    try:
        flags = load_flags(library.load(summary.id))
        clips, users = len(flags), len(flags.users)
    except Missing:  # damaged: which clips its flags are of is not known
        clips = users = 0
    maps = sum(1 for meta in stages.metas("scores") if meta.get("spec", {}).get("dataset") == summary.id)
    sentences = [
        f"The recordings in {summary.root} stay as they are." if summary.root else "The recordings stay."
    ]
    lost = (
        [f"The flags of {clips:,} {_plural(clips, 'clip')} by {users} {_plural(users, 'user')}"]
        if clips
        else []
    )
    lost += [f"{maps:,} computed {_plural(maps, 'map')} with their scores"] if maps else []
    if lost:
        sentences.append(
            f"{' and '.join(lost)} can no longer be opened. They are back when the same folder is added again under "
            "the same name, as long as the cache keeps them (flags are always kept)."
        )
    else:
        sentences.append("Nobody has flagged a clip of it, and no map of it is computed.")
    cleaned = [s.name for s in library.list_datasets() if s.id.startswith(f"{summary.id[:80]}-clean-")]
    if cleaned:
        sentences.append(
            f"What was cleaned from it stays, without the comparison to it: {', '.join(cleaned)}."
        )
    running = [job.title for job in jobs.list_jobs() if not job.is_over and _works_on(job, summary.id)]
    if running:
        sentences.append(f"Work on it that is running now will fail: {'; '.join(running)}.")
    return sentences


@st.dialog("Remove all embeddings and maps?", width="medium")
def ask_cache() -> None:
    """Ask, say what has to be computed again, and clear what can be."""
    folders = [folder for folder in usage(settings()) if folder.name in EVICTABLE]
    maps = sum(1 for _ in stages.metas("scores"))
    if not any(folder.files for folder in folders):
        st.text("There are none: nothing has been computed since the cache was last cleared.")
        return
    st.text(
        f"{sum(folder.bytes for folder in folders) / 1e6:,.1f} MB are freed. {maps:,} {_plural(maps, 'map')} and the "
        "embeddings of all datasets have to be computed again before they can be opened, which can take hours."
    )
    st.text("Datasets, flags, weights and fine-tuned checkpoints stay.")
    running = [job.title for job in jobs.list_jobs() if not job.is_over]
    if running:
        st.text(f"Work that is running now may fail and has to be started again: {'; '.join(running)}.")
    with st.container(horizontal=True):
        if st.button(
            "Remove them",
            type="primary",
            key=JobState.remove_results_really,
            icon=":material/delete_sweep:",
            on_click=_clear,
        ):
            st.rerun()  # closes the dialog
        if st.button("Keep them", key=JobState.keep_results):
            st.rerun()


def clear_uploads() -> None:
    """Remove the uploads that no dataset uses. For a callback."""
    freed = upload.remove_unused()
    st.toast(
        f"Removed {freed / 1e6:,.1f} MB of uploads."
        if freed
        else "Nothing removed: what was uploaded in the last hour stays for now."
    )


def _remove(dataset_id: str) -> None:
    with contextlib.suppress(Missing):  # another tab was quicker
        library.remove(dataset_id)


def _clear() -> None:
    rights.require()  # the cache makes room by itself too, for whoever works
    removed = prune(settings(), limit_bytes=0)
    st.toast(f"Removed {removed.bytes / 1e6:,.1f} MB. They are computed again when you need them.")


def _works_on(job: jobs.Job, dataset_id: str) -> bool:
    datasets = [spec.get("dataset") for spec in specs_of(job)]
    return dataset_id in (*datasets, job.params.get("dataset"))


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
