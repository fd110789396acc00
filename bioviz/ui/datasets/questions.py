"""What is asked before a dataset is added: tables that were not understood, and which tables count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from bioviz import jobs
from bioviz.datasets.formats.registry import formats
from bioviz.datasets.option_kinds import MEANINGS, Meanings
from bioviz.datasets.tables.facts import fact_columns
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.ui.app.notices import plain
from bioviz.ui.datasets import scans
from bioviz.ui.datasets.columns_dialog import ask_columns
from bioviz.ui.state import DatasetsState

SHOWN = 12  # files that are asked about one by one
Account = Mapping[str, Any]


def ask(job: jobs.Job, accounts: Sequence[Account]) -> None:
    """Show in amber every file that was not understood; the dialog of the first table opens by itself, once."""
    asked = [each for each in accounts if each["role"] == "not understood"]
    if not asked:
        return
    alone = len(asked) == 1
    with st.container(border=True):
        st.warning(
            f"**{len(asked)} {'file was' if alone else 'files were'} not understood.** What "
            f"{'it' if alone else 'they'} may speak of is not taken for background. Say what the columns are, or leave "
            "the file out.",
            icon=":material/help:",
        )
        for each in asked[:SHOWN]:
            _question(job, each)
        if len(asked) > SHOWN:
            st.caption(
                f"And {len(asked) - SHOWN} more: an answer goes for all tables that have the same columns."
            )
            st.button(
                f"Leave all {len(asked)} out",
                key=DatasetsState.leave_all_out,
                on_click=scans.leave_out,
                args=(job, [each["name"] for each in asked]),
            )
    first = next((each["name"] for each in asked if is_table(each) and not each.get("asks")), None)
    if first is not None and (job.id, first) not in DatasetsState.asked.get():
        DatasetsState.asked.set(DatasetsState.asked.get() | {(job.id, first)})
        _open(job, first)


def ask_missing(job: jobs.Job, missing: Mapping[str, int]) -> None:
    """Show an amber box with each word that stands where a label is missing, and what it may mean.

    Parameters
    ----------
    job : jobs.Job
        The scan, which is done again with the answers.
    missing : mapping of str to int
        How often each word stands there, "" for an empty label.
    """
    if not missing:
        return
    with st.container(border=True):
        st.warning(
            "**Some labels are missing.** What they mean only you can know; until you say so, these stretches are "
            "neither calls nor background.",
            icon=":material/help:",
        )
        answers = {word: _meaning_of(word, count) for word, count in list(missing.items())[:SHOWN]}
        given = {word: answer for word, answer in answers.items() if answer}
        st.button(
            "Scan again with these answers",
            key=DatasetsState.answer_missing,
            type="primary",
            icon=":material/check:",
            disabled=not given,
            on_click=_answer_missing,
            args=(job, given),
        )


def _answer_missing(job: jobs.Job, given: Mapping[str, str]) -> None:
    before = (job.params.get("options") or {}).get("missing_labels") or {}
    try:
        answers = Meanings().read("Meaning of missing labels", {**before, **given})
    except BadInput as error:
        DatasetsState.error.set(str(error))
        return
    scans.again(job, missing_labels=answers)


def _meaning_of(word: str, count: int) -> str:
    """Ask what a word means where a label is missing; "" until it is said."""
    says, choice, label = st.columns([3, 4, 3], vertical_alignment="center")
    what = f"“{word}”" if word else "empty"
    says.text(f"{count:,} {'label is' if count == 1 else 'labels are'} {what}")
    titles = {"": "Choose what it means", **MEANINGS, "label": "all of them are one label"}
    meaning = choice.selectbox(
        f"Meaning of labels that are {what}",
        list(titles),
        format_func=titles.__getitem__,
        key=DatasetsState.missing_meaning(word),
        label_visibility="collapsed",
    )
    if meaning != "label":
        return meaning
    return label.text_input(
        f"The label for those that are {what}",
        word,
        placeholder="such as a species",
        key=DatasetsState.missing_label(word),
        label_visibility="collapsed",
    ).strip()


def is_table(account: Account) -> bool:
    """Whether a file has columns that can be explained."""
    return len(account["columns"]) > 1


def choose_tables(job: jobs.Job, dataset: Dataset) -> None:
    """Which tables count where people's and a detector's speak of the same recordings, and the other choice."""
    format_of = {each["name"]: each["format"] for each in dataset.source["files"]}
    used = {each["format"] for each in dataset.source["files"] if each["role"] == "read"}
    passed_over = Counter(format_of.get(p.file, "") for p in dataset.problems if p.kind == "passed_over")
    others = [name for name, _ in passed_over.most_common() if name in formats() and used - {name}]
    if not others:
        return
    title = {name: format.title for name, format in formats().items()}
    with st.container(border=True):
        st.markdown("**Several tables speak of the same recordings**")
        st.text(
            "People's annotations go before a detector's. Used: "
            + ", ".join(title.get(name, "explained columns") for name in sorted(used))
            + ". Not used where those speak too: "
            + ", ".join(
                f"{title[name]} ({passed_over[name]} {'file' if passed_over[name] == 1 else 'files'})"
                for name in others
            )
            + "."
        )
        with st.container(horizontal=True):
            for name in others:
                st.button(
                    f"Read only “{title[name]}”",
                    key=DatasetsState.read_only(name),
                    on_click=scans.again,
                    args=(job, name),
                )


def _question(job: jobs.Job, account: Account) -> None:
    words, explain, leave = st.columns([6, 3, 2], vertical_alignment="center")
    name = account["name"]
    with words:
        st.text(name)
        seen = f"Columns: {', '.join(account['columns'])}" if is_table(account) else account["detail"]
        st.caption(plain(seen[:300] or "Its format is not known."))
        if account.get("asks") == "min_confidence":
            st.caption(plain(account["detail"]))
            _ask_score(job, name)
        if facts := fact_columns(name, account["columns"]):
            st.caption(
                f"What it says of whole recordings ({plain(', '.join(facts))}) is used, also if you leave it out."
            )
    if is_table(account) and explain.button(
        "Say what the columns are",
        key=DatasetsState.explain(name),
        icon=":material/table_edit:",
        width="stretch",
    ):
        _open(job, name)
    leave.button(
        "Leave it out",
        key=DatasetsState.leave_out(name),
        on_click=scans.leave_out,
        args=(job, [name]),
        width="stretch",
        help="It holds no annotations: whatever it says, recordings may be taken for background.",
    )


def _ask_score(job: jobs.Job, name: str) -> None:
    """Ask from which score on a label of a table of scores counts."""
    score = st.number_input(
        "Score from which on a label counts", 0.01, 1.0, 0.5, 0.05, key=DatasetsState.score(name), width=240
    )
    st.button(
        "Read the scores",
        key=DatasetsState.read_scores(name),
        icon=":material/check:",
        on_click=scans.again,
        args=(job,),
        kwargs={"min_confidence": score},
    )


def _open(job: jobs.Job, table: str) -> None:
    ask_columns(Path(str(job.params["root"])), table, job)
