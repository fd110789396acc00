"""What a page shows where its result is not computed yet: what it takes, a button, and the job's progress."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from bioviz import jobs, runs
from bioviz.datasets import library
from bioviz.models import registry
from bioviz.models.device import describe_device
from bioviz.ui import job_card

_KEY = "compute_jobs"  # what was asked for in this session -> id of its job


def show(what: str, spec: runs.RunSpec, start: Callable[[], jobs.Job], title: str) -> None:
    """Offer to compute `what` of a run, and follow the job that does.

    Args:
        what: short name of the result, such as "map"; with `spec` it tells one job from another.
        start: starts the job.
        title: the card's heading.
    """
    known: dict[tuple[str, runs.RunSpec], str] = st.session_state.setdefault(_KEY, {})
    job = jobs.get(known[what, spec]) if (what, spec) in known else None
    if job and not job.is_over:
        job_card.watch(job.id)
        return
    ready = registry.checkpoint_state(spec.model, spec.checkpoint).available
    summary = next(s for s in library.list_datasets() if s.id == spec.dataset)
    with st.container(border=True):
        st.subheader(title)
        st.markdown(
            f"{registry.card(spec.model).title} will listen to the {summary.clips:,} clips of {summary.name}; what is "
            f"already in the cache is not computed again. Models run on: {describe_device()}."
        )
        if job:
            job_card.outcome(job)
        if st.button(
            "Compute it", type="primary", key="compute", disabled=not ready, icon=":material/play_arrow:"
        ):
            known[what, spec] = start().id
            st.rerun()
