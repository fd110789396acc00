"""Figures of a comparison: where clips moved, how assignments flow, and differences with their uncertainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from bioviz.percent import percent
from bioviz.plots import palette
from bioviz.plots.style import BELOW_TOOLS, escape, figure, short, template, without_scale

MAX_ARROWS = 1500  # more is a black cloud, and slow as SVG


def arrows(
    left: np.ndarray,
    right: np.ndarray,
    chosen: np.ndarray,
    *,
    rows: np.ndarray,
    colour: str,
    dark: bool = False,
) -> go.Figure:
    """Arrows from old to new place for the chosen clips, over a faint cloud of all on the right.

    Of more than MAX_ARROWS clips an even choice is drawn, which `arrows_drawn` counts.

    Parameters
    ----------
    left, right : (n, 2)
        Both maps, aligned.
    chosen : (m,)
        Positions.
    rows : (n,)
        Identity of each clip, the `customdata` of the arrow heads.

    """
    chosen = _drawn(left, right, chosen)
    m = len(chosen)
    ends = np.full((m, 3, 2), np.nan)  # from, to, gap
    ends[:, 0], ends[:, 1] = left[chosen], right[chosen]
    line = ends.reshape(-1, 2)
    cloud = right[_even(np.flatnonzero(np.isfinite(right).all(axis=1)), 4 * MAX_ARROWS)]
    traces = [
        go.Scatter(
            x=cloud[:, 0],
            y=cloud[:, 1],
            mode="markers",
            marker={"size": 3, "color": palette.BACKGROUND_COLOUR, "opacity": 0.4},
            hoverinfo="skip",
            name="all clips, new places",
        ),
        go.Scatter(
            x=line[:, 0],
            y=line[:, 1],
            mode="lines+markers",
            line={"color": colour, "width": 1.5},
            marker={
                "symbol": "arrow",
                "angleref": "previous",
                "size": np.tile([0, 10, 0], m),
                "color": colour,
                "line": {"width": 0},  # else plotly frames heads of different sizes in white
            },
            opacity=0.85,
            customdata=np.repeat(rows[chosen], 3).astype(np.int64),
            hovertext=[
                f"clip {row}, moved by {distance:.2f}"
                for row, distance in zip(
                    rows[chosen], np.linalg.norm(right[chosen] - left[chosen], axis=1), strict=True
                )
                for _ in range(3)
            ],
            hoverinfo="text",
            name="from old to new place",
        ),
    ]
    chart = without_scale(figure(traces, dark, "", "", height=520, showlegend=True))
    chart.update_layout(legend={"orientation": "h", "y": 1.08})
    return chart


def arrows_drawn(left: np.ndarray, right: np.ndarray, chosen: np.ndarray) -> int:
    """How many arrows `arrows` draws of the chosen clips."""
    return len(_drawn(left, right, chosen))


def flow(
    left: np.ndarray,
    right: np.ndarray,
    left_names: Sequence[str],
    right_names: Sequence[str],
    colours: Mapping[str, str],
    *,
    titles: tuple[str, str] = ("left", "right"),
    dark: bool = False,
) -> go.Figure:
    """How the clips' assignments flow from left to right; a ribbon has the colour of where it comes from.

    Parameters
    ----------
    left, right : (n,) ints
        Into the names of their side; -1 is left out.
    colours
        Colour by name; the palette's background grey for others.

    """
    known = (left >= 0) & (right >= 0)
    table = np.bincount(
        left[known] * len(right_names) + right[known], minlength=len(left_names) * len(right_names)
    )
    table = table.reshape(len(left_names), len(right_names))
    used_left, used_right = np.flatnonzero(table.sum(axis=1)), np.flatnonzero(table.sum(axis=0))
    names = [left_names[i] for i in used_left.tolist()] + [right_names[j] for j in used_right.tolist()]
    node = [colours.get(name, palette.BACKGROUND_COLOUR) for name in names]
    sources, targets = np.nonzero(table[np.ix_(used_left, used_right)])
    counts = table[np.ix_(used_left, used_right)][sources, targets]
    total = max(int(counts.sum()), 1)
    sankey = go.Sankey(
        arrangement="snap",
        node={
            "label": [short(name) for name in names],
            "color": node,
            "pad": 12,
            "thickness": 16,
            "line": {"width": 0},
            "hovertemplate": "%{label}: %{value:,.0f} clips<extra></extra>",
        },
        link={
            "source": sources,
            "target": targets + len(used_left),
            "value": counts,
            "color": [_faded(node[i]) for i in sources],
            "customdata": [
                f"{escape(names[i])} → {escape(names[len(used_left) + j])}: {count:,} clips "
                f"({percent(count / total, 1)})"
                for i, j, count in zip(sources, targets, counts, strict=True)
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    )
    chart = go.Figure([sankey])
    chart.update_layout(template=template(dark), height=140 + 26 * max(len(used_left), len(used_right), 4))
    for x, anchor, title in ((0, "left", titles[0]), (1, "right", titles[1])):
        chart.add_annotation(
            x=x,
            y=1,
            xref="paper",
            yref="paper",
            xanchor=anchor,
            yanchor="bottom",
            showarrow=False,
            text=short(title),
        )
    return chart.update_layout(margin_t=BELOW_TOOLS)


def differences(
    names: Sequence[str],
    values: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    claimed: ArrayLike,
    *,
    x_title: str,
    y_title: str,
    dark: bool = False,
) -> go.Figure:
    """Differences with their 95 % intervals, one row each, full where a change is claimed and hollow where not.

    Parameters
    ----------
    names, values, low, high : (n,)
        Each; NaN intervals are not drawn.
    claimed : (n,) bool
        Larger than its uncertainty when all rows are judged together.

    """
    values, low, high = (np.asarray(each, dtype=np.float64) for each in (values, low, high))
    clear = np.asarray(claimed, dtype=bool)
    ink = "#E6E9EA" if dark else "#31333F"
    points = go.Scatter(
        x=values,
        y=np.arange(len(names)),
        mode="markers",
        error_x={
            "type": "data",
            "symmetric": False,
            "array": high - values,
            "arrayminus": values - low,
            "thickness": 1.5,
            "width": 4,
            "color": ink,
        },
        marker={
            "size": 10,
            "symbol": np.where(clear, "circle", "circle-open").tolist(),
            "color": [palette.WRONG_COLOUR if c else ink for c in clear],
        },
        customdata=np.arange(len(names), dtype=np.int32),
        hovertext=[
            f"{escape(name)}: {value:+.3f} "
            + (f"[{a:+.3f}, {b:+.3f}]" if np.isfinite([a, b]).all() else "(no interval)")
            for name, value, a, b in zip(names, values, low, high, strict=True)
        ],
        hoverinfo="text",
    )
    chart = figure([points], dark, x_title, y_title, height=126 + 22 * max(len(names), 2))
    chart.add_vline(0, line={"dash": "dash", "width": 1.5, "color": ink})
    return chart.update_yaxes(
        tickvals=np.arange(len(names)), ticktext=[short(name) for name in names], autorange="reversed"
    )


def _drawn(left: np.ndarray, right: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    placed = np.isfinite(left[chosen]).all(axis=1) & np.isfinite(right[chosen]).all(axis=1)
    return _even(np.asarray(chosen)[placed], MAX_ARROWS)


def _even(places: np.ndarray, most: int) -> np.ndarray:
    if len(places) <= most:
        return places
    return places[np.linspace(0, len(places) - 1, most).round().astype(np.int64)]


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.45)"
