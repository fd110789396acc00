"""Figures beside the map: arrays in, a plotly Figure out. Small, so drawn as SVG: they take no WebGL context.

Show them with `st.plotly_chart(figure, theme=None)`. Names are those of the user's files and are escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from bioviz.errors import BadInput
from bioviz.percent import of_hundred, percent
from bioviz.plots import palette
from bioviz.plots.style import BELOW_TOOLS, LONGEST_NAME, escape, figure, short
from bioviz.plots.tokens import token

LEGEND_ROW = 20  # pixels; three entries stand in it even where a chart has half of a page
ROW_PIXELS = 22


def label_counts(targets: np.ndarray, names: Sequence[str], *, dark: bool = False) -> go.Figure:
    """Bars of clips per label, most frequent first.

    Parameters
    ----------
    targets : (n,)
        Integers, index into `names`.
    names
        Names of the targets; "background" is drawn grey.

    """
    counts = np.bincount(np.asarray(targets, dtype=np.int64), minlength=len(names))
    order: list[int] = np.argsort(-counts, kind="stable").tolist()
    colours = palette.colours_for(names)
    total = max(int(counts.sum()), 1)
    bar = go.Bar(
        x=counts[order],
        y=np.arange(len(names)),
        orientation="h",
        marker_color=[colours[names[i]] for i in order],
        text=[f"{counts[i]:,}" for i in order],
        textposition="outside",
        cliponaxis=False,
        hovertext=[
            f"{escape(names[i])}: {counts[i]:,} clips, {percent(counts[i] / total, 1)}" for i in order
        ],
        hoverinfo="text",
    )
    chart = figure([bar], dark, "clips (number)", "label", height=_height(len(names)))
    chart.update_xaxes(range=[0, 1.15 * max(int(counts.max(initial=0)), 1)])
    return named_rows(chart, [names[i] for i in order])


def cluster_table(
    table: np.ndarray, assigned: np.ndarray, names: Sequence[str], *, dark: bool = False
) -> go.Figure:
    """Clusters against labels: how each cluster's clips divide between labels, the matched cell framed.

    Parameters
    ----------
    table : (k, L)
        Integers, clips of cluster i with label j.
    assigned : (k,)
        Label that a cluster stands for, -1 for none.
    names
        The L label names.

    """
    table, assigned = np.asarray(table), np.asarray(assigned)
    # Clusters that stand for a label come in the labels' order, so that agreement is a diagonal.
    order = np.lexsort((-table.sum(axis=1), np.where(assigned < 0, len(names), assigned)))
    chart = _heat_map(
        table[order],
        [f"cluster {i + 1}" for i in order],
        names,
        titles=("label", "cluster"),
        of="of the cluster's clips",
        dark=dark,
    )
    frame = "#F0E442" if dark else "#D55E00"
    for row, cluster in enumerate(order):
        column = int(assigned[cluster])
        if column >= 0:
            chart.add_shape(
                type="rect",
                x0=column - 0.5,
                x1=column + 0.5,
                y0=row - 0.5,
                y1=row + 0.5,
                line={"color": frame, "width": 2},
            )
    return chart


def confusion_map(
    counts: np.ndarray,
    names: Sequence[str],
    column_names: Sequence[str] | None = None,
    *,
    titles: tuple[str, str] = ("label of the neighbors", "label of the clip"),
    of: str = "of the neighbors",
    dark: bool = False,
) -> go.Figure:
    """Confusion heat map: row i shows how label i's `counts` divide between labels; rows sum to 100 %.

    `point.customdata` of a clicked cell is [row, column]. Columns are named as rows are, unless they have names.
    """
    columns = names if column_names is None else column_names
    return _heat_map(np.asarray(counts), names, columns, titles=titles, of=of, dark=dark)


def _heat_map(
    counts: np.ndarray,
    row_names: Sequence[str],
    column_names: Sequence[str],
    *,
    titles: tuple[str, str],
    of: str,
    dark: bool,
) -> go.Figure:
    if counts.shape != (len(row_names), len(column_names)):
        raise BadInput(
            f"A table of {counts.shape} does not fit {len(row_names)} x {len(column_names)} names."
        )
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    hover = [
        [
            f"{escape(row)}<br>{escape(column)}: {counts[i, j]:,.6g} ({percent(shares[i, j], 1)} {of})"
            for j, column in enumerate(column_names)
        ]
        for i, row in enumerate(row_names)
    ]
    cells = np.moveaxis(np.indices(counts.shape), 0, -1).astype(np.int32)
    heat = go.Heatmap(
        z=100 * shares,
        zmin=0,
        zmax=100,
        colorscale=palette.scale("cividis"),
        xgap=1,
        ygap=1,
        hovertext=hover,
        hoverinfo="text",
        customdata=cells,
        colorbar={
            "title": {"text": "% of row", "side": "right"},
            "thickness": 12,
            "ticksuffix": of_hundred(""),
        },
    )
    if counts.size and counts.size <= 400:
        heat.text = [[f"{100 * share:.0f}" if share >= 0.005 else "" for share in row] for row in shares]
        heat.texttemplate = "%{text}"
    chart = figure([heat], dark, titles[0], titles[1], height=max(260, _height(len(row_names)) + 90))
    chart.update_xaxes(
        tickvals=np.arange(len(column_names)),
        ticktext=[short(name) for name in column_names],
        tickangle=-40,
        showgrid=False,
    )
    return named_rows(chart, row_names).update_yaxes(showgrid=False)


def ranked_bars(
    names: Sequence[str],
    values: np.ndarray,
    low: np.ndarray | None = None,
    high: np.ndarray | None = None,
    *,
    x_title: str,
    y_title: str = "label",
    colours: dict[str, str] | None = None,
    reference: float | None = None,
    reference_name: str = "",
    dark: bool = False,
) -> go.Figure:
    """Horizontal bars, largest first, with confidence intervals; a NaN comes last and is said to be unknown.

    Parameters
    ----------
    names, values : (n,)
        Each.
    low, high : (n,)
        Ends of the intervals, or None.
    x_title
        What is measured, with its unit.
    colours
        Colour by name; None for one colour.
    reference
        a value to mark with a dashed line (the chance level), named `reference_name`.

    """
    values = np.asarray(values, dtype=np.float64)
    order: list[int] = np.argsort(-np.where(np.isnan(values), -np.inf, values), kind="stable").tolist()
    spread = None
    hover = [f"{escape(names[i])}: {_figure_text(values[i])}" for i in order]
    if low is not None and high is not None:
        low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
        spread = {
            "type": "data",
            "symmetric": False,
            "array": (high - values)[order],
            "arrayminus": (values - low)[order],
            "thickness": 1.5,
            "width": 4,
            "color": "#E6E9EA" if dark else "#31333F",
        }
        hover = [
            f"{text} [{_figure_text(low[i])}, {_figure_text(high[i])}]" if np.isfinite(low[i]) else text
            for text, i in zip(hover, order, strict=True)
        ]
    bar = go.Bar(
        x=values[order],
        y=np.arange(len(names)),
        orientation="h",
        error_x=spread,
        marker_color=[(colours or {}).get(names[i], token("blue", dark)) for i in order],
        hovertext=hover,
        hoverinfo="text",
        customdata=np.asarray(order, dtype=np.int32),
    )
    chart = figure([bar], dark, x_title, y_title, height=_height(len(names)))
    if reference is not None:
        chart.add_vline(
            reference,
            line={"dash": "dash", "width": 1.5, "color": "#E6E9EA" if dark else "#31333F"},
            annotation={"text": escape(reference_name), "y": 1, "yanchor": "bottom", "xanchor": "center"},
        )
        chart.update_layout(margin_t=BELOW_TOOLS)
    return named_rows(chart, [names[i] for i in order])


def scatter(
    x: np.ndarray,
    y: np.ndarray,
    *,
    x_title: str,
    y_title: str,
    names: Sequence[str] | np.ndarray | None = None,
    colours: dict[str, str] | None = None,
    rows: np.ndarray | None = None,
    hover: Sequence[str] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Return a scatter of up to some thousand points (more belong on the map); `customdata` holds the rows.

    Parameters
    ----------
    x, y : (n,)
        Points with a NaN are left out.
    names : (n,)
        Group of each point, one colour and legend entry each; None for a single group.
    colours
        Colour by group; None for the palette.
    rows : (n,)
        Identity of each point; None for its index.
    hover : (n,)
        Texts; None for the coordinates.

    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    rows = np.arange(len(x)) if rows is None else np.asarray(rows)
    groups = np.full(len(x), "") if names is None else np.asarray(names, dtype=str)
    colours = colours or palette.colours_for([name for name in np.unique(groups).tolist() if name])
    known = np.isfinite(x) & np.isfinite(y)
    traces = []
    for name in np.unique(groups).tolist():
        chosen = np.flatnonzero(known & (groups == name))
        trace = go.Scatter(
            x=x[chosen],
            y=y[chosen],
            mode="markers",
            name=short(name),
            customdata=rows[chosen].astype(np.int64),
            marker={
                "size": 6,
                "opacity": 0.65,
                "color": colours.get(name, token("blue", dark)),
            },
        )
        if hover is not None:
            trace.update(hovertext=[escape(hover[i]) for i in chosen.tolist()], hoverinfo="text")
        traces.append(trace)
    return legend_below(figure(traces, dark, x_title, y_title, height=396, showlegend=names is not None))


def legend_below(chart: go.Figure) -> go.Figure:
    """Put the legend under the chart, which becomes higher by it: beside it, it takes half of a narrow one."""
    entries = sum(trace.get("showlegend") is not False for trace in chart.to_dict()["data"])
    if not chart.layout.showlegend or not entries:
        return chart
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.22, "yanchor": "top"}
    return chart.update_layout(legend=legend, height=chart.layout.height + LEGEND_ROW * -(-entries // 3))


def named_rows(chart: go.Figure, names: Sequence[str], longest: int = LONGEST_NAME) -> go.Figure:
    """Write the names along the upright axis, first on top. Places are numbers: equal short names stay apart."""
    return chart.update_yaxes(
        tickvals=np.arange(len(names)),
        ticktext=[short(name, longest) for name in names],
        autorange="reversed",
    )


def _height(rows: int) -> int:
    return 126 + ROW_PIXELS * max(rows, 2)


def _figure_text(value: float) -> str:
    return "unknown" if np.isnan(value) else f"{value:.3g}"
