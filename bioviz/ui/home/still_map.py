"""A small picture of a map: what a run's clips look like from afar, as SVG."""

from __future__ import annotations

import base64
from html import escape

import numpy as np

from bioviz.plots import palette
from bioviz.runs import Run

WIDTH, HEIGHT, ROOM = 640, 290, 12
LEGEND_AT = HEIGHT + 20
MOST = 4000
"""Points drawn; of more, a part that is drawn by lot, the same each time."""


def still_map(run: Run, *, dark: bool) -> str:
    """Return the map of a run as an image element: background in grey, each label in its color, with a legend.

    An SVG element itself would not do: Streamlit leaves it out of a page.
    """
    places = np.arange(len(run))
    if len(places) > MOST:
        places = np.sort(np.random.default_rng(0).choice(places, MOST, replace=False))
    xy, targets = np.asarray(run.xy)[places], run.targets[places]
    known = np.isfinite(xy).all(axis=1)
    xy, targets = xy[known], targets[known]
    if not len(xy):
        return ""
    low, high = xy.min(axis=0), xy.max(axis=0)
    scaled = (xy - low) / np.maximum(high - low, 1e-9)
    x = ROOM + scaled[:, 0] * (WIDTH - 2 * ROOM)
    y = HEIGHT - ROOM - scaled[:, 1] * (HEIGHT - 2 * ROOM)
    colours = palette.colours_for(run.target_names, dark)
    shapes = palette.shapes_for(run.target_names)
    groups, legend, left = [], [], ROOM
    for target, name in enumerate(run.target_names):
        own = targets == target
        if not own.any():
            continue
        radius = 1.6 if target == 0 else 3.2
        dots = "".join(_mark(shapes[name], a, b, radius) for a, b in zip(x[own], y[own], strict=True))
        groups.append(f'<g fill="{colours[name]}" fill-opacity="{0.55 if target == 0 else 0.9}">{dots}</g>')
        width = 26 + 7 * len(name)
        if left + width <= WIDTH - 40:
            legend.append(
                f'<g fill="{colours[name]}">{_mark(shapes[name], left + 5, LEGEND_AT - 4, 5)}</g>'
                f'<text x="{left + 14}" y="{LEGEND_AT}">{escape(name)}</text>'
            )
            left += width
    more = len(groups) - len(legend)
    if more:
        legend.append(f'<text x="{left}" y="{LEGEND_AT}">+ {more}</text>')
    text = "#e4ecea" if dark else "#1d2b2a"
    size = f'viewBox="0 0 {WIDTH} {LEGEND_AT + 8}"'
    counts = ", ".join(f"{name} {int((run.targets == t).sum()):,}" for t, name in enumerate(run.target_names))
    font = f'fill="{text}" font-size="12" font-family="system-ui, sans-serif"'
    drawn = f"{''.join(groups)}<g {font}>{''.join(legend)}</g>"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{drawn}</svg>'
    shape = f'style="width:100%;aspect-ratio:{WIDTH}/{LEGEND_AT + 8}"'  # its room is there before it
    described = escape(f"Map of {len(run):,} clips: {counts}", quote=True)
    return f'<img alt="{described}" {shape} src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}">'


_CORNERS = {
    "triangle-up": ((0, -1.25), (1.2, 0.85), (-1.2, 0.85)),
    "square": ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
    "diamond": ((0, -1.35), (1.35, 0), (0, 1.35), (-1.35, 0)),
}


def _mark(shape: str, x: float, y: float, radius: float) -> str:
    """Return a point as SVG."""
    if shape not in _CORNERS:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'
    points = " ".join(f"{x + radius * dx:.1f},{y + radius * dy:.1f}" for dx, dy in _CORNERS[shape])
    return f'<polygon points="{points}"/>'
