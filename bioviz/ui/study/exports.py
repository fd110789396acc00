"""A study as files to download."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from bioviz.reports.study import study_report
from bioviz.study.exports import ordered, to_csv, to_json, to_latex
from bioviz.study.published import published
from bioviz.study.result import StudyResult
from bioviz.study.scores import Score
from bioviz.ui.state import StudyState


def show_exports(result: StudyResult | None, titles: Mapping[str, str]) -> None:
    """Show a button for each format; nothing is made before one is pressed. Without a grid: the published values."""
    scores: list[Score] = ordered(result) if result is not None else []
    with st.container(horizontal=True):
        _button(
            "CSV",
            lambda: to_csv(scores),
            "benchmark.csv",
            "text/csv",
            "Ours and the published values, a line each.",
        )
        _button(
            "LaTeX",
            lambda: to_latex(scores or published(), titles),
            "benchmark.tex",
            "text/x-tex",
            "A table for each measure, for the package booktabs.",
        )
        if result is None:
            return
        _button(
            "Report (HTML)",
            lambda: study_report(result, titles),
            "benchmark.html",
            "text/html",
            "One file that needs nothing else: values with intervals, ranks, claims.",
        )
        _button(
            "JSON",
            lambda: to_json(result),
            "study.json",
            "application/json",
            "What was asked for and every score: bioviz bench --from study.json computes it again, byte for byte.",
        )


def _button(title: str, make: Callable[[], bytes], name: str, mime: str, help: str) -> None:
    st.download_button(
        title,
        make,
        name,
        mime,
        key=StudyState.export(title),
        icon=":material/download:",
        on_click="ignore",
        help=help,
    )
