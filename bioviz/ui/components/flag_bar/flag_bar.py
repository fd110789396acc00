"""Flagging clips: the bar under the inspector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bioviz.datasets.types import Dataset
from bioviz.flags import TITLES
from bioviz.ui.components.shared.mount import component, media_source
from bioviz.ui.session import Element

# Key and help of each kind, in the order of the buttons.
KEYS: Mapping[str, tuple[str, str]] = {
    "wrong_label": ("w", "The label is wrong: give the right one, or none"),
    "background": ("b", "No labelled sound is in it: it should be background"),
    "missed": ("m", "A call is in it that has no label: give its label"),
    "bad_audio": ("x", "Broken, clipped or otherwise unusable sound: leave the clip out"),
    "unsure": ("u", "Cannot be told; somebody else should listen"),
    "fine": ("f", "Listened to, and all is right"),
}


def flag_bar(dataset: Dataset, *, key: Element, group: str) -> None:
    """Show a row of buttons, each with its key, to flag the selected clip; with its present flags, a note and undo.

    A flag goes to the clip that is on screen at that moment, by a route of its own (`server.flagging`); the page is
    drawn again when it is stored. Who flags is asked at the first flag, and remembered by the browser.

    Parameters
    ----------
    dataset
        a registered dataset.
    key
        Unique on the page.
    group
        Whose log of acts says which clip is selected.

    """
    _component()(key=key, data=flag_bar_data(dataset, key=key, group=group), height="content")


def flag_bar_data(dataset: Dataset, *, key: Element, group: str) -> dict[str, Any]:
    """Return what flag_bar.js is given; see `flag_bar`."""
    return {
        "key": key,
        "group": group,
        **media_source(dataset),
        "kinds": [
            {"id": k, "title": TITLES[k].capitalize(), "key": c, "help": h} for k, (c, h) in KEYS.items()
        ],
    }


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz_flag_bar",
        "components/flag_bar/flag_bar.js",
        styles=["components/shared/clips.css", "components/flag_bar/flag_bar.css"],
    )
