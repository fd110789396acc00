"""Which models there are, and what to do where their weights are missing."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs, rights
from bioviz.config import settings
from bioviz.models import registry
from bioviz.models.base import ModelCard
from bioviz.models.brought import backbones, imported, own
from bioviz.ui.app.notices import plain
from bioviz.ui.editing import for_editors
from bioviz.ui.job_cards import job_card
from bioviz.ui.models import imports, own_files
from bioviz.ui.state import ModelsState

CHECKPOINTS = {
    "random": "random start (untrained)",
    "pretrained": "pretrained",
    "none": "needs no weights",
    "imported": "computed elsewhere",
}


def download(card: ModelCard) -> None:
    """Show a button that fetches a model's weights, and the job that does, in whichever tab it was started."""
    params: dict[str, object] = {"model": card.name}
    if card.terms:
        params["terms_accepted"] = True  # the button is dead until they are
    job = jobs.find("download", params)
    if job and not job.is_over:
        job_card.watch(job.id)
        return
    if job:
        job_card.outcome(job)
    accepted = not card.terms or st.checkbox(
        f"I accept: {card.terms}", key=ModelsState.accept_terms(card.name)
    )
    if st.button(
        "Download the weights",
        key=ModelsState.download(card.name),
        icon=":material/cloud_download:",
        disabled=not (accepted and rights.may_edit()),
    ):
        title = f"Downloading the weights of {card.title}"
        jobs.start("download", "bioviz.models.registry:download_job", params, title=title)
        st.rerun()


def show() -> None:
    """Show the page below its title."""
    st.markdown(
        "A model turns a clip into a list of numbers, its *embedding*. A **random start** is the untrained network, "
        "the paper's own baseline; **pretrained** weights come from a file on this computer."
    )
    folders = ", ".join(f"`{path}`" for path in settings().weights_dirs)
    st.caption(f"Weights are looked for in {folders}. Set BIOVIZ_WEIGHTS to use other folders.")
    if for_editors():
        own_files.show()
        imports.show()
    st.subheader("Models")
    for card in registry.list_models():
        with st.container(border=True):
            left, right = st.columns([3, 2])
            left.markdown(f"**{plain(card.title)}**")
            left.markdown(plain(card.about))
            rate = f"{card.sample_rate / 1000:g} kHz" if card.sample_rate else "the dataset's own rate"
            left.caption(
                f"{card.dim:,} numbers a clip · takes sound at {rate} · licence: {plain(card.licence)} · "
                f"{plain(card.reference)}"
            )
            if card.family in (own.FAMILY, imported.FAMILY) or backbones.is_added(card):
                with left:
                    own_files.remove_button(card)
            for checkpoint in card.checkpoints:
                state = registry.checkpoint_state(card.name, checkpoint)
                title = CHECKPOINTS.get(checkpoint, checkpoint)
                if state.available:
                    right.success(f"{title}: ready", icon=":material/check_circle:")
                    continue
                right.warning(f"{title}: {plain(state.message)}", icon=":material/download:")
                if state.downloadable:
                    with right:
                        download(card)
