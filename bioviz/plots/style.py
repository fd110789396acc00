"""What all figures share: fonts, grids and colours for light and dark pages, and safe text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

FONT = '"Source Sans", system-ui, sans-serif'
"""That of the pages, which bring its file."""
TOOLS = 36
"""Pixels above a figure in which its tools stand, so that they lie over nothing."""
BELOW_TOOLS = TOOLS + 20
"""The same, where a line of words stands on top of the figure."""
LONGEST_NAME = 40  # characters of a name on an axis; hovering shows all of it


def escape(text: object) -> str:
    """Text that plotly shows as it is: it reads <b>, <a href=...> and entities in labels, ticks and hovers."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(text: object, longest: int = LONGEST_NAME) -> str:
    """Return an escaped name, cut where it would take the figure's room."""
    text = str(text)
    return escape(text if len(text) <= longest else text[: longest - 1] + "…")


def template(dark: bool = False) -> go.layout.Template:
    """Look of every figure: transparent, so that it sits on the page in either theme."""
    ink, grid = ("#E6E9EA", "rgba(230,233,234,0.12)") if dark else ("#31333F", "rgba(49,51,63,0.10)")
    axis = {"gridcolor": grid, "linecolor": grid, "zerolinecolor": grid, "automargin": True}
    axis["title"] = {"standoff": 8, "font": {"size": 13}}
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": ink, "family": FONT, "size": 12},
        "margin": {"l": 10, "r": 10, "t": TOOLS, "b": 10},
        "xaxis": axis,
        "yaxis": axis,
        "hoverlabel": {"align": "left"},
        "legend": {"itemsizing": "constant"},
    }
    return go.layout.Template(layout=layout)


def without_scale(chart: go.Figure, method: str = "Map") -> go.Figure:
    """Take the ticks off a map, whose axes mean nothing, and say so below it."""
    bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "ticks": ""}
    note = f"{method}: near means alike; the map has no unit and no scale"
    return chart.update_xaxes(title_text=escape(note), **bare).update_yaxes(title_text="", **bare)


def figure(
    traces: Iterable[BaseTraceType], dark: bool, x_title: str, y_title: str, **layout: Any
) -> go.Figure:
    """Return a figure in the shared look; titles are escaped here."""
    chart = go.Figure(list(traces))
    chart.update_layout(template=template(dark), xaxis_title=escape(x_title), yaxis_title=escape(y_title))
    return chart.update_layout(**layout)
