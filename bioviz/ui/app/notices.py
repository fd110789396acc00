"""Sentences that must be read before the page: what of a link could not be used, and what stands in for it."""

from __future__ import annotations

import re

import streamlit as st

from bioviz.ui.session import has_widget, set_widget, start_widget, widget

_KEY = "notices"
_PLACE = "notices_place"


def say(sentence: str) -> None:
    """Show a sentence above the page, until the user has read it."""
    known: list[str] = start_widget(_KEY, [])
    if sentence in known:
        return
    known.append(sentence)
    if has_widget(_PLACE):  # the frame has drawn already what was known before
        _draw(widget(_PLACE), sentence)


def show() -> None:
    """Draw what there is to say, at this place; what is said later in this run joins it here."""
    place = st.container()
    set_widget(_PLACE, place)
    for sentence in widget(_KEY, []):
        _draw(place, sentence)
    if widget(_KEY):
        place.button("I have read this", key="notices_read", on_click=_forget, icon=":material/check:")


def plain(text: str) -> str:
    """Text for Markdown that shows as it is: a link's words are the user's, not ours."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])", r"\\\1", text)


def _draw(place, sentence: str) -> None:
    place.warning(plain(sentence), icon=":material/link_off:")


def _forget() -> None:
    set_widget(_KEY, [])
