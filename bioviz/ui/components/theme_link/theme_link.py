"""The link by which the browser tells that its theme was changed, so that figures are drawn anew in its colours."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from bioviz.ui.components.shared.mount import component
from bioviz.ui.state import AppState


def follow_theme(*, dark: bool) -> None:
    """Have the page drawn anew where its theme is no longer the one that it is being drawn in.

    Parameters
    ----------
    dark
        What it is being drawn in.

    """
    _component()(key=AppState.theme_link, data={"dark": dark}, on_dark_change=lambda: None)


@cache
def _component() -> Callable[..., Any]:
    return component("bioviz_theme_link", "components/theme_link/theme_link.js", isolate=False)
