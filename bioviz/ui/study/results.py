"""The results of a study: values as heat map and table, mean ranks, the paper's claims."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.counts import UNKNOWN
from bioviz.plots import study as figures
from bioviz.study.cell import run_spec
from bioviz.study.findings.claims import CLAIMS, Statement, statements, summary
from bioviz.study.findings.ranks import mean_ranks
from bioviz.study.findings.trainings import training_words
from bioviz.study.result import StudyResult
from bioviz.study.scores import MEASURES, NO_MAP, Grid
from bioviz.study.table import DIFFERENCE, OURS
from bioviz.ui.app.notices import plain
from bioviz.ui.app.pages import open_page
from bioviz.ui.app.theme import is_dark
from bioviz.ui.chart_clicks import clicked
from bioviz.ui.state import StudyState
from bioviz.ui.study.layers import Choice, about, map_title
from bioviz.ui.view import fields_of, set_view

WORDS = {
    "holds": "as claimed",
    "contradicted": "the opposite",
    "as claimed": "as claimed on every dataset, too few",
    "the other way": "against it on every dataset, too few",
    "cannot be told": "cannot be told from chance",
}


def show_values(choice: Choice, result: StudyResult | None) -> None:
    """Show the heat map, whose cells open their runs, and the same values as a table with their intervals."""
    table = choice.grid.best_first
    names = [choice.table.name(each) for each in table.contenders]
    st.caption(f"{about(choice.table.layer)} {METRIC_INFO[choice.measure].text}")
    if not names:
        st.info("No cell has this measure.")
        return
    event: Any = st.plotly_chart(
        figures.heat_map(
            table.values,
            names,
            table.datasets,
            title=choice.title,
            differences=choice.table.layer == DIFFERENCE,
            dark=is_dark(),
        ),
        key=StudyState.heat_map,
        theme=None,
        on_select="rerun",
        selection_mode="points",
    )
    if choice.table.layer == OURS and result is not None:
        _open_cell(choice, table, clicked(event), result)
    with st.expander("As a table"):
        scores = [
            score
            for score in choice.table.scores
            if score.measure == choice.measure and (choice.map in ("", score.map) or score.map == NO_MAP)
        ]
        frame = pd.DataFrame(
            {
                "model": [choice.table.name(score.contender) for score in scores],
                "dataset": [score.dataset for score in scores],
                "map": [map_title(score.map) for score in scores],
                "seed": [score.seed for score in scores],
                "value": [score.value for score in scores],
                "from": [score.low for score in scores],
                "to": [score.high for score in scores],
            }
        )
        if all(score.low is None for score in scores):
            frame = frame.drop(columns=["from", "to"])
        number = st.column_config.NumberColumn(format="%.3f")
        st.dataframe(
            frame,
            hide_index=True,
            placeholder=UNKNOWN,
            key=StudyState.values,
            column_config=dict.fromkeys(("value", "from", "to"), number),
        )
        st.caption("From and to: 95 % interval by units of independence, where one is known.")


def _open_cell(choice: Choice, table: Grid, picked: int | None, result: StudyResult) -> None:
    """Offer the runs of the cell that was clicked."""
    if picked is None or picked >= table.values.size:
        st.caption("Click a cell to open its map in Explore.")
        return
    row, column = divmod(picked, len(table.datasets))
    contender, dataset = table.contenders[row], table.datasets[column]
    cells = [
        cell
        for cell in result.spec.cells
        if cell.entry.contender == contender
        and result.datasets[cell.dataset].name == dataset
        and cell.key in result.checkpoints
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(choice.table.name(contender))}** on **{plain(dataset)}**", width="content")
        for cell in cells:
            for name in result.spec.maps:
                words = f"{map_title(name)}, seed {cell.seed}" if len(cells) > 1 else map_title(name)
                if st.button(
                    f"Explore: {words}",
                    key=StudyState.open_cell(f"{cell.seed}_{name}"),
                    icon=":material/scatter_plot:",
                ):
                    spec = run_spec(cell, result.spec, result.checkpoints[cell.key], name)
                    set_view(**fields_of(spec), clip=-1)
                    open_page("explore.py")


def show_ranks(choice: Choice) -> None:
    """Show mean ranks and the critical difference."""
    if choice.table.layer == DIFFERENCE:
        st.info("Ranks are of published values or of ours. Choose one of them above.")
        return
    ranks = mean_ranks(choice.grid)
    st.caption(
        f"Models are ranked by {choice.title} within each dataset (1 is the best) and the ranks averaged. A bar joins "
        "models that are not told from each other."
    )
    if not ranks.contenders:
        st.info("No dataset has a value of every model, so ranks cannot be compared.")
        return
    st.markdown(plain(ranks.sentence()))
    if ranks.left_out:
        datasets = "1 dataset" if ranks.left_out == 1 else f"{ranks.left_out} datasets"
        st.caption(f"Left out: {datasets} on which a model has no value.")
    st.plotly_chart(
        figures.critical_difference(
            [choice.table.name(each) for each in ranks.contenders],
            ranks.mean,
            ranks.groups,
            ranks.critical,
            dark=is_dark(),
        ),
        key=StudyState.ranks,
        theme=None,
    )


def show_claims(choice: Choice, result: StudyResult | None) -> None:
    """Show what the table says of each claim of the paper."""
    if choice.table.layer == DIFFERENCE:
        st.info("Claims are put to published values or to ours. Choose one of them above.")
        return
    said = statements(choice.table)
    st.caption(
        "Each claim of the paper, computed anew from this table: all UMAPs and seeds averaged, datasets as units. "
        "Interval: 95 %, datasets drawn anew (too narrow for fewer than about ten). p: whole datasets change sides. "
        "All statements are held to 5 % together."
    )
    if choice.table.layer == OURS and result is not None and (words := training_words(result)):
        st.warning(plain(words), icon=":material/school:")
    titles = {name: METRIC_INFO[name].title for name in MEASURES}
    for number, words in CLAIMS.items():
        of_claim = [each for each in said if each.claim == number]
        with_effect = [each for each in of_claim if each.contrast.effect is not None]
        st.subheader(f"Claim {number}")
        st.markdown(f"*{plain(words)}*")
        st.markdown(f"**{plain(summary(of_claim, titles))}**")
        if with_effect:
            _effects(number, with_effect)
            _figures(number, with_effect)


def _figures(number: int, said: list[Statement]) -> None:
    """Show effects, intervals and p as a table."""
    frame = pd.DataFrame(
        {
            "measure": [METRIC_INFO[each.measure].title for each in said],
            "compared": [f"{each.first} less {each.second}" for each in said],
            "effect": [each.contrast.effect for each in said],
            "from": [each.contrast.low for each in said],
            "to": [each.contrast.high for each in said],
            "p": [each.contrast.p for each in said],
            "datasets": [len(each.contrast.datasets) for each in said],
            "smallest p of so many": [each.contrast.least_p for each in said],
            "verdict": [WORDS[each.verdict] for each in said],
        }
    )
    with st.expander("Effects, intervals and p"):
        st.dataframe(
            frame,
            hide_index=True,
            placeholder=UNKNOWN,
            key=StudyState.claim_table(number),
            column_config={
                **dict.fromkeys(("effect", "from", "to"), st.column_config.NumberColumn(format="%+.3f")),
                **dict.fromkeys(("p", "smallest p of so many"), st.column_config.NumberColumn(format="%.2g")),
            },
        )


def _effects(number: int, said: list[Statement]) -> None:
    values, low, high = (
        np.array([np.nan if end is None else end for end in ends], dtype=np.float64)
        for ends in zip(*((s.contrast.effect, s.contrast.low, s.contrast.high) for s in said), strict=True)
    )
    names = [f"{METRIC_INFO[each.measure].title}: {each.second}" for each in said]
    st.plotly_chart(
        figures.effects(
            names,
            values,
            low,
            high,
            points=[each.contrast.differences for each in said],
            x_title="difference of the measure (small marks: single datasets)",
            y_title="against",
            dark=is_dark(),
        ),
        key=StudyState.claims(number),
        theme=None,
    )
