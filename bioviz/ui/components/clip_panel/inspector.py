"""The clip inspector: sound, spectrogram, facts and neighbors of a picked clip, without a rerun."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from bioviz.datasets import library
from bioviz.ui.components.shared.mount import component, media_source, packed_rows
from bioviz.ui.session import Element


def clip_inspector(
    run_key: str | None,
    dataset_id: str,
    playlist: Sequence[int] | np.ndarray = (),
    *,
    key: Element,
    group: str,
    playlist_name: str = "",
    colours: Mapping[str, str] | None = None,
    empty: str = "Click a point on the map to hear its clip and see its spectrogram.",
) -> None:
    """Show the inspector; which clip it shows the group's log of acts says (shared/acts.js), without a rerun.

    Parameters
    ----------
    run_key
        Run whose clusters and neighbors are told; None for the dataset's facts alone.
    dataset_id
        a registered dataset.
    playlist
        Clip rows that previous and next step through.
    key
        Unique on the page.
    group
        Whose log of acts is followed; the inspector's own (neighbor, next ...) go to it too.
    playlist_name
        What the playlist is, e.g. "misclustered clips".
    colours
        Colour of a label.
    empty
        What to say before a clip is picked.

    Raises
    ------
    Missing
        No such dataset.

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


@cache
def _component() -> Callable[..., Any]:
    styles = [
        "components/shared/clips.css",
        "components/clip_panel/inspector.css",
        "components/clip_panel/spectrogram.css",
        "components/flag_bar/flag_bar.css",
    ]
    return component("bioviz_clip_inspector", "components/clip_panel/inspector.js", styles=styles)
