"""Flagging clips: the bar under the inspector, and flags as colours of the map."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import streamlit as st

from bioviz.datasets.types import Dataset
from bioviz.flags import KINDS, TITLES, load_flags
from bioviz.plots import palette
from bioviz.plots.map_data import Categories
from bioviz.runs import Run
from bioviz.ui.inspector import assets, media_source

# Key and help of each kind, in the order of the buttons.
KEYS: Mapping[str, tuple[str, str]] = {
    "wrong_label": ("w", "The label is wrong: give the right one, or none"),
    "background": ("b", "No labelled sound is in it: it should be background"),
    "missed": ("m", "A call is in it that has no label: give its label"),
    "bad_audio": ("x", "Broken, clipped or otherwise unusable sound: leave the clip out"),
    "unsure": ("u", "Cannot be told; somebody else should listen"),
    "fine": ("f", "Listened to, and all is right"),
}
COLOURS: Mapping[str, str] = dict(
    zip(KINDS, ("#D55E00", "#56B4E9", "#CC79A7", "#7A3E00", "#F0E442", "#009E73"), strict=True)
)
NOT_FLAGGED, DISPUTED = "not flagged", "users disagree"
DISPUTED_COLOUR = "#0072B2"


def flag_bar(dataset: Dataset, *, key: str, group: str) -> None:
    """A row of buttons, each with its key, to flag the clip in hand; with its present flags, a note and undo.

    A flag goes to the clip that is on screen at that moment, by a route of its own (`server.flagging`); the page is
    drawn again when it is stored. Who flags is asked at the first flag, and remembered by the browser.

    Args:
        dataset: a registered dataset.
        key: unique on the page.
        group: whose log of acts says which clip is in hand.
    """
    data = {
        "key": key,
        "group": group,
        **media_source(dataset),
        "kinds": [
            {"id": k, "title": TITLES[k].capitalize(), "key": c, "help": h} for k, (c, h) in KEYS.items()
        ],
    }
    _component()(key=key, data=data, height="content")


def flag_colouring(run: Run, dataset: Dataset) -> Categories:
    """What is flagged as a colouring of the run's clips; "not flagged" is grey, and disputed clips have a colour."""
    found = load_flags(dataset)
    codes = found.column(len(dataset.clips)) + 1
    codes[found.rows[found.disagreement]] = len(KINDS) + 1
    names = (NOT_FLAGGED, *(TITLES[kind] for kind in KINDS), DISPUTED)
    colours = (palette.BACKGROUND_COLOUR, *(COLOURS[kind] for kind in KINDS), DISPUTED_COLOUR)
    return Categories.from_codes("flags", "Flags", codes[run.rows], names, colours)


@cache
def _component():
    return st.components.v2.component(
        "bioviz_flag_bar",
        js=assets("acts.js", "clip_dom.js", "flag_layout.js", "flag_bar.js"),
        css=assets("clips.css", "flag_bar.css"),
    )
