"""What runs, what ran, and how much room the results take."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs
from bioviz.embedding import storage
from bioviz.models.device import describe_device
from bioviz.ui import job_card

WORDS = {
    "done": ":material/check_circle: finished",
    "failed": ":material/error: failed",
    "cancelled": ":material/cancel: cancelled",
    "lost": ":material/power_off: interrupted",
}

st.title("Jobs and storage")
st.caption(f"Models run on: {describe_device()}")

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
for job in ended[:30]:
    with st.expander(f"{job.title or job.kind} — {WORDS[job.state]}"):
        if job.started and job.ended:
            st.caption(f"Took {job_card.duration(job.ended - job.started)}")
        job_card.outcome(job)
        if job.state == "done":
            st.json(job.result or {}, expanded=False)

st.subheader("Storage")
usage = storage.usage()
cells = st.columns(max(1, len(usage)))
for cell, (name, size) in zip(cells, usage.items(), strict=False):
    cell.metric(name, f"{size / 1e6:,.1f} MB")
st.caption(
    "Embeddings, maps and pictures can always be computed again. Datasets, flags and fine-tuned checkpoints are "
    "never removed here."
)
if st.button("Remove embeddings and maps", icon=":material/delete_sweep:", key="prune"):
    freed = storage.prune(0)
    st.toast(f"Freed {freed / 1e6:,.1f} MB")
    st.rerun()
