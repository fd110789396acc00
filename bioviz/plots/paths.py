"""Movements over a map: a clip's path as noise is added, and the spread of clips whose windows are shifted.

Small SVG scatters over a grey sample of the map; arrays in, a plotly Figure out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from bioviz.plots import palette
from bioviz.plots.style import escape, figure, short, without_scale

SAMPLE = 1500  # points of the map drawn under the movement
_TURN = np.linspace(0, 2 * np.pi, 33)


def path_map(
    xy: np.ndarray,
    background: np.ndarray,
    path: np.ndarray,
    stops: Sequence[str],
    *,
    method: str,
    colour: str = "#D55E00",
    dark: bool = False,
) -> go.Figure:
    """Return the way of one clip over the map.

    Parameters
    ----------
    xy : (n, 2)
        The map.
    background : (n,) bool
    path : (s, 2)
        Places, NaN left out.
    stops
        What each of them is, such as "10 dB".
    method
        That made the map, such as "UMAP".

    """
    path = np.asarray(path, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(path).all(axis=1)).tolist()
    named = {known[0], known[-1]} if known else set()
    line = go.Scatter(
        x=path[known, 0],
        y=path[known, 1],
        mode="lines+markers+text",
        name="this clip",
        line={"color": colour, "width": 2},
        marker={"size": 8, "color": colour, "symbol": ["circle-open", *["circle"] * (len(stops) - 1)]},
        text=[escape(stops[i]) if i in named else "" for i in known],
        textposition="top center",
        hovertext=[escape(stops[i]) for i in known],
        hoverinfo="text",
    )
    return _over_map(xy, background, [line], method, dark)


def ellipse_map(
    xy: np.ndarray,
    background: np.ndarray,
    ellipses: np.ndarray,
    names: Sequence[str] | np.ndarray,
    *,
    method: str,
    colours: dict[str, str],
    marked: int | None = None,
    dark: bool = False,
) -> go.Figure:
    """Ellipses of clips over the map, coloured by name; one may be marked.

    Parameters
    ----------
    xy : (n, 2)
        The map.
    background : (n,) bool
    ellipses : (m, 5)
        Centre x, y, half axes, angle; NaN left out.
    names : (m,)
        Label of each.
    colours
        By name.
    marked
        Index of the one to draw bold.

    """
    groups = np.asarray(names, dtype=str)
    traces = []
    for name in np.unique(groups).tolist():
        x, y = _outlines(ellipses[groups == name])
        line = {"color": colours.get(name, palette.BACKGROUND_COLOUR), "width": 1.2}
        traces.append(go.Scatter(x=x, y=y, mode="lines", name=short(name), line=line, hoverinfo="skip"))
    if marked is not None:
        x, y = _outlines(ellipses[marked : marked + 1])
        line = {"color": "#E6E9EA" if dark else "#000000", "width": 3}
        traces.append(go.Scatter(x=x, y=y, mode="lines", name="this clip", line=line, hoverinfo="skip"))
    return _over_map(xy, background, traces, method, dark)


def _outlines(ellipses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """X and y of the outlines one after the other, a NaN between two."""
    x, y, long, short_axis, angle = np.asarray(ellipses, dtype=np.float64).reshape(-1, 5).T[:, :, None]
    along, across = long * np.cos(_TURN), short_axis * np.sin(_TURN)
    gap = np.full((len(x), 1), np.nan)
    return (
        np.hstack([x + along * np.cos(angle) - across * np.sin(angle), gap]).reshape(-1),
        np.hstack([y + along * np.sin(angle) + across * np.cos(angle), gap]).reshape(-1),
    )


def _over_map(
    xy: np.ndarray, background: np.ndarray, traces: list[go.Scatter], method: str, dark: bool
) -> go.Figure:
    xy, background = np.asarray(xy), np.asarray(background, dtype=bool)
    shown = np.arange(len(xy))
    if len(xy) > SAMPLE:
        shown = np.sort(np.random.default_rng(0).permutation(len(xy))[:SAMPLE])
    under = []
    for name, member, grey in (
        ("background", background, "#9A9A9A"),
        ("labelled clips", ~background, "#56708A" if not dark else "#8FB3D0"),
    ):
        chosen = shown[member[shown]]
        under.append(
            go.Scatter(
                x=xy[chosen, 0],
                y=xy[chosen, 1],
                mode="markers",
                name=name,
                marker={"size": 4, "opacity": 0.35, "color": grey},
                hoverinfo="skip",
            )
        )
    return without_scale(figure([*under, *traces], dark, "", "", height=436, showlegend=True), method)
