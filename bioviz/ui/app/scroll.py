"""Bringing a part of the page into view after a click whose effect is out of sight."""

from __future__ import annotations

import streamlit as st

from bioviz.ui.session import pop_widget, set_widget

_WANTED = "scroll_to"


def scroll_to(key: str) -> None:
    """Bring the container with this key into view at the end of this run (or of the next, from a callback)."""
    set_widget(_WANTED, key)


def scroll() -> None:
    """Do what was asked for; at the end of a page."""
    key = pop_widget(_WANTED, None)
    if key is not None:
        st.html(
            f"<script>const part = document.querySelector('.st-key-{key}');"
            "part?.style.setProperty('scroll-margin-top', '1rem');"
            "part?.scrollIntoView({ behavior: 'smooth' });</script>",
            unsafe_allow_javascript=True,
        )
