"""The guided story: its five steps, and the buttons that start it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from bioviz import runs
from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.models import registry
from bioviz.plots import palette
from bioviz.runs.tasks import DEMO
from bioviz.ui.app.theme import is_dark
from bioviz.ui.clips.clip_desk import GROUP
from bioviz.ui.components.gallery.gallery import gallery
from bioviz.ui.editing import for_editors
from bioviz.ui.home.still_map import still_map
from bioviz.ui.state import HomeState
from bioviz.ui.tour import words
from bioviz.ui.tour.steps import STEPS

_STYLE = """<style>
.bh-steps { list-style: none; margin: 0 !important; padding: 0 !important; }
.bh-steps li { display: grid; grid-template-columns: 28px 1fr; gap: 2px 12px; margin: 0; padding: 7px 0; }
.bh-steps i { grid-row: span 2; width: 26px; height: 26px; border-radius: 50%; text-align: center; font-style: normal;
  font-size: 13px; line-height: 26px; font-weight: 600;
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent); }
.bh-steps b { font-size: 14px; line-height: 20px; font-weight: 600; }
.bh-steps span { font-size: 13px; line-height: 18px; opacity: .78; }
</style>"""


def show(start: Callable[[bool], None] | None) -> None:
    """Draw the card.

    Parameters
    ----------
    start
        Starts the demo, with the tour or without it; None while it is being prepared.

    """
    with st.container(border=True, key=HomeState.story):
        left, right = st.columns([2, 3], gap="large")
        with left:
            st.caption("A guided story on made-up recordings")
            steps = "".join(
                f"<li><i>{number}</i><b>{escape(step.title)}</b><span>{escape(step.about)}</span></li>"
                for number, step in enumerate(STEPS, start=1)
            )
            st.html(f'{_STYLE}<ol class="bh-steps">{steps}</ol>')
            if start is not None and for_editors():
                with st.container(horizontal=True):
                    if st.button(
                        "Open the demo", type="primary", icon=":material/play_arrow:", key=HomeState.open_demo
                    ):
                        start(True)
                    if st.button(
                        "Without the tour",
                        key=HomeState.open_demo_alone,
                        help="The same map, with all pages to look around on.",
                    ):
                        start(False)
        with right:
            _preview()


def _preview() -> None:
    """Draw the demo's map with two neighbors that should not be, where it is computed; else what the demo is."""
    try:
        run = runs.open_demo()
        dataset = None if run is None else library.load(DEMO.dataset)
    except BiovizError:
        run = dataset = None
    if run is None or dataset is None:
        model = registry.card(DEMO.model)
        st.markdown(
            "**What the demo is.** Forty-eight recordings of half a minute from four made-up sites, with six kinds of "
            "calls, some of them drowned, over wind, rain, stream, insects and a recorder's hum. They are synthesised "
            "on this computer from a fixed seed; nothing is downloaded. How loud each call was mixed in stands in its "
            "table, which nothing here looks at: what the story says is found in the sound."
        )
        st.markdown(f"**Its model.** {model.title}. {model.about} Plain acoustic features are its baseline.")
        st.caption("The first map takes from half a minute to a few, depending on the computer.")
        return
    st.html(still_map(run, dark=is_dark()))
    pair = words.odd_pair(run, dataset)
    if pair is not None:
        st.caption(
            f"Nearest neighbors to this model: {pair.labels[0]} and {pair.labels[1]}. Made-up recordings."
        )
        colours = palette.colours_for(dataset.target_names, is_dark())
        gallery(dataset, pair.rows, labels=pair.labels, group=GROUP, key=HomeState.pair, colours=colours)
