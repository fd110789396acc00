"""Which part of a page is open."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from bioviz.ui.session import Element, Key
from bioviz.ui.view import set_view


def pick_section(titles: Mapping[str, str], container: Element, section: Key[str]) -> str:
    """Show the parts of a page, and return the one that is open, which the address names from now on.

    Parameters
    ----------
    titles
        What each part is called.
    container
        Around the control.
    section
        Of the part that is open; one of `titles`.

    """
    chosen = st.container(key=container).segmented_control(
        "Part",
        list(titles),
        format_func=lambda name: titles[name],
        key=section,
        required=True,
        label_visibility="collapsed",
    )
    chosen = chosen or next(iter(titles))  # a required control always has a choice; its type cannot say so
    set_view(section=chosen)
    return chosen
