"""The dialog that asks which column of a table of embeddings is what, beside its first rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from bioviz.embedding.imports.preview import TableHead
from bioviz.ui.app.notices import plain
from bioviz.ui.state import ModelsState

NOT_THERE = ""
WINDOW = "window_s"
TITLES = {
    "path": ("Recording", "Names the recording: its path, its name, or its name without the ending."),
    "start": ("Beginning", "When the window begins in its recording, in seconds."),
    "end": ("End", "When it ends, in seconds. None where the length of the windows is said."),
    "embedding": ("Embedding", "The column of lists, or the array with a row a window."),
}
WORDS = {"path": "the recording", "start": "the beginning", "end": "the end", "embedding": "the embedding"}


@st.dialog("What do the columns mean?", width="large")
def ask(head: TableHead, given: Mapping[str, str], start: Callable[[dict[str, str]], None]) -> None:
    """Show the first rows, ask what is what, and start the import with the answer.

    Parameters
    ----------
    head : TableHead
    given : mapping
        What was said before.
    start : callable
        Starts the import.
    """
    st.text(head.file)
    if head.columns:
        _first_rows(head)
    answer = _answer(head, given)
    missing = head.missing(answer)
    if missing:
        st.info(
            f"Not known yet: {', '.join(WORDS[each] for each in missing)}. Choose the column"
            + (", or say how long a window is." if "end" in missing else "."),
            icon=":material/rule:",
        )
    if st.button(
        "Import with these columns",
        key=ModelsState.import_with,
        type="primary",
        icon=":material/input:",
        disabled=bool(missing),
    ):
        start(answer)
        st.rerun()  # closes the dialog


def _first_rows(head: TableHead) -> None:
    shown = list(head.columns[: max((len(row) for row in head.rows), default=0)])
    numbered = [f"{i + 1}: {name}" for i, name in enumerate(shown)]  # names may repeat
    rows = [[*row, *[""] * (len(shown) - len(row))] for row in head.rows]
    st.dataframe(pd.DataFrame(rows, columns=numbered), hide_index=True, height="content")


def _answer(head: TableHead, given: Mapping[str, str]) -> dict[str, str]:
    """Draw a box for each meaning, filled in with what the names of the columns tell."""
    answer: dict[str, str] = {}
    choices = [NOT_THERE, *dict.fromkeys(name for name in head.columns if name)]
    for name, place in zip((*head.asked, WINDOW), st.columns(len(head.asked) + 1), strict=True):
        if name == WINDOW:
            answer[name] = place.text_input(
                "Window (s)",
                given.get(WINDOW, ""),
                key=ModelsState.import_column(WINDOW),
                help="Where only the beginning of a window is there: how long one is.",
            ).strip()
            continue
        title, help = TITLES[name]
        usual = given.get(name) or head.guessed[name]
        options = choices if usual in choices else [*choices, usual]  # a family of columns, e0 to e255
        answer[name] = place.selectbox(
            title,
            options,
            options.index(usual),
            key=ModelsState.import_column(name),
            format_func=lambda each: plain(each) or "— none —",
            help=help,
        )
    if answer.get("embedding") not in head.columns:
        answer.pop("embedding", None)  # the family is found by itself
    return {name: value for name, value in answer.items() if value}
