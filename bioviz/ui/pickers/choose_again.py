"""What a page shows where the view names something that is not here: a dataset removed, a link from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

import streamlit as st

from bioviz.ui.app.notices import plain
from bioviz.ui.state import PickerState
from bioviz.ui.view import set_view

REASONS = {
    "dataset": "It was removed, or the link was made on another computer.",
    "model": "The link is mistyped, or was made with another version of bioviz.",
    "checkpoint": "It was deleted, the model has none of this name, or the link was made on another computer.",
}
_SHOWN = 80  # characters of a name that is not here


@dataclass(eq=False)
class Gone(Exception):
    """The view names what is not here.

    Attributes
    ----------
    field
        Of the view; its last word is the kind of thing.
    value
        The name.
    options, titles
        What there is instead, the best first, and how it is called.
    follow
        Fields that become empty with another choice.

    """

    field: str
    value: str
    options: Sequence[str]
    titles: Callable[[str], str]
    follow: tuple[str, ...] = ()


def ask(gone: Gone) -> NoReturn:
    """Say what is missing and offer what there is; ends the run."""
    kind = gone.field.removeprefix("other_")
    name = gone.value[:_SHOWN] + ("…" if len(gone.value) > _SHOWN else "")
    side = " on the right side" if gone.field != kind else ""
    sentence = f"This page or link asks for the {kind} “{name}”{side}, which is not here. "
    st.warning(plain(sentence + REASONS.get(kind, "")), icon=":material/search_off:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = st.selectbox(
            f"Another {kind}",
            list(gone.options),
            format_func=gone.titles,
            key=PickerState.other_choice,
            width=360,
        )
        st.button(
            f"Use this {kind}",
            type="primary",
            key=PickerState.other,
            icon=":material/check:",
            on_click=lambda: set_view(**{gone.field: other, **dict.fromkeys(gone.follow, ""), "clip": -1}),
        )
    st.stop()
