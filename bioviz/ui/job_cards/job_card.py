"""A job as the user sees it: what it does, how far it is, how long it takes, and a button to stop it."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs
from bioviz.errors import Missing
from bioviz.ui.app.notices import plain
from bioviz.ui.state import JobState

RUNNING = ("queued", "running")


@st.fragment(run_every=1.0)
def watch(job_id: str) -> None:
    """Show a job that was running when the page looked, and follow it; once it is over the whole page runs again.

    That holds for a job that ends between the page's look and this one too: the page shows what comes of it.
    """
    try:
        job = jobs.get(job_id)
    except Missing:  # its record was cleared away
        st.rerun()
    if job.state not in RUNNING:
        st.rerun()
    progress(job)


def progress(job: jobs.Job) -> None:
    """Progress of a running job, with a cancel button."""
    with st.container(border=True):
        st.markdown(f"**{plain(job.title or job.kind)}**")
        share = min(1.0, job.done / job.total) if job.total else 0.0
        st.progress(share, text=describe(job))
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(
            "You may close this tab: the work goes on, and what is computed is kept even if you cancel."
        )
        if right.button("Cancel", key=JobState.cancel(job.id), icon=":material/cancel:", width="stretch"):
            jobs.cancel(job.id)
            st.toast("Cancelling. What was computed is kept.")


def describe(job: jobs.Job) -> str:
    """One line: stage, count, speed and remaining time."""
    if job.state == "queued" or not job.stage:
        return "Starting…"
    parts = [job.stage[:1].upper() + job.stage[1:]]
    if job.total:
        parts.append(f"{job.done:,.0f} of {job.total:,.0f} {job.unit}")
    if job.rate:
        parts.append(f"{job.rate:,.1f} {job.unit} a second")
    if job.eta_s is not None:
        parts.append(f"about {duration(job.eta_s)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """Return a duration in words a person would use.

    >>> duration(75)
    '1 min 15 s'
    """
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


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
