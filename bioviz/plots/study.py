"""Figures of a study: heat map of models and datasets, critical differences, effects with their intervals, spreads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from bioviz.plots import palette
from bioviz.plots.figures import named_rows
from bioviz.plots.style import escape, figure, short
from bioviz.plots.tokens import token

ROW = 26  # pixels
LONGEST = 64  # characters of a name: training and share of background tell models apart
WRITTEN = 400  # cells up to which the values stand in them


def heat_map(
    values: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    differences: bool = False,
    dark: bool = False,
) -> go.Figure:
    """Draw a value a cell; the customdata of a clicked one is row * columns + column.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        NaN where there is none.
    rows, columns : sequence of str
        Their names.
    title : str
        What is measured, with its unit.
    differences : bool
        Colours part at 0.

    """
    values = np.asarray(values, dtype=np.float64)
    known = values[np.isfinite(values)]
    form = "+.3f" if differences else ".3f"
    reach = float(np.abs(known).max(initial=1e-9)) if differences else None
    heat = go.Heatmap(
        z=[[None if np.isnan(value) else float(value) for value in row] for row in values],
        zmin=-reach if reach else float(known.min(initial=0)),
        zmax=reach or float(known.max(initial=1)),
        colorscale="RdBu" if differences else palette.scale("cividis"),
        xgap=1,
        ygap=1,
        hovertext=[
            [
                f"{escape(row)}<br>{escape(column)}: "
                + ("not computed" if np.isnan(value) else f"{value:{form}}")
                for column, value in zip(columns, line, strict=True)
            ]
            for row, line in zip(rows, values, strict=True)
        ],
        hoverinfo="text",
        colorbar={"title": {"text": escape(title), "side": "right"}, "thickness": 12},
    )
    if values.size <= WRITTEN:
        heat.text = [["" if np.isnan(value) else f"{value:{form}}" for value in row] for row in values]
        heat.texttemplate = "%{text}"
    across, down = np.indices(values.shape).reshape(2, -1)[::-1]
    points = go.Scatter(  # heat maps send no clicks: invisible points over the cells do
        x=across,
        y=down,
        mode="markers",
        marker={"size": 18, "symbol": "square", "opacity": 0},
        customdata=np.arange(values.size),
        hovertext=[text for line in heat.hovertext or () for text in line],
        hoverinfo="text",
        hoverlabel={"bgcolor": token("panel", dark), "font": {"color": token("text", dark)}},
        showlegend=False,
    )
    chart = figure([heat, points], dark, "dataset", "model", height=166 + ROW * max(len(rows), 2))
    chart.update_xaxes(
        tickvals=np.arange(len(columns)),
        ticktext=[short(name) for name in columns],
        tickangle=-30,
        showgrid=False,
        zeroline=False,
    )
    return named_rows(chart, rows, LONGEST).update_yaxes(showgrid=False, zeroline=False)


def critical_difference(
    names: Sequence[str],
    mean_ranks: np.ndarray,
    groups: Sequence[tuple[int, int]],
    critical: float | None,
    *,
    dark: bool = False,
) -> go.Figure:
    """Draw mean ranks as points; bars join those that are not told apart (Demšar's diagram, a line a model).

    Parameters
    ----------
    names : sequence of str
        The best first.
    mean_ranks : ndarray, shape (names,)
        Rising.
    groups : sequence of (first, last)
        Positions of what is not told apart.
    critical : float or None
        The critical difference, drawn as a ruler; None for none.

    """
    ink = token("text", dark)
    points = go.Scatter(
        x=mean_ranks,
        y=np.arange(len(names)),
        mode="markers+text",
        text=[f"{rank:.2f}" for rank in mean_ranks],
        textposition="middle right",
        marker={"size": 9, "color": token("blue", dark)},
        hovertext=[
            f"{escape(name)}: mean rank {rank:.2f}" for name, rank in zip(names, mean_ranks, strict=True)
        ],
        hoverinfo="text",
    )
    chart = figure(
        [points], dark, "mean rank (1 is the best)", "model", height=146 + ROW * max(len(names), 2)
    )
    for i, (first, last) in enumerate(groups):
        x = float(len(names)) + 0.7 + 0.35 * i
        chart.add_shape(
            type="line", x0=x, x1=x, y0=first - 0.3, y1=last + 0.3, line={"color": ink, "width": 4}
        )
    if critical is not None and critical <= len(names) - 1:
        chart.add_shape(type="line", x0=1, x1=1 + critical, y0=-0.9, y1=-0.9, line={"color": ink, "width": 2})
        chart.add_annotation(
            x=1 + critical / 2,
            y=-0.9,
            text=f"critical difference {critical:.2f}",
            showarrow=False,
            yanchor="bottom",
        )
    chart.update_xaxes(
        range=[0.5, len(names) + 0.9 + 0.35 * len(groups)], tickvals=np.arange(1, len(names) + 1)
    )
    return named_rows(chart, names, LONGEST).update_yaxes(range=[len(names) - 0.4, -1.6], autorange=False)


def effects(
    names: Sequence[str],
    values: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    *,
    x_title: str,
    y_title: str,
    points: Sequence[Sequence[float]] = (),
    dark: bool = False,
) -> go.Figure:
    """Draw an effect a line with its interval, and a small mark for each dataset that it is the mean of.

    Parameters
    ----------
    names : sequence of str
    values, low, high : ndarray, shape (names,)
        NaN ends where there is no interval.
    points : sequence of sequence of float
        What each is the mean of.

    """
    at = np.arange(len(names))
    traces: list[go.Scatter] = []
    if points:
        traces.append(
            go.Scatter(
                x=[value for line in points for value in line],
                y=[i for i, line in enumerate(points) for _ in line],
                mode="markers",
                marker={"size": 6, "color": token("muted", dark), "symbol": "line-ns-open"},
                hovertext=[f"one dataset: {value:+.3f}" for line in points for value in line],
                hoverinfo="text",
            )
        )
    spread = {
        "type": "data",
        "symmetric": False,
        "array": np.nan_to_num(np.asarray(high) - values),
        "arrayminus": np.nan_to_num(values - np.asarray(low)),
        "color": token("blue", dark),
        "thickness": 2,
    }
    traces.append(
        go.Scatter(
            x=values,
            y=at,
            mode="markers",
            error_x=spread,
            marker={"size": 9, "color": token("blue", dark)},
            hovertext=[f"{escape(name)}: {value:+.3f}" for name, value in zip(names, values, strict=True)],
            hoverinfo="text",
        )
    )
    chart = figure(traces, dark, x_title, y_title, height=126 + 30 * max(len(names), 2), showlegend=False)
    chart.add_vline(0, line={"dash": "dash", "width": 1, "color": token("muted", dark)})
    return named_rows(chart, names, LONGEST)


def spreads(ranges: Mapping[str, np.ndarray], *, x_title: str, dark: bool = False) -> go.Figure:
    """Draw a box a line of how far scores move."""
    boxes = [
        go.Box(
            x=values,
            y=[i] * len(values),
            orientation="h",
            name=short(name),
            boxpoints="outliers",
            marker={"size": 4, "color": token("blue", dark)},
        )
        for i, (name, values) in enumerate(ranges.items())
    ]
    chart = figure(
        boxes, dark, x_title, "what changes", height=126 + 42 * max(len(ranges), 2), showlegend=False
    )
    return named_rows(chart, list(ranges))
