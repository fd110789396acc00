"""Lines over one axis with what they are uncertain by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from bioviz.plots import palette
from bioviz.plots.figures import legend_below
from bioviz.plots.style import figure, short

MOST_BANDS = 2
"""Of more lines bands mix into colours that no line has."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def curves_figure(
    x: np.ndarray,
    lines: Mapping[str, tuple[np.ndarray, np.ndarray | None, np.ndarray | None]],
    *,
    x_title: str,
    y_title: str,
    colours: dict[str, str] | None = None,
    log_x: bool = False,
    dark: bool = False,
) -> go.Figure:
    """Draw lines over one axis, each with a band of its interval; where bands would mix, with bars beside each other.

    Parameters
    ----------
    x : (n,)
    lines
        {name: (values, low or None, high or None)}, arrays of (n,).
    x_title, y_title
        What is shown, with units.

    """
    x = np.asarray(x)
    chosen = colours or dict(zip(lines, palette.extended(len(lines)), strict=True))
    with_interval = [name for name, (_, low, high) in lines.items() if low is not None and high is not None]
    is_mixed = len(with_interval) > MOST_BANDS
    traces: list[go.Scatter] = []
    for number, (name, (values, low, high)) in enumerate(lines.items()):
        colour = chosen[name]
        if low is not None and high is not None:
            if is_mixed:
                beside = _beside(x, number - (len(lines) - 1) / 2, log_x)
                traces.append(_bars(beside, np.asarray(low), np.asarray(high), colour))
            else:
                traces.append(_band(x, np.asarray(low), np.asarray(high), colour))
        line = {"color": colour, "width": 2, "dash": DASHES[number % len(DASHES)] if is_mixed else "solid"}
        traces.append(
            go.Scatter(x=x, y=values, mode="lines+markers", name=short(name), line=line, marker_size=5)
        )
    chart = legend_below(
        figure(traces, dark, x_title, y_title, height=376, showlegend=len(lines) > 1, hovermode="x unified")
    )
    return chart.update_xaxes(type="log") if log_x else chart


def _band(x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str) -> go.Scatter:
    """Draw the interval of a line as an area."""
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        fill="toself",
        fillcolor=_faded(colour, 0.18),
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )


def _bars(x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str) -> go.Scatter:
    """Draw the interval of a line as an upright bar at each x."""
    gap = np.full(len(x), np.nan)
    return go.Scatter(
        x=np.repeat(x, 3),
        y=np.stack([low, high, gap], axis=1).ravel(),
        mode="lines",
        line={"color": _faded(colour, 0.7), "width": 2},
        hoverinfo="skip",
        showlegend=False,
    )


def _beside(x: np.ndarray, place: float, log_x: bool) -> np.ndarray:
    """Move (n,) a little aside, so that bars of several lines stand beside each other."""
    at = np.log10(np.asarray(x, np.float64)) if log_x else np.asarray(x, np.float64)
    steps = np.diff(np.unique(at))
    moved = at + 0.02 * place * (steps.min() if len(steps) else 1.0)
    return 10**moved if log_x else moved


def _faded(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
