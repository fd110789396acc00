"""The session of one tab of a browser: the only module that touches Streamlit's `session_state`.

Keys that two modules share are named here; a key that one module alone knows is a constant of that module.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

SELECTION_LIST = "selection_list"
"""Explore: the list of clips that is open."""
DIAGNOSE_SECTION = "diagnose_section"
"""Diagnose: the part that is open."""
COMPARE_SECTION = "compare_section"
"""Compare: the part that is open."""


def widget(key: str, usual: Any = None) -> Any:
    """What is held under a key, such as a widget's value; `usual` where nothing is, as before its first drawing."""
    return st.session_state.get(key, usual)


def has_widget(key: str) -> bool:
    """Whether anything is held under a key."""
    return key in st.session_state


def set_widget(key: str, value: Any) -> None:
    """Hold a value under a key; of a widget: in a callback, or before the widget is drawn."""
    st.session_state[key] = value


def start_widget(key: str, value: Any) -> Any:
    """What is held under a key, which is `value` where nothing was."""
    return st.session_state.setdefault(key, value)


def pop_widget(key: str, usual: Any = None) -> Any:
    """What was held under a key, which is empty afterwards."""
    return st.session_state.pop(key, usual)
