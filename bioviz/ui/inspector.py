"""The clip inspector: sound, spectrogram, facts and neighbors of a picked clip, without a rerun."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st

from bioviz.datasets import library
from bioviz.datasets.types import Dataset

_ASSETS = Path(__file__).with_name("assets")


def clip_inspector(
    run_key: str | None,
    dataset_id: str,
    playlist: Sequence[int] | np.ndarray = (),
    *,
    key: str,
    group: str,
    playlist_name: str = "",
    colours: Mapping[str, str] | None = None,
    empty: str = "Click a point on the map to hear its clip and see its spectrogram.",
) -> None:
    """Show the inspector; which clip it shows the group's log of acts says (assets/acts.js), without a rerun.

    Args:
        run_key: run whose clusters and neighbors are told; None for the dataset's facts alone.
        dataset_id: a registered dataset.
        playlist: clip rows that previous and next step through.
        key: unique on the page.
        group: whose log of acts is followed; the inspector's own (neighbor, next ...) go to it too.
        playlist_name: what the playlist is, e.g. "misclustered clips".
        colours: colour of a label.
        empty: what to say before a clip is picked.

    Raises:
        Missing: no such dataset.
    """
    data = {
        "key": key,
        "group": group,
        **media_source(library.load(dataset_id)),
        "run": run_key,
        "playlist": packed_rows(playlist),
        "playlistName": playlist_name,
        "colours": dict(colours or {}),
        "empty": empty,
    }
    _component()(key=key, data=data)


def media_source(dataset: Dataset) -> dict[str, str]:
    """What the browser needs to name a clip's sound and picture."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return {"base": f"/{base}" if base else "", "dataset": dataset.id, "version": dataset.version[:12]}


def packed_rows(rows: Sequence[int] | np.ndarray) -> str:
    """Rows as base64 of little-endian int32."""
    return base64.b64encode(np.asarray(rows, dtype="<i4").tobytes()).decode()


def assets(*names: str) -> str:
    """The text of asset files, one after the other (a component takes its script as one module)."""
    return "\n".join((_ASSETS / name).read_text(encoding="utf-8") for name in names)


@cache
def _component():
    scripts = (
        "acts.js",
        "clip_dom.js",
        "clip_picture.js",
        "clip_settings.js",
        "clip_facts.js",
        "clip_layout.js",
        "inspector.js",
    )
    return st.components.v2.component(
        "bioviz_clip_inspector", js=assets(*scripts), css=assets("clips.css", "inspector.css", "flag_bar.css")
    )
