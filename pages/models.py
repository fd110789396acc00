"""Which models there are, and what to do where their weights are missing."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs
from bioviz.config import settings
from bioviz.models import registry
from bioviz.ui import job_card

CHECKPOINTS = {
    "random": "random start (untrained)",
    "pretrained": "pretrained",
    "none": "needs no weights",
}

st.title("Models")
st.markdown(
    "A model turns a clip into a list of numbers, its *embedding*. A **random start** is the untrained network, "
    "the paper's own baseline; **pretrained** weights come from a file on this computer."
)
folders = ", ".join(f"`{path}`" for path in settings().weights_dirs)
st.caption(f"Weights are looked for in {folders}. Set BIOVIZ_WEIGHTS to use other folders.")

job_id = st.session_state.get("download_job")
if job_id:
    job_card.watch(job_id)

for card in registry.list_models():
    with st.container(border=True):
        left, right = st.columns([3, 2])
        left.markdown(f"**{card.title}**")
        left.markdown(card.about)
        rate = f"{card.sample_rate / 1000:g} kHz" if card.sample_rate else "the dataset's own rate"
        left.caption(
            f"{card.dim} numbers a clip · listens at {rate} · licence: {card.licence} · {card.reference}"
        )
        for checkpoint in card.checkpoints:
            state = registry.checkpoint_state(card.name, checkpoint)
            title = CHECKPOINTS.get(checkpoint, checkpoint)
            if state.available:
                right.success(f"{title}: ready", icon=":material/check_circle:")
                continue
            right.warning(f"{title}: {state.message}", icon=":material/download:")
            if (
                card.weights
                and card.weights.url
                and right.button(
                    "Download the weights", key=f"download_{card.name}", icon=":material/cloud_download:"
                )
            ):
                job = jobs.start(
                    "download",
                    "bioviz.models.registry:download_job",
                    {"model": card.name},
                    title=f"Downloading the weights of {card.title}",
                )
                st.session_state["download_job"] = job.id
                st.rerun()
