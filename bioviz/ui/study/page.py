"""Benchmark: the table of models and datasets, published and ours, and what both say."""

from __future__ import annotations

import streamlit as st

from bioviz.models import registry
from bioviz.study.published import SOURCE
from bioviz.study.table import published_table
from bioviz.ui.state import StudyState
from bioviz.ui.study.layers import choose
from bioviz.ui.study.questions import show_questions
from bioviz.ui.study.results import show_claims, show_ranks, show_values

PARTS = {
    "values": "Values",
    "ranks": "Mean ranks",
    "claims": "The paper's claims",
    "questions": "Open questions",
}


def show() -> None:
    """Show the page below its title."""
    st.caption(
        f"Which model tells your sounds apart, and does it do so on every dataset? Beside it the {990:,} values of "
        f"{SOURCE['paper']} ({SOURCE['where']}, arXiv {SOURCE['arxiv']})."
    )
    titles = {card.name: card.title for card in registry.list_models()}
    choice = choose([published_table(titles)])
    part = st.segmented_control(
        "Part",
        list(PARTS),
        format_func=PARTS.__getitem__,
        key=StudyState.part,
        default="values",
        required=True,
        label_visibility="collapsed",
    )
    if part == "ranks":
        show_ranks(choice)
    elif part == "claims":
        show_claims(choice)
    elif part == "questions":
        show_questions(choice)
    else:
        show_values(choice)
