"""A job as the user sees it: what it does, how far it is, how long it takes, and a button to stop it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bioviz import jobs, rights
from bioviz.errors import Missing
from bioviz.ui.app.notices import plain
from bioviz.ui.components.job_progress.job_progress import job_progress
from bioviz.ui.state import JobState

RUNNING = ("queued", "running")


def watch(job_id: str) -> None:
    """Show a job that was running when the page looked; once it is over the page runs again.

    That holds for a job that ends between the page's look and this one too: the page shows what comes of it.
    """
    try:
        job = jobs.get(job_id)
    except Missing:  # its record was cleared away
        st.rerun()
    if job.state not in RUNNING:
        st.rerun()
    with st.container(border=True):
        st.markdown(f"**{plain(job.title or job.kind)}**")
        job_progress(job, key=JobState.progress(job.id))
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(
            "You may close this tab: the work goes on, and what is computed is kept even if you cancel."
        )
        if right.button(
            "Cancel",
            key=JobState.cancel(job.id),
            icon=":material/cancel:",
            width="stretch",
            disabled=not rights.may_edit(),
        ):
            jobs.cancel(job.id)
            st.toast("Cancelling. What was computed is kept.")


def result_of(job: jobs.Job) -> dict[str, Any] | None:
    """Return what a job came to; while it runs it is shown, and where it came to nothing that is said."""
    if not job.is_over:
        watch(job.id)
        return None
    if job.state != "done" or job.result is None:
        outcome(job)
        return None
    return job.result


def outcome(job: jobs.Job) -> None:
    """How a finished job ended, when there is something to say."""
    if job.state == "failed":
        st.error(plain(job.message) or "The work stopped with an error.", icon=":material/error:")
    elif job.state == "lost":
        st.warning(
            plain(job.message)
            or "The work was interrupted (the computer may have been restarted). Start it again: "
            "what was computed is kept.",
            icon=":material/power_off:",
        )
    elif job.state == "cancelled":
        st.info("Cancelled. What was computed is kept; start again to go on from there.")
