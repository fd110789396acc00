"""Sentences that must be read before the page: what of a link could not be used, and what stands in for it."""

from __future__ import annotations

import re

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bioviz.ui.state import AppState


def say(sentence: str) -> None:
    """Show a sentence above the page, until the user has read it."""
    unread = AppState.notices.get()
    if sentence in unread:
        return
    AppState.notices.set((*unread, sentence))
    container = AppState.notices_container.get()
    if container is not None:  # the frame has drawn already what was known before
        _draw(container, sentence)


def show() -> None:
    """Draw what there is to say, at this place; what is said later in this run joins it here."""
    container = st.container()
    AppState.notices_container.set(container)
    unread = AppState.notices.get()
    for sentence in unread:
        _draw(container, sentence)
    if unread:
        container.button(
            "I have read this", key=AppState.notices_read, on_click=_forget, icon=":material/check:"
        )


def plain(text: str) -> str:
    """Text for Markdown that shows as it is: a link's words are the user's, not ours."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])", r"\\\1", text)


def _draw(container: DeltaGenerator, sentence: str) -> None:
    container.warning(plain(sentence), icon=":material/link_off:")


def _forget() -> None:
    AppState.notices.set(())
