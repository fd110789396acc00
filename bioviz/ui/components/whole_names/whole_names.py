"""What is cut off for want of room says the whole of it when it is pointed at, on every page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from bioviz.ui.components.shared.mount import component
from bioviz.ui.state import AppState


def tell_whole_names() -> None:
    """Have the browser give what is cut its whole text as title: Streamlit's pickers and pills have none."""
    _component()(key=AppState.whole_names)


@cache
def _component() -> Callable[..., Any]:
    return component("bioviz_whole_names", "components/whole_names/whole_names.js")
