"""Open questions put to the table that is shown: task accuracy, maps, seeds and settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.plots import study as figures
from bioviz.study.findings.questions import Agreement, clustering_and_task, map_agreement, spreads
from bioviz.study.scores import CLUSTERING
from bioviz.study.table import DIFFERENCE
from bioviz.ui.app.notices import plain
from bioviz.ui.app.theme import is_dark
from bioviz.ui.session import Element
from bioviz.ui.state import StudyState
from bioviz.ui.study.layers import Choice, map_title

CHANGES = {
    "maps": "UMAP's settings change",
    "seeds": "the seed changes",
    "models": "the model changes",
}


def show_questions(choice: Choice) -> None:
    """Show the three questions."""
    if choice.table.layer == DIFFERENCE:
        st.info("Questions are put to published values or to ours. Choose one of them above.")
        return
    scores = choice.table.scores
    st.subheader("Do clustering measures go with task accuracy?")
    agreements = clustering_and_task(scores, choice.map or None)
    if agreements:
        _agreements(
            agreements,
            lambda name: METRIC_INFO[name].title,
            "Spearman's rank correlation over models (1 the same order, 0 none)",
            StudyState.task,
        )
    else:
        st.info(
            "Cannot be told from this table: it takes four or more models with both a clustering measure and a task "
            "measure. The published values have no task accuracy."
        )
    st.subheader("Do maps rank models alike?")
    measure = choice.measure if choice.measure in CLUSTERING else CLUSTERING[0]
    agreements = map_agreement(scores, measure)
    if agreements:
        st.caption(f"By {METRIC_INFO[measure].title}.")
        _agreements(
            agreements,
            map_title,
            "Kendall's rank correlation over models (1 the same order, 0 none)",
            StudyState.maps,
        )
    else:
        st.info("Cannot be told from this table: it takes two maps of four or more models.")
    st.subheader("How much do settings and seed move a score?")
    moved = spreads(scores, measure)
    if not any(each.of != "models" for each in moved):
        st.info("Cannot be told from this table: every cell has one map and one seed.")
        return
    title = METRIC_INFO[measure].title
    for each in moved:
        cells = "datasets" if each.of == "models" else "cells"
        st.markdown(
            plain(
                f"Where only {CHANGES[each.of]}, {title} moves by {each.median:.3f} in the median and by "
                f"{each.p90:.3f} or less in nine of ten {cells} ({len(each.ranges)})."
            )
        )
    st.plotly_chart(
        figures.spreads(
            {CHANGES[each.of]: each.ranges for each in moved},
            x_title=f"range of {title} (highest less lowest)",
            dark=is_dark(),
        ),
        key=StudyState.spreads,
        theme=None,
    )


def _agreements(
    agreements: Sequence[Agreement], titles: Callable[[str], str], x_title: str, key: Element
) -> None:
    contrasts = [each.contrast for each in agreements]
    values, low, high = (
        np.array([np.nan if end is None else end for end in ends], dtype=np.float64)
        for ends in zip(*((c.effect, c.low, c.high) for c in contrasts), strict=True)
    )
    fewest, datasets = min(each.models for each in agreements), max(len(c.datasets) for c in contrasts)
    st.caption(
        f"Mean over {datasets} {'dataset' if datasets == 1 else 'datasets'} (small marks), {fewest} or more models in "
        "each; interval 95 %, datasets drawn anew (too narrow for fewer than about ten)."
    )
    st.plotly_chart(
        figures.effects(
            [f"{titles(each.first)} and {titles(each.second)}" for each in agreements],
            values,
            low,
            high,
            points=[c.differences for c in contrasts],
            x_title=x_title,
            y_title="compared",
            dark=is_dark(),
        ),
        key=key,
        theme=None,
    )
