"""EmbeddingMap: the scatter of all pages, a Streamlit component around the plotly.js of the plotly package.

The points go to the browser once, through a component of their own; what changes (colour, picked clip) goes
through a second, small one. Back comes a row or the
outline of a selection, never a list of 100,000 points. Events between maps and the clip inspector are listed
in assets/embedding_map.js.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from bioviz.errors import BadInput
from bioviz.plots.geometry import inside
from bioviz.plots.map_data import Categories, MapData, encode

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = (
    "plotly_load.js",
    "map_points.js",
    "map_figure.js",
    "map_export.js",
    "map_chrome.js",
    "map_gestures.js",
    "map_view.js",
    "embedding_map.js",
)
MAX_CORNERS = 20_000  # a lasso has a few hundred; more is not from our script


@dataclass(frozen=True)
class MapEvent:
    """What the user did on the map.

    Attributes:
        picked: dataset row of the clip clicked last, else None.
        rows: (m,) int64 dataset rows selected on this map (sorted as in the map), None without a selection.
        polygon: (k, 2) float64 outline of that selection in map coordinates, else None.
        colour_by: id of the colouring on screen.
        picked_at, selected_at: browser time of these, ms since 1970, 0 if never; of two maps
            the later counts.
    """

    picked: int | None
    rows: np.ndarray | None
    polygon: np.ndarray | None
    colour_by: str
    picked_at: float = 0.0
    selected_at: float = 0.0


def embedding_map(
    data: MapData,
    *,
    key: str,
    colour_by: str | None = None,
    selected_id: int | None = None,
    selection_ids: np.ndarray | None = None,
    group: str | None = None,
    lock_view: bool = False,
    height: int = 560,
    label: str | None = None,
    on_change: Callable[[], None] | None = None,
) -> MapEvent:
    """Draw the map and return what the user did on it.

    Values given here count when they change, so that a rerun never undoes what was done in the browser since.

    Args:
        data: the points; build it once (cache it), not on every rerun.
        key: widget key, also `mapKey` in the browser's events.
        colour_by: id of the colouring to show; the user can change it on the map.
        selected_id: dataset row to mark as picked.
        selection_ids: dataset rows to show as selected (an empty array clears), for selections made
            elsewhere ("all misclustered"); None leaves the map's own selection alone.
        group: maps and inspectors of one group share picks, selections, hover and colour; default: `key`.
        lock_view: share the zoom with the group's other locked maps.
        height: pixels.
        label: what the map shows, for screen readers and file names of downloads.
        on_change: called before the rerun that a click or selection causes.
    """
    label = label or f"Map of {len(data):,} clips"
    changed = on_change or _nothing
    props = {
        "digest": data.payload["digest"],
        "map_key": key,
        "group": group or key,
        "colour_by": colour_by,
        "selected_row": None if selected_id is None else int(selected_id),
        "selection": None if selection_ids is None else _rows_payload(selection_ids),
        "lock_view": lock_view,
        "height": int(height),
        "label": label,
        "plotly_url": _plotly_url(),
    }
    with st.container(gap=None):
        _send_points(data, f"{key}-points")
        result = _map_component()(
            key=key,
            data=props,
            on_picked_change=changed,
            on_selection_change=changed,
            on_colour_change=changed,
        )
    return read_event(data, result, colour_by, _outdated(f"{key}-asked", result, colour_by))


def load_ahead() -> None:
    """Let the browser fetch the drawing library on a page without a map: 4.5 MB that the first map would wait for."""
    _ahead_component()(key="plotly_ahead", data={"plotly_url": _plotly_url()}, height=1)


def _outdated(flag: str, state: Mapping[str, Any], colour_by: str | None) -> float:
    """Time of a colour choice on the map that the page has overruled since by asking for another."""
    asked, stamp = st.session_state.get(flag, (None, 0.0))
    if asked != colour_by:
        stamp = _number(_mapping(state.get("colour")).get("stamp"))
        st.session_state[flag] = (colour_by, stamp)
    return stamp


def _send_points(data: MapData, key: str) -> None:
    """Send the points where this browser session has not had them; later their digest alone, as even an
    unchanged message of 20 MB costs a second to build. A browser that lacks them asks.
    """
    flag, digest = f"{key}-sent", data.payload["digest"]
    known = st.session_state.get(flag) == digest
    st.session_state[flag] = digest
    _points_component()(
        key=key,
        data={"digest": digest} if known else data.payload,
        height=1,
        on_missing_change=lambda: st.session_state.pop(flag, None),
    )


def read_event(
    data: MapData, state: Mapping[str, Any], colour_by: str | None, outdated: float = 0.0
) -> MapEvent:
    """Make a MapEvent of what the browser sent; anything that does not fit the data is left out.

    A colour chosen on the map goes before the page's `colour_by`, unless it was chosen at the time `outdated`.
    """
    picked, selection, colour = (_mapping(state.get(name)) for name in ("picked", "selection", "colour"))
    row = picked.get("row")
    known = isinstance(row, int) and bool(np.any(data.rows == row))
    polygon, rows = _selection(data, selection)
    ids = {c.id for c in data.colourings}
    own = colour.get("colour_by") if _number(colour.get("stamp")) != outdated else None
    chosen = next((c for c in (own, colour_by) if c in ids), data.colourings[0].id)
    return MapEvent(
        picked=row if known else None,
        rows=rows,
        polygon=polygon,
        colour_by=chosen,
        picked_at=_number(picked.get("stamp")) if known else 0.0,
        selected_at=_number(selection.get("stamp")),
    )


def _selection(data: MapData, selection: Mapping[str, Any]) -> tuple[np.ndarray | None, np.ndarray | None]:
    corners = selection.get("polygon")
    if selection.get("places") != data.payload["places"]:  # drawn on other points under the same key
        return None, None
    if not isinstance(corners, list) or not 3 <= len(corners) <= MAX_CORNERS:
        return None, None
    try:
        polygon = np.array(corners, dtype=np.float64)
        chosen = inside(polygon, data.x, data.y)
    except (BadInput, ValueError, TypeError):
        return None, None
    isolated = selection.get("isolated")
    colouring = data.colouring(selection.get("colour_by"))
    if isinstance(isolated, list) and isinstance(colouring, Categories):
        chosen &= np.isin(colouring.codes, [code for code in isolated if isinstance(code, int)])
    return polygon, data.rows[chosen].astype(np.int64)


def _rows_payload(rows: np.ndarray) -> dict[str, Any]:
    rows = np.asarray(rows, dtype=np.int32)
    return {"token": hashlib.sha256(rows.tobytes()).hexdigest()[:16], "rows": encode(rows, "<i4")}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else 0.0


def _nothing() -> None:
    """Streamlit keeps a component's value only where there is a callback."""


def _plotly_url() -> str:
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/bioviz/plotly.js" if base else "/bioviz/plotly.js"


def _joined(*names: str) -> str:
    return "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in names)


@cache
def _map_component() -> Callable[..., Any]:
    # Not isolated: plotly puts its own style sheet into the page, which a shadow root would not see.
    return st.components.v2.component(
        "bioviz.embedding_map", js=_joined(*SCRIPTS), css=_joined("embedding_map.css"), isolate_styles=False
    )


@cache
def _points_component() -> Callable[..., Any]:
    return st.components.v2.component(
        "bioviz.map_points", js=_joined("map_points_in.js"), isolate_styles=False
    )


@cache
def _ahead_component() -> Callable[..., Any]:
    return st.components.v2.component(
        "bioviz.plotly_ahead", js=_joined("plotly_load.js", "plotly_ahead.js"), isolate_styles=False
    )
