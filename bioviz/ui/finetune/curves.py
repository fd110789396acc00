"""The curves of a training: the loss of every batch as it comes, and loss and metric of the validation clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from bioviz.jobs import duration
from bioviz.percent import percent
from bioviz.plots.curves import curves_figure
from bioviz.ui.app.theme import is_dark
from bioviz.ui.session import Element
from bioviz.ui.state import FinetuneState

METRIC_TITLES = {
    "accuracy": "accuracy",
    "labelled_accuracy": "among labelled clips",
    "macro_ap": "mean average precision",
    "macro_ap_beans": "mean AP as BEANS counts",
    "background_auroc": "against background",
}


def show_curves(
    curves: Mapping[str, Any] | None, key: Element, live: Mapping[str, Any] | None = None
) -> None:
    """Loss and metric over the epochs, a line a learning rate; epoch 0 is the linear probe that it started from.

    Parameters
    ----------
    curves : mapping or None
        As `Work.curves` or a checkpoint's record gives them; None before the first epoch.
    live : mapping or None
        As `Work.live` gives it, while the training runs.
    """
    trials: list[Mapping[str, Any]] = list(curves["trials"]) if curves else []
    batches = _batches(live)
    if not any(trial["epochs"] for trial in trials) and batches is None:
        st.caption("Curves appear with the first steps of the training.")
        return
    left, right = st.columns(2)
    loss_figure, last = _loss_figure(trials, batches)
    left.plotly_chart(loss_figure, theme=None, key=FinetuneState.loss(key))
    if curves and any(trial["epochs"] for trial in trials):
        metric = str(curves["metric"])
        right.plotly_chart(_metric_figure(trials, metric, last), theme=None, key=FinetuneState.metric(key))
    else:
        right.caption("How good it is on the validation clips appears after the first epoch.")
    for trial in trials:
        if trial["stopped"]:
            st.caption(f"Learning rate {trial['learning_rate']:g}: {trial['stopped']}")
    if last_epoch := next((trial["epochs"][-1] for trial in reversed(trials) if trial["epochs"]), None):
        st.caption(_speed(last_epoch))


def _batches(live: Mapping[str, Any] | None) -> tuple[np.ndarray, np.ndarray] | None:
    """(n,) places in epochs and losses of the batches; None where there are none yet."""
    if not live or not live["losses"]:
        return None
    losses = np.array(live["losses"], dtype=np.float64)
    return (np.arange(len(losses)) + 0.5) * live["every"] / live["per_epoch"], losses


def _loss_figure(
    trials: Sequence[Mapping], batches: tuple[np.ndarray, np.ndarray] | None
) -> tuple[go.Figure, float]:
    """Return the figure, and where its axis of epochs ends."""
    epochs = max((len(trial["epochs"]) for trial in trials), default=0)
    lines = {}
    for trial in trials:
        if trial["epochs"]:
            rate = f"{trial['learning_rate']:g}"
            lines[f"training, {rate}"] = _line(None, [epoch["loss"] for epoch in trial["epochs"]], epochs)
            lines[f"validation, {rate}"] = _line(
                _start(trial, "loss"), [epoch["valid"]["loss"] for epoch in trial["epochs"]], epochs
            )
    figure = curves_figure(np.arange(epochs + 1), lines, x_title="epoch", y_title="loss", dark=is_dark())
    last = float(max(epochs, 1))
    if batches is not None:
        last = max(last, float(np.ceil(batches[0][-1])))
        figure.add_trace(
            go.Scatter(
                x=batches[0],
                y=batches[1],
                mode="lines",
                name="training, by batch",
                line={"color": "#8a8f98", "width": 1},
            )
        )
    figure.update_layout(showlegend=True)
    return _framed(figure, last), last


def _metric_figure(trials: Sequence[Mapping], metric: str, last: float) -> go.Figure:
    epochs = max(len(trial["epochs"]) for trial in trials)
    lines = {
        f"learning rate {trial['learning_rate']:g}": _line(
            _start(trial, metric), [epoch["valid"][metric] for epoch in trial["epochs"]], epochs
        )
        for trial in trials
    }
    title = f"{METRIC_TITLES[metric]}, validation"
    figure = curves_figure(np.arange(epochs + 1), lines, x_title="epoch", y_title=title, dark=is_dark())
    figure.update_yaxes(range=[0, 1.02])
    return _framed(figure, last)


def _framed(figure: go.Figure, last: float) -> go.Figure:
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    return figure.update_xaxes(range=[-0.1, last + 0.1], dtick=1 if last <= 12 else None)


def _start(trial: Mapping, name: str) -> float | None:
    """Return a measure of epoch 0, where there was one."""
    return (trial.get("start") or {}).get(name)


def _line(start: float | None, values: Sequence[float | None], epochs: int) -> tuple[np.ndarray, None, None]:
    """(epochs + 1,) with NaN where there is nothing."""
    filled = [np.nan if value is None else value for value in (start, *values)]
    return np.array(filled + [np.nan] * (epochs - len(values)), dtype=np.float64), None, None


def _speed(epoch: Mapping[str, float]) -> str:
    """How long the last epoch took, and what it waited for."""
    text = f"Last epoch: {duration(epoch['seconds'])} of training ({epoch['clips_per_s']:,.1f} clips a second"
    text += f", {percent(1 - epoch['efficiency'])} of the time waiting for sound)"
    if "valid_seconds" in epoch:
        text += f", {duration(epoch['valid_seconds'])} of validation"
    return f"{text}."
