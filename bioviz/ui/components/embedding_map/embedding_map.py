"""EmbeddingMap: the scatter of all pages, a Streamlit component around the plotly.js of the plotly package.

The browser fetches the points once, and marks (flags) when they change. What else changes (colour, picked clip,
selection) is in the log of the user's acts; of a selection its outline, never a list of 100,000 points.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import streamlit as st

from bioviz.errors import BadInput
from bioviz.plots.geometry import inside
from bioviz.plots.map_data import Categories, MapData
from bioviz.server.points import keep, keep_marks
from bioviz.ui.components.shared import acts
from bioviz.ui.components.shared.mount import base_path, component, packed_rows
from bioviz.ui.session import Element
from bioviz.ui.state import MapState
from bioviz.ui.view import act_log

MAX_CORNERS = 20_000  # a lasso has a few hundred; more is not from our script


@dataclass(frozen=True)
class MapEvent:
    """What is selected on a map.

    Attributes
    ----------
    rows : (m,) int64
        Dataset rows selected on this map (sorted as in the map), None without a selection.
    polygon : (k, 2) float64
        Outline of that selection in map coordinates, else None.
    selected_at
        Number of the act (see `acts`), 0 if never; of a new selection it is another.

    """

    rows: np.ndarray | None
    polygon: np.ndarray | None
    selected_at: int = 0


@dataclass(frozen=True)
class MapRegion:
    """Clips that the map outlines.

    Attributes
    ----------
    rows : (m,) ints
        In the dataset.
    title, lines
        What is said of them.
    is_background
        They are background among labelled clips, and not calls among background.

    """

    rows: np.ndarray
    title: str
    lines: tuple[str, ...] = ()
    is_background: bool = False


@dataclass(frozen=True)
class MapProps:
    """What a map is given beside its points.

    Attributes
    ----------
    key
        Of the widget; also `mapKey` in the browser's events.
    group
        Maps, inspectors and lists of one group share a log of acts; its maps share hover too.
    dataset_id
        Whose clips the points are.
    colour_kind
        The field of the view that holds the id of the colouring; the user can change it on the map.
    lock_view
        Share the zoom with the group's other locked maps.
    height
        Of the picture: pixels, or a length as a style sheet has it.
    label
        What the map shows, for screen readers and file names of downloads; "" for the number of its clips.
    fill
        Take the height of what is around.
    headline
        A sentence on the map, above it.
    regions
        Of calls among background, the largest first, then of background among calls.
    legend
        It has a legend and a choice of colours of its own; several maps share one by `shared_legend`.

    """

    key: Element
    group: str
    dataset_id: str
    colour_kind: Literal["colour", "measure"] = "colour"
    lock_view: bool = False
    height: int | str = 560
    label: str = ""
    fill: bool = False
    headline: str = ""
    regions: Sequence[MapRegion] = ()
    legend: bool = True

    def for_browser(self, data: MapData) -> dict[str, object]:
        """As embedding_map.js takes them (its `MapProps`)."""
        return {
            "digest": data.digest,
            "map_key": self.key,
            "group": self.group,
            "dataset": self.dataset_id,
            "colour_kind": self.colour_kind,
            "lock_view": self.lock_view,
            "height": self.height if isinstance(self.height, str) else f"{self.height}px",
            "label": self.label or f"Map of {len(data):,} clips",
            "fill": self.fill,
            "headline": self.headline,
            "legend": self.legend,
            "regions": [
                {
                    "rows": packed_rows(each.rows),
                    "title": each.title,
                    "lines": list(each.lines),
                    "quiet": each.is_background,
                }
                for each in self.regions
            ],
            "plotly_url": _plotly_url(),
        }


def embedding_map(data: MapData, props: MapProps) -> MapEvent:
    """Draw the map and return what is selected on it.

    Which clip is marked, which colouring is shown and what is selected the group's log of acts says, so that a run
    of Python never undoes what was done in the browser since. Draw an `act_link` of the group before it.

    Parameters
    ----------
    data
        The points; build it once (cache it), not on every rerun.
    props
        See `MapProps`.

    """
    with st.container(gap=None):
        send_points(data, props.key)
        _map_component()(key=props.key, data=props.for_browser(data))
    return read_selection(data, act_log().get(acts.SELECTION))


def load_ahead() -> None:
    """Let the browser fetch the drawing library on a page without a map: 4.5 MB that the first map would wait for."""
    _ahead_component()(key=MapState.drawing_library, data={"plotly_url": _plotly_url()}, height=1)


def send_points(data: MapData, key: Element) -> None:
    """Tell the browser where points and marks are; it fetches those that it has not got."""
    marks = None
    if data.marks is not None:
        marks = {"digest": data.marks.digest, "url": f"{base_path()}{keep_marks(data.marks)}"}
    sent = {"digest": data.digest, "url": f"{base_path()}{keep(data)}", "marks": marks}
    _points_component()(key=MapState.points(key), data=sent, height=1)


def read_selection(data: MapData, act: acts.Act | None) -> MapEvent:
    """Read what an act of selecting means on these points; drawn on others, or damaged, it selects nothing."""
    if act is None:
        return MapEvent(None, None)
    value = act.value if isinstance(act.value, Mapping) else {}
    if value.get("places") != data.places:
        return MapEvent(None, None, act.number)
    if isinstance(value.get("mask"), str):
        return MapEvent(_rows_of_mask(data, value["mask"]), None, act.number)
    corners = value.get("polygon")
    fits = isinstance(corners, list) and 3 <= len(corners) <= MAX_CORNERS
    if not fits:
        return MapEvent(None, None, act.number)
    try:
        polygon = np.array(corners, dtype=np.float64)
        chosen = inside(polygon, data.x, data.y)
    except (BadInput, ValueError, TypeError):
        return MapEvent(None, None, act.number)
    isolated = value.get("isolated")
    colouring = data.colouring(value.get("colour_by"))
    if isinstance(isolated, list) and isinstance(colouring, Categories):
        chosen &= np.isin(colouring.codes, [code for code in isolated if isinstance(code, int)])
    return MapEvent(data.rows[chosen].astype(np.int64), polygon, act.number)


def _rows_of_mask(data: MapData, text: str) -> np.ndarray | None:
    """Return the rows whose bit is set in a browser's mask, one bit a point; None for no mask of these points."""
    try:
        packed = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
    except ValueError:
        return None
    if len(packed) != -(-len(data) // 8):
        return None
    return data.rows[np.unpackbits(packed, count=len(data)).astype(bool)].astype(np.int64)


def _plotly_url() -> str:
    return f"{base_path()}/bioviz/plotly.js"


@cache
def _map_component() -> Callable[..., Any]:
    # Not isolated: plotly puts its own style sheet into the page, which a shadow root would not see.
    return component(
        "bioviz.embedding_map",
        "components/embedding_map/embedding_map.js",
        styles=["components/embedding_map/embedding_map.css"],
        isolate=False,
    )


@cache
def _points_component() -> Callable[..., Any]:
    return component("bioviz.map_points", "components/embedding_map/points_in.js", isolate=False)


@cache
def _ahead_component() -> Callable[..., Any]:
    return component("bioviz.plotly_ahead", "components/embedding_map/plotly_ahead.js", isolate=False)
