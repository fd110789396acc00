"""Noise experiment: what becomes of calls as background is added, and of clips as their windows are shifted."""

from __future__ import annotations

import streamlit as st

from bioviz.errors import BiovizError
from bioviz.models import registry
from bioviz.ui.app.notices import plain
from bioviz.ui.app.pages import ask_for_a_dataset
from bioviz.ui.job_cards import compute_card
from bioviz.ui.noise import panel as noise_panel
from bioviz.ui.noise import shift_panel
from bioviz.ui.pickers.run_picker import pick_run
from bioviz.ui.pickers.unit_picker import pick_unit
from bioviz.ui.state import NoiseState

PANELS = {"Added background": noise_panel.show, "Shifted windows": shift_panel.show}


def show() -> None:
    """Show the page below its title."""
    spec = pick_run()
    if spec is None:
        ask_for_a_dataset()
    pick_unit(spec.dataset)
    if not registry.checkpoint_state(spec.model, spec.checkpoint).available:
        compute_card.weights_missing([(spec.model, spec.checkpoint)])
        st.stop()
    for tab, panel in zip(
        st.tabs(list(PANELS), on_change="rerun", key=NoiseState.experiment), PANELS.values(), strict=True
    ):
        if tab.open:
            with tab:
                try:
                    panel(spec)
                except BiovizError as error:
                    st.error(plain(str(error)), icon=":material/error:")
