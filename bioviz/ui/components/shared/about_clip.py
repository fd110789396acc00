"""Parts of a page that speak of one clip: they are hidden while the browser is at another one already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import streamlit as st

from bioviz.ui.components.shared.mount import component
from bioviz.ui.session import Element
from bioviz.ui.state import ClipState


@contextmanager
def about_clip(dataset_id: str, row: int, *, key: Element, group: str) -> Iterator[None]:
    """Draw what is said of clip `row` in this block; it is seen as long as that clip is the selected one.

    Parameters
    ----------
    key
        Unique on the page.
    group
        Whose log of acts says which clip is selected.

    """
    with st.container(key=key):
        data = {"group": group, "dataset": dataset_id, "row": int(row), "part": key}
        _component()(key=ClipState.mark_of_part(key), data=data, height=1)
        yield


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz_about_clip",
        "components/shared/about_clip.js",
        css=".bv-of-another-clip{visibility:hidden}",
        isolate=False,
    )
