"""Networks of timm, added by name or with the weights of a folder."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs
from bioviz.ui.job_cards import job_card
from bioviz.ui.state import ModelsState


def show(network: str) -> None:
    """Offer to try a network and add it, and say what became of it."""
    params = {"network": network}
    job = jobs.find("add network", params)
    if (job is None or job.is_over) and st.button(
        "Try it and add it", key=ModelsState.own_network, type="primary", icon=":material/add:"
    ):
        job = jobs.start(
            "add network", "bioviz.models.brought.backbones:add_job", params, title=f"Trying {network}"
        )
    if job is None:
        return
    result = job_card.result_of(job)
    if result is not None:
        start = "" if result["weights"] else " No weights of it are here, so it begins at random."
        st.success(
            f"Added: {result['dim']:,} numbers a clip. Choose it on every page.{start}",
            icon=":material/check_circle:",
        )
