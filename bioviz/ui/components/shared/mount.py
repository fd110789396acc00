"""Mounting a component: its script is an ES module that the browser loads from this server, its style is inline."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from streamlit.components import v2

from bioviz.datasets.types import Dataset
from bioviz.server.assets import FOLDER, script_path

# Streamlit runs this text as a module of its own, which can import other modules by their whole address only.
_ENTRY = """\
const address = new URL({path}, location.origin).href;
const script = await import(address).catch((error) => {{
  throw new Error(`A part of the page could not be loaded from ${{address}}. Load the page anew. (${{error.message}})`);
}});
export default script.default;
"""


def component(
    name: str,
    script: str,
    *,
    styles: Sequence[str] = (),
    css: str = "",
    html: str | None = None,
    isolate: bool = True,
) -> Callable[..., Any]:
    """Register a component; call what is returned to draw it.

    Parameters
    ----------
    name : str
        Of all components of the app, its own.
    script : str
        Its module below `bioviz/ui`, such as ``"components/gallery/gallery.js"``. The module's default export is
        called with ``{data, parentElement, setStateValue, ...}`` at each run and returns how to take it down.
    styles : sequence of str
        Its style sheets below the same folder.
    css : str
        More style.
    html : str, optional
        What it starts with.
    isolate : bool
        Whether it lies in a shadow root, where neither it nor the page around sees the other's style.
    """
    entry = _ENTRY.format(path=json.dumps(base_path() + script_path(script)))
    style = "\n".join([sheet(styles), css]).strip()
    return v2.component(name, js=entry, css=style or None, html=html, isolate_styles=isolate)


def sheet(styles: Sequence[str]) -> str:
    """Return style sheets, given by their paths below `bioviz/ui`, as one text."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in styles)


def base_path() -> str:
    """Return what stands before all paths of this server: ``""``, or the ``"/path"`` that Streamlit is given."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def media_source(dataset: Dataset) -> dict[str, str]:
    """Return what the browser needs to name a clip's sound and picture."""
    return {"base": base_path(), "dataset": dataset.id, "version": dataset.version[:12]}


def packed_rows(rows: Sequence[int] | np.ndarray) -> str:
    """Rows as base64 of little-endian int32."""
    return base64.b64encode(np.asarray(rows, dtype="<i4").tobytes()).decode()
