"""A banner across the page while the server does not answer, in place of Streamlit's words for developers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from bioviz.ui.components.shared.mount import component
from bioviz.ui.state import AppState


def watch_connection() -> None:
    """Have the browser say when the server is gone, and when it is back."""
    _component()(key=AppState.connection)


@cache
def _component() -> Callable[..., Any]:
    return component("bioviz_connection", "components/connection/connection.js")
