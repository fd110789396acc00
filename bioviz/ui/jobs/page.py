"""What runs, what ran, and how much room the results take."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs, rights
from bioviz.config import settings
from bioviz.counts import UNKNOWN
from bioviz.datasets.files import upload
from bioviz.models.devices.hardware import hardware
from bioviz.store.usage import usage
from bioviz.ui import dates, removing
from bioviz.ui.app.notices import plain
from bioviz.ui.app.pages import open_page
from bioviz.ui.job_cards import job_card
from bioviz.ui.jobs.outcomes import outcome_of
from bioviz.ui.state import DatasetsState, JobState
from bioviz.ui.view import set_view

WORDS = {
    "done": ":material/check_circle: finished",
    "failed": ":material/error: failed",
    "cancelled": ":material/cancel: cancelled",
    "lost": ":material/power_off: interrupted",
}
KINDS = {
    "blocks": "Embeddings of recordings",
    "sets": "Embeddings, assembled",
    "runs": "Maps and scores",
    "datasets": "Datasets",
    "demo": "Demo recordings",
    "uploads": "Uploaded recordings",
    "weights": "Weights of models",
    "checkpoints": "Fine-tuned checkpoints",
    "training": "Trainings under way",
    "waves": "Sounds kept for training",
    "flags": "Your flags",
    "annotations": "Your annotations",
    "views": "Saved views",
    "media": "Sounds and pictures",
    "jobs": "Records of jobs",
    "profiles": "Table profiles",
    "converted": "Recordings, converted by ffmpeg",
    "hashes": "Checksums of recordings",
    "numba": "Compiled code",
    "locks": "Locks",
}


MOST = 30  # jobs that are listed


def _ended(job: jobs.Job) -> None:
    """Show what became of a job, when, how long it took, and lead to what came out."""
    outcome = outcome_of(job)
    when = dates.local(job.ended) if job.ended else ""
    took = f"took {jobs.duration(job.ended - job.started)}" if job.started and job.ended else ""
    facts = " · ".join(part for part in (WORDS[job.state], when, took) if part)
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.markdown(f"**{plain(job.title or job.kind)}**  \n{facts}")
        if outcome is not None:
            if outcome.sentence:
                left.caption(plain(outcome.sentence))
            if right.button(
                "Open", key=JobState.open_outcome(job.id), icon=":material/open_in_new:", width="stretch"
            ):
                if job.kind == "scan":
                    DatasetsState.scan.set(job.id)
                if outcome.fields:
                    set_view(**outcome.fields)
                open_page(outcome.page)
        job_card.outcome(job)
        if job.state == "done" and job.result:
            with st.expander("Details"):
                st.json(job.result, expanded=False)


def show() -> None:
    """Show the page below its title."""
    st.caption(f"Models run on: {hardware().describe()}")
    if hardware().unused_gpu:
        st.caption(hardware().unused_gpu)
    everything = jobs.list_jobs()
    running = [job for job in everything if job.state in job_card.RUNNING]
    st.subheader("Running")
    if not running:
        st.caption("Nothing is running.")
    for job in running:
        job_card.watch(job.id)
    st.subheader("Earlier")
    ended = [job for job in everything if job.state not in job_card.RUNNING]
    if not ended:
        st.caption("No jobs yet.")
    for job in ended[:MOST]:
        _ended(job)
    if len(ended) > MOST:
        st.caption(f"And {len(ended) - MOST:,} older ones.")
    st.subheader("Storage")
    folders = usage(settings())
    st.dataframe(
        [
            {
                "what": KINDS.get(folder.name, folder.name),
                "size": folder.bytes / 1e6,
                "files": folder.files,
                "removed when space is short": folder.evictable,
            }
            for folder in folders
        ],
        hide_index=True,
        placeholder=UNKNOWN,
        column_config={"size": st.column_config.NumberColumn("size (MB)", format="%.1f")},
    )
    st.caption(
        f"All of it is in `{settings().cache_dir}`. Above {settings().cache_limit_bytes / 1e9:g} GB the embeddings and "
        "maps that were not used for longest are removed (set BIOVIZ_CACHE_GB for another limit). Datasets, flags and "
        "fine-tuned checkpoints are never removed here."
    )
    if st.button(
        "Remove all embeddings and maps",
        icon=":material/delete_sweep:",
        key=JobState.remove_results,
        disabled=not rights.may_edit(),
    ):
        removing.ask_cache()
    left = len(upload.unused())
    if left:
        st.button(
            f"Remove {left:,} {'upload' if left == 1 else 'uploads'} that no dataset uses",
            icon=":material/delete:",
            key=JobState.remove_uploads,
            disabled=not rights.may_edit(),
            on_click=removing.clear_uploads,
            help="Uploads that were discarded or refused, and those of datasets that you removed.",
        )
