"""Light or dark, as the browser shows it now."""

from __future__ import annotations

import streamlit as st


def is_dark() -> bool:
    """Whether the app is shown in the dark theme."""
    return st.context.theme.type == "dark"
