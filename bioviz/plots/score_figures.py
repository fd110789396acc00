"""Scores of a classifier as figures."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from bioviz.plots import palette
from bioviz.plots.style import BELOW_TOOLS, figure, short
from bioviz.plots.tokens import token

BINS = 40


def score_distribution(
    background: np.ndarray,
    own: np.ndarray,
    label: str,
    threshold: float | None,
    scale: str,
    *,
    dark: bool = False,
) -> go.Figure:
    """Histograms of a label's scores: of background clips against the label's own, each as a share of its clips.

    Parameters
    ----------
    background, own : (n,), (m,) float
        NaN is left out.
    threshold
        Drawn as a line; None for none.
    scale
        "logit", "probability" or "": named on the axis.

    """
    sides = {
        "background": (background[np.isfinite(background)], palette.BACKGROUND_COLOUR),
        label: (own[np.isfinite(own)], palette.colours_for([label])[label]),
    }
    values = np.concatenate([each for each, _ in sides.values()])
    if not len(values):
        return figure([], dark, _axis(scale), "share of clips (%)", height=260)
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low, high if high > low else low + 1e-6, BINS + 1)
    traces = []
    for name, (scores, colour) in sides.items():
        counts = np.histogram(scores, edges)[0]
        share = 100 * counts / max(len(scores), 1)
        traces.append(
            go.Bar(
                x=(edges[:-1] + edges[1:]) / 2,
                y=share,
                width=np.diff(edges),
                name=f"{short(name)} ({len(scores):,})",
                marker={"color": colour, "opacity": 0.6, "line": {"width": 0}},
                customdata=np.stack([counts, edges[:-1], edges[1:]], axis=1),
                hovertemplate="%{customdata[0]} clips from %{customdata[1]:.3g} to %{customdata[2]:.3g}<extra></extra>",
            )
        )
    chart = figure(traces, dark, _axis(scale), "share of clips (%)", height=296, barmode="overlay")
    chart.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}, margin_t=BELOW_TOOLS
    )
    if threshold is not None:
        chart.add_vline(
            threshold,
            line={"color": token("text", dark), "width": 2, "dash": "dash"},
            annotation_text="threshold",
        )
    return chart


def _axis(scale: str) -> str:
    return {"logit": "score (log odds)", "probability": "score (0 to 1)"}.get(scale, "score")
