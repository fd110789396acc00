"""A small picture of a map: what a run's clips look like from afar, as SVG."""

from __future__ import annotations

from html import escape

import numpy as np

from bioviz.plots import palette
from bioviz.runs import Run

WIDTH, HEIGHT, ROOM = 640, 270, 12
MOST = 4000
"""Points drawn; of more, a part that is drawn by lot, the same each time."""


def still_map(run: Run, *, dark: bool) -> str:
    """Return the map of a run as SVG: background in grey, each label in its color, names at the middle of each."""
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
    colours = palette.colours_for(run.target_names)
    groups, names = [], []
    for target, name in enumerate(run.target_names):
        own = targets == target
        if not own.any():
            continue
        radius = 1.6 if target == 0 else 3.2
        dots = "".join(
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{radius}"/>' for a, b in zip(x[own], y[own], strict=True)
        )
        groups.append(f'<g fill="{colours[name]}" fill-opacity="{0.55 if target == 0 else 0.9}">{dots}</g>')
        middle = np.median(x[own]), np.median(y[own])
        names.append(
            f'<text x="{np.clip(middle[0], 40, WIDTH - 40):.0f}" y="{np.clip(middle[1], 14, HEIGHT - 6):.0f}">'
            f"{escape(name)}</text>"
        )
    text, halo = ("#e4ecea", "#12191a") if dark else ("#1d2b2a", "#ffffff")
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    font = 'font-size="13" font-weight="600" font-family="sans-serif" text-anchor="middle"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(groups)}'
        f'<g fill="{text}" stroke="{halo}" stroke-width="4" paint-order="stroke" {font}>{"".join(names)}</g></svg>'
    )
