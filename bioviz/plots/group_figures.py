"""Mean spectrograms of two groups side by side on one scale, and their difference."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from bioviz.plots import palette
from bioviz.plots.style import BELOW_TOOLS, short, template

RANGE_DB = 60.0  # between the faintest and the strongest colour, at most
MIN_DIFFERENCE_DB = 3.0  # a scale finer than this would make noise look like a difference


def mean_spectrograms(
    levels_a: np.ndarray,
    levels_b: np.ndarray,
    hz: np.ndarray,
    seconds: np.ndarray,
    names: tuple[str, str],
    *,
    offset_db: float = 0.0,
    dark: bool = False,
) -> go.Figure:
    """Heat maps of A, of B, and of A minus B in dB; zooming one zooms all.

    Parameters
    ----------
    levels_a, levels_b : (F, K)
        dB re full scale, NaN unknown.
    hz : (F,)
        Frequencies of the rows.
    seconds : (K,)
        Times of the columns.
    names
        What A and B are.
    offset_db
        Taken off the difference, to show where more than the overall level differs.

    """
    low, high = colour_limits(levels_a, levels_b)
    shown = difference(levels_a, levels_b) - offset_db
    bound = difference_bound(shown)
    common = {"x": seconds, "y": np.asarray(hz) / 1000, "zsmooth": False}
    hover = "%{x:.2f} s, %{y:.2f} kHz<br>"
    traces = [
        go.Heatmap(
            z=levels, **common, xaxis=f"x{i}", yaxis=f"y{i}", coloraxis="coloraxis",
            hovertemplate=hover + "%{z:.1f} dB<extra></extra>",
        )
        for i, levels in ((1, levels_a), (2, levels_b))
    ]  # fmt: skip
    traces.append(
        go.Heatmap(
            z=shown, **common, xaxis="x3", yaxis="y3", coloraxis="coloraxis2",
            hovertemplate=hover + "%{z:+.1f} dB<extra></extra>",
        )
    )  # fmt: skip
    ends = ((0.0, 0.27), (0.295, 0.565), (0.69, 0.96))
    titles = (short(names[0]), short(names[1]), f"{short(names[0])} minus {short(names[1])}")
    chart = go.Figure(traces)
    chart.update_layout(
        template=template(dark),
        height=346,
        margin={"t": BELOW_TOOLS},
        coloraxis={
            "cmin": low, "cmax": high, "colorscale": palette.scale("magma"),
            "colorbar": _bar(0.57, "dB re full scale"),
        },
        coloraxis2={
            "cmin": -bound, "cmax": bound, "colorscale": _diverging(dark), "colorbar": _bar(0.965, "difference (dB)"),
        },
        annotations=[
            {
                "text": f"<b>{title}</b>", "x": start, "xanchor": "left", "y": 1, "yanchor": "bottom",
                "yshift": 6, "xref": "paper", "yref": "paper", "showarrow": False,
            }
            for title, (start, _) in zip(titles, ends, strict=True)
        ],
    )  # fmt: skip
    for i, end in enumerate(ends, start=1):
        x = {"domain": end, "anchor": f"y{i}", "title": "time in the clip (s)", "showgrid": False}
        y = {"anchor": f"x{i}", "showgrid": False}
        if i == 1:
            y["title"] = "frequency (kHz)"
        else:
            x["matches"], y["matches"], y["showticklabels"] = "x", "y", False
        chart.update_layout({f"xaxis{i}": x, f"yaxis{i}": y})
    return chart


def colour_limits(levels_a: np.ndarray, levels_b: np.ndarray) -> tuple[float, float]:
    """Whole dB from the faintest to the strongest of both, at most RANGE_DB apart."""
    both = np.concatenate([levels_a.ravel(), levels_b.ravel()])
    both = both[np.isfinite(both)]
    if not len(both):
        return -RANGE_DB, 0.0
    high = float(np.ceil(both.max()))
    return min(max(high - RANGE_DB, float(np.floor(np.percentile(both, 1)))), high - 1), high


def difference(levels_a: np.ndarray, levels_b: np.ndarray) -> np.ndarray:
    """Return a minus B in dB; what is fainter than the faintest colour counts as that colour."""
    low, _ = colour_limits(levels_a, levels_b)
    return np.maximum(levels_a, low) - np.maximum(levels_b, low)


def difference_bound(shown: np.ndarray) -> float:
    """DB at either end of a scale that is centred on zero: all of it fits in."""
    known = np.abs(shown[np.isfinite(shown)])
    return max(MIN_DIFFERENCE_DB, float(np.ceil(known.max()))) if len(known) else MIN_DIFFERENCE_DB


def _bar(x: float, title: str) -> dict[str, object]:
    return {"x": x, "thickness": 11, "xpad": 2, "title": {"text": title, "side": "right"}}


def _diverging(dark: bool) -> list[list]:
    """Blue where B is stronger, orange where A is; the middle recedes into the page."""
    stops = palette.scale("blue-orange")
    if dark:
        stops[0][1], stops[1][1], stops[2][1] = "#9FC5E8", "#3D85C6", "#1F4E79"
        stops[3][1] = "#20282B"
        stops[4][1], stops[5][1], stops[6][1] = "#8A4A12", "#E69138", "#F9CB9C"
    return stops
