"""The clip inspector: sound, spectrogram, facts and neighbors of a picked clip, without a rerun."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.plots.palette import shapes_for
from bioviz.ui.components.shared.mount import component, media_source, packed_rows
from bioviz.ui.session import Element

EMPTY = "Click a point on the map to hear its clip and see its spectrogram."
PANEL_STYLES = (
    "components/shared/clips.css",
    "components/clip_panel/inspector.css",
    "components/clip_panel/spectrogram.css",
    "components/flag_bar/flag_bar.css",
)
"""Style sheets of the inspector with the flag bar in it."""


def clip_inspector(
    run_key: str | None,
    dataset_id: str,
    playlist: Sequence[int] | np.ndarray = (),
    *,
    key: Element,
    group: str,
    playlist_name: str = "",
    colours: Mapping[str, str] | None = None,
    empty: str = EMPTY,
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
    about = inspector_data(
        run_key, library.load(dataset_id), key=key, group=group, colours=colours, empty=empty
    )
    data = {**about, "playlist": packed_rows(playlist), "playlistName": playlist_name}
    _component()(key=key, data=data)


def inspector_data(
    run_key: str | None,
    dataset: Dataset,
    *,
    key: Element,
    group: str,
    colours: Mapping[str, str] | None = None,
    shapes: Mapping[str, str] | None = None,
    empty: str = EMPTY,
) -> dict[str, Any]:
    """Return what inspector.js is given, but for the clips that it steps through; see `clip_inspector`."""
    return {
        "key": key,
        "group": group,
        **media_source(dataset),
        "run": run_key,
        "colours": dict(colours or {}),
        "shapes": dict(shapes_for(dataset.target_names) if shapes is None else shapes),
        "empty": empty,
    }


@cache
def _component() -> Callable[..., Any]:
    return component("bioviz_clip_inspector", "components/clip_panel/inspector.js", styles=PANEL_STYLES)
