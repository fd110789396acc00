"""Benchmark: the table of models and datasets, published and ours, and what both say."""

from __future__ import annotations

import streamlit as st

from bioviz.errors import BiovizError
from bioviz.models import registry
from bioviz.study.published import SOURCE, published
from bioviz.study.result import StudyResult, open_result
from bioviz.study.spec import StudySpec
from bioviz.study.table import StudyTable, difference_table, published_table
from bioviz.ui.app.notices import plain
from bioviz.ui.state import StudyState
from bioviz.ui.study.exports import show_exports
from bioviz.ui.study.grid_form import current_spec
from bioviz.ui.study.grid_panel import live, running, show_grid
from bioviz.ui.study.layers import choose
from bioviz.ui.study.questions import show_questions
from bioviz.ui.study.results import show_claims, show_ranks, show_values

PARTS = {
    "grid": "Your grid",
    "values": "Values",
    "ranks": "Mean ranks",
    "claims": "The paper's claims",
    "questions": "Open questions",
}


def show() -> None:
    """Show the page below its title."""
    st.caption(
        f"Which model tells your sounds apart, and does it do so on every dataset? Beside it the {len(published()):,} "
        f"values of {SOURCE['paper']} ({SOURCE['where']}, arXiv {SOURCE['arxiv']})."
    )
    titles = {card.name: card.title for card in registry.list_models()}
    spec = current_spec()
    result = _result(spec)
    part = st.segmented_control(
        "Part",
        list(PARTS),
        format_func=PARTS.__getitem__,
        key=StudyState.part,
        default="values" if result is not None or not spec.datasets else "grid",
        required=True,
        label_visibility="collapsed",
    )
    if part == "grid":
        show_grid(spec)
        return
    job = running(spec) if spec.cells else None
    if job is not None and not job.is_over:
        st.caption("The grid is being computed; what is done is shown.")
        live(job.id)
    choice = choose(_tables(result, titles))
    if part == "ranks":
        show_ranks(choice)
    elif part == "claims":
        show_claims(choice, result)
    elif part == "questions":
        show_questions(choice)
    else:
        show_values(choice, result)
    show_exports(result, titles)


def _result(spec: StudySpec) -> StudyResult | None:
    """Return what is computed of the grid; None of nothing."""
    try:
        result = open_result(spec)
    except BiovizError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    return result if result.scores else None


def _tables(result: StudyResult | None, titles: dict[str, str]) -> list[StudyTable]:
    """Return ours first, where there is something."""
    if result is None:
        return [published_table(titles)]
    ours = result.table(titles)
    difference = difference_table(ours)
    return [ours, published_table(titles), *([difference] if difference.scores else [])]
