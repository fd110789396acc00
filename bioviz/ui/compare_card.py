"""What the Compare page shows where the comparison is not computed yet."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs
from bioviz.models import registry
from bioviz.models.device import describe_device
from bioviz.runs.comparison import ComparisonSpec, start_comparison
from bioviz.ui import job_card

_KEY = "comparison_jobs"  # what was asked for in this session -> id of its job


def show(spec: ComparisonSpec, titles: tuple[str, str]) -> None:
    """Offer to compute the comparison, and follow the job that does."""
    known: dict[ComparisonSpec, str] = st.session_state.setdefault(_KEY, {})
    job = jobs.get(known[spec]) if spec in known else None
    if job and not job.is_over:
        job_card.watch(job.id)
        return
    ready = all(
        registry.checkpoint_state(side.model, side.checkpoint).available for side in (spec.left, spec.right)
    )
    with st.container(border=True):
        st.subheader("This comparison is not computed yet")
        st.text(f"Left: {titles[0]}\nRight: {titles[1]}")
        if spec.left == spec.right:
            st.info("Both sides are the same. Choose another model, checkpoint or dataset for one of them.")
        st.markdown(
            "What is in the cache already is not computed again; what is missing of either side is. Models run on: "
            f"{describe_device()}."
        )
        if job:
            job_card.outcome(job)
        if st.button(
            "Compare them",
            type="primary",
            key="compute_comparison",
            disabled=not ready or spec.left == spec.right,
            icon=":material/play_arrow:",
        ):
            known[spec] = start_comparison(spec).id
            st.rerun()
