"""What an experiment shows before it is computed, while it is, and when it went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from bioviz import jobs
from bioviz.models.device import describe_device
from bioviz.ui import job_card


def offer(kind: str, params: dict[str, Any], start: Callable[[], jobs.Job], title: str, text: str) -> None:
    """Follow the job that computes this, or offer to start it.

    A job is found again by what it computes, so that a page opened anew shows the one that is running.

    Args:
        kind, params: of the job.
        start: starts it. title: the card's heading. text: what it will do, with numbers.
    """
    job = next((job for job in jobs.list_jobs() if job.kind == kind and job.params == params), None)
    if job and not job.is_over:
        job_card.watch(job.id)
        return
    with st.container(border=True):
        st.subheader(title)
        st.text(text)
        st.caption(f"Models run on: {describe_device()}. What is computed already is not computed again.")
        if job and job.state != "done":
            job_card.outcome(job)
        for name, why in ((job.result or {}) if job else {}).get("failed", {}).items():
            st.error(f"{name}: {why}", icon=":material/error:")
        if st.button("Compute it", type="primary", key=f"compute_{kind}", icon=":material/play_arrow:"):
            start()
            st.rerun()
