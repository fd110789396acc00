"""What a page says where a map has no acoustic columns: that they are missing, why, and how to get them."""

from __future__ import annotations

import streamlit as st

from bioviz.runs import Run
from bioviz.runs.measuring import measuring, start_measuring
from bioviz.ui.job_cards import job_card
from bioviz.ui.state import JobState


def acoustic_notice(run: Run) -> None:
    """Say that level, signal-to-noise ratio and the like are missing, with a button that measures them."""
    if run.acoustic:
        return
    job = measuring(run.spec.dataset)
    if job is not None and not job.is_over:
        job_card.watch(job.id)
        return
    st.info(
        "Level, signal-to-noise ratio and the other measures of the sound are missing. They follow from the recordings "
        "and the annotated boxes, so they are measured again after either has changed.",
        icon=":material/graphic_eq:",
    )
    if job is not None and job.state != "done":
        job_card.outcome(job)
    if st.button("Measure the sound", key=JobState.measure_sound, icon=":material/play_arrow:"):
        start_measuring(run.spec.dataset)
        st.rerun()
