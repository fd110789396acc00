"""The confusion matrix of the Diagnose page: which labels the neighbors of each label's clips have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.plots import figures
from bioviz.ui.chart_clicks import clicked
from bioviz.ui.diagnose.case import Case, Chosen, neighbor_share
from bioviz.ui.pickers.many_labels import worst_or_all
from bioviz.ui.state import DiagnoseState


def matrix(case: Case) -> Chosen:
    """Which labels the neighbors of each label's clips have."""
    d = case.diagnosis
    st.caption(METRIC_INFO["neighbor_matrix"].text + " Click a cell to go through its clips.")
    ranked = np.append(d.labels.ranking, np.setdiff1d(np.arange(1, len(d.names)), d.labels.ranking))
    shown = np.sort(np.append(0, worst_or_all(ranked.astype(np.int64), DiagnoseState.matrix_labels)))
    counts, column_names = matrix_of(d.labels.matrix, shown, d.names)
    figure = figures.confusion_map(
        counts, [d.names[int(target)] for target in shown], column_names, dark=case.dark
    )
    rows, columns = np.indices((len(shown), len(shown))).reshape(2, -1)
    # Heat maps send no clicks: invisible points over the cells do.
    heat: Any = figure.data[0]
    figure.add_scatter(
        x=columns,
        y=rows,
        mode="markers",
        marker={"size": 18, "symbol": "square", "opacity": 0},
        customdata=shown[rows] * len(d.names) + shown[columns],
        hovertext=np.asarray(heat.hovertext)[:, : len(shown)].reshape(-1),
        hoverinfo="text",
        showlegend=False,
    )
    event = st.plotly_chart(
        figure, key=DiagnoseState.matrix, theme=None, on_select="rerun", selection_mode="points"
    )
    picked = clicked(event)
    row, column = divmod(picked, len(d.names)) if picked is not None else _darkest(d.labels.matrix)
    share = neighbor_share(case, column)
    member = np.flatnonzero((case.run.targets == row) & (share > 0))
    order = member[np.argsort(-share[member], kind="stable")]
    return Chosen(order, f"clips of {d.names[row]} among {d.names[column]}")


def matrix_of(matrix: np.ndarray, shown: np.ndarray, names: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Return the matrix of some labels with the names of its columns, the last of which is of all others.

    Parameters
    ----------
    matrix : (n, n)
    shown : (m,) int64

    Returns
    -------
    (m, m) or, where labels are left out, (m, m + 1)
        Rows sum to what they did.

    """
    rows = np.nan_to_num(matrix[shown])
    counts, column_names = rows[:, shown], [names[int(target)] for target in shown]
    left_out = len(names) - len(shown)
    if not left_out:
        return counts, column_names
    others = rows.sum(axis=1) - counts.sum(axis=1)
    return np.column_stack([counts, others]), [*column_names, f"{left_out:,} other labels"]


def _darkest(matrix: np.ndarray) -> tuple[int, int]:
    """Return the label most surrounded by something else: the cell that a user would click first."""
    off = np.nan_to_num(matrix.copy(), nan=-1.0)
    np.fill_diagonal(off, -1.0)
    off[0] = -1.0
    return divmod(int(off.argmax()), matrix.shape[1])
