"""Bringing a part of the page into view after a click whose effect is out of sight."""

from __future__ import annotations

import streamlit as st

from bioviz.ui.session import Element
from bioviz.ui.state import AppState


def scroll_to(key: Element) -> None:
    """Bring the container with this key into view at the end of this run (or of the next, from a callback)."""
    AppState.scroll_to.set(key)


def scroll() -> None:
    """Do what was asked for; at the end of a page."""
    key = AppState.scroll_to.pop()
    if key:
        st.html(
            f"<script>const part = document.querySelector('.st-key-{key}');"
            "part?.style.setProperty('scroll-margin-top', '1rem');"
            "const still = matchMedia('(prefers-reduced-motion: reduce)').matches;"
            "part?.scrollIntoView({ behavior: still ? 'instant' : 'smooth' });</script>",
            unsafe_allow_javascript=True,
        )
