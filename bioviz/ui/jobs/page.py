"""What runs, what ran, and how much room the results take."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs
from bioviz.config import settings
from bioviz.models.device import describe_device
from bioviz.store.usage import usage
from bioviz.ui import removing
from bioviz.ui.job_cards import job_card
from bioviz.ui.state import JobState

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
    "media": "Sounds and pictures",
    "jobs": "Records of jobs",
    "profiles": "Table profiles",
    "converted": "Recordings, converted by ffmpeg",
    "hashes": "Checksums of recordings",
    "numba": "Compiled code",
    "locks": "Locks",
}


def show() -> None:
    """Show the page below its title."""
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
        column_config={"size": st.column_config.NumberColumn("size (MB)", format="%.1f")},
    )
    st.caption(
        f"All of it is in `{settings().cache_dir}`. Above {settings().cache_limit_bytes / 1e9:g} GB the embeddings and "
        "maps that were not used for longest are removed (set BIOVIZ_CACHE_GB for another limit). Datasets, flags and "
        "fine-tuned checkpoints are never removed here."
    )
    if st.button(
        "Remove all embeddings and maps", icon=":material/delete_sweep:", key=JobState.remove_results
    ):
        removing.ask_cache()
