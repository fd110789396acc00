"""The dialog that asks which column of a table is what; the answer is kept as a table profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
import streamlit as st

from bioviz import jobs
from bioviz.datasets.files.leftovers import said_of_reading
from bioviz.datasets.files.scan import Files
from bioviz.datasets.options import Options
from bioviz.datasets.tables.columns import (
    FACTS,
    FREQUENCY_UNITS,
    HOLDS,
    ROLES,
    TIME_UNITS,
    TITLES,
    ColumnMapping,
)
from bioviz.datasets.tables.facts import usual_facts
from bioviz.datasets.tables.preview import first_guess, looks_like_data
from bioviz.datasets.tables.profiles import TableProfile, free_name, keep_profile, profile_of
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import Table
from bioviz.errors import BiovizError
from bioviz.store.digest import digest
from bioviz.ui.app.notices import plain
from bioviz.ui.datasets import scans
from bioviz.ui.datasets.label_meanings import label_meanings
from bioviz.ui.datasets.table_preview import show_facts, show_preview, show_taken
from bioviz.ui.state import ColumnsState

NOT_THERE = ""
_HELP = {
    "path": "Names the recording. Without one the table belongs to the recording of its own name.",
    "start": "When the sound begins, from the start of its recording.",
    "end": "When it ends.",
    "duration": "How long it is; used where there is no end.",
    "label": "What was heard: a species, a call type.",
    "low": "The lower edge of the box.",
    "high": "The upper edge of the box.",
    "confidence": "How sure a detector is, 0 to 1.",
    "split": "train, valid or test.",
}
_LINES = (  # as they stand in the dialog
    ("path", "label", "label_columns", "split"),
    ("start", "end", "duration", "time_unit"),
    ("low", "high", "frequency_unit", "confidence"),
)
_UNITS = {"time_unit": "Unit of the times", "frequency_unit": "Unit of the frequencies"}
_ROWS_SHOWN = 5


@st.dialog("What do the columns mean?", width="large")
def ask_columns(root: Path, table: str, job: jobs.Job) -> None:
    """Ask, show what the answer gives, and keep it.

    Parameters
    ----------
    root : Path
        The folder that was scanned.
    table : str
        The table's name in it.
    job : jobs.Job
        The scan, which is done again with the answer.
    """
    st.text(table)
    identity = f"columns_{digest([str(root), table])[:12]}"
    keys = ColumnsState(identity)
    try:
        file = SourceFile(_files(str(root), job.id), table)
        header = _has_header(file, keys)
        rows = file.first_rows(header)
    except (BiovizError, OSError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _first_rows(rows)
    for said in said_of_reading(file):
        st.caption(plain(said.detail[0].upper() + said.detail[1:] + "."))
    options = Options.of(job.params.get("options"))
    guessed = first_guess(file, header, options.label_column)
    holds = st.segmented_control(
        "What the table holds",
        list(HOLDS),
        format_func=HOLDS.__getitem__,
        default=guessed.holds,
        required=True,
        key=keys.role("holds"),
    )
    of_columns = keys if header else ColumnsState(f"{identity}n")
    if holds == "facts":
        mapping = _facts(rows, guessed, of_columns)
        st.markdown("**What this gives**")
        shown = show_facts(file, rows, mapping)
    else:
        mapping = _columns(rows, replace(guessed, holds="annotations"), of_columns)
        mapping = label_meanings(rows, mapping, options, keys)
        st.markdown("**What this gives**")
        shown = show_preview(file, rows, mapping, options, keys)
        shown = show_taken(rows, mapping, options) and shown
    _keep(file, rows, mapping, job, keys, ready=shown)


def _has_header(file: SourceFile, keys: ColumnsState) -> bool:
    """Whether the first line names the columns: asked where it looks like data, or was said before."""
    known = profile_of(file)
    suspicious = looks_like_data(file.columns)
    if not suspicious and (known is None or known.mapping.has_header):
        return True
    return not st.toggle(
        "The first line is data: the table has no header",
        suspicious if known is None else not known.mapping.has_header,
        key=keys.no_header,
    )


def _first_rows(table: Table) -> None:
    rows = [[row.get(column) for column in table.columns] for row in table.rows[:_ROWS_SHOWN]]
    numbered = _distinct(table.columns)
    st.dataframe(pd.DataFrame(rows, columns=numbered), hide_index=True, height="content")


def _facts(table: Table, guessed: ColumnMapping, keys: ColumnsState) -> ColumnMapping:
    """Draw a box for the recording and for each fact about it."""
    choices = [NOT_THERE, *_distinct(table.columns)]
    usual = {"path": guessed.path, **usual_facts(table.columns), **guessed.facts}
    chosen = {}
    for role, cell in zip(("path", *FACTS), [*st.columns(3), *st.columns(3)], strict=True):
        column = usual.get(role, "")
        chosen[role] = cell.selectbox(
            TITLES[role],
            choices,
            choices.index(column) if column in choices else 0,
            format_func=lambda name: name or "— none —",
            key=keys.role(f"fact_{role}"),
        )
    return ColumnMapping(**chosen, holds="facts", header=guessed.header)


def _columns(table: Table, guessed: ColumnMapping, keys: ColumnsState) -> ColumnMapping:
    """Draw a box for each meaning, filled in with what names and contents of the columns tell."""
    filled = [TITLES[role] for role in ROLES if getattr(guessed, role)]
    st.caption(
        f"Filled in as the columns suggest: {', '.join(filled)}. Check them."
        if filled
        else "The columns do not tell what they are: choose what they mean."
    )
    choices = [NOT_THERE, *_distinct(table.columns)]

    def column(role: str) -> str:
        guess = getattr(guessed, role)
        return st.selectbox(
            TITLES[role],
            choices,
            choices.index(guess) if guess in choices else 0,
            format_func=lambda name: name or "— none —",
            key=keys.role(role),
            help=_HELP[role],
        )

    chosen: dict[str, Any] = {}
    one_hot: list[str] = []
    for roles in _LINES:
        for role, cell in zip(roles, st.columns(len(roles)), strict=True):
            with cell:
                if role == "time_unit":
                    titles = dict(TIME_UNITS)
                elif role == "frequency_unit":
                    titles = {unit: unit for unit in FREQUENCY_UNITS}
                elif role == "label_columns":
                    one_hot = st.multiselect(
                        "Or: columns that are labels",
                        choices[1:],
                        [name for name in guessed.label_columns if name in choices],
                        key=keys.role("label_columns"),
                        persist_state="page",
                        help="Columns named after a label that hold 1 where it was heard, else 0.",
                        placeholder="— none —",
                        disabled=bool(chosen["label"]),
                    )
                    continue
                else:
                    chosen[role] = column(role)
                    continue
                chosen[role] = st.selectbox(
                    _UNITS[role],
                    list(titles),
                    list(titles).index(getattr(guessed, role)),
                    format_func=titles.__getitem__,
                    key=keys.role(role),
                )
    labels = () if chosen["label"] else tuple(one_hot)
    return ColumnMapping(**chosen, label_columns=labels, header=guessed.header)


def _keep(
    file: SourceFile, table: Table, mapping: ColumnMapping, job: jobs.Job, keys: ColumnsState, ready: bool
) -> None:
    known = profile_of(file)
    usual = known.name if known else free_name(PurePosixPath(file.name).stem)
    name = st.text_input(
        "Name of this kind of table",
        usual,
        max_chars=60,
        key=keys.name,
        help="The answer is kept as a table profile: the next table with these columns is read without asking.",
    )
    keep, leave = st.columns([1, 3])
    if leave.button(
        "Leave this file out",
        key=keys.leave_out,
        on_click=scans.leave_out,
        args=(job, [file.name]),
        help="It holds no annotations: whatever it says, recordings may be taken for background.",
    ):
        st.rerun()  # closes the dialog
    # Of this answer alone: a press that comes after another choice was made keeps nothing, as its words were not read.
    answer = digest([name, mapping.to_dict(), list(table.columns)])[:12]
    if keep.button(
        "Keep this and scan again",
        type="primary",
        key=keys.keep(answer),
        icon=":material/check:",
        disabled=not ready,
        width="stretch",
    ):
        try:
            keep_profile(TableProfile(name.strip(), table.columns, mapping), instead_of=known)
        except BiovizError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        scans.again(job)
        st.rerun()


@st.cache_resource(max_entries=4, show_spinner=False)
def _files(root: str, scan: str) -> Files:
    """Return the files of a folder, as they were when it was scanned."""
    return Files.below(Path(root))


def _distinct(columns: Sequence[str]) -> list[str]:
    """Column names without empty ones and repetitions, which cannot be chosen."""
    return [column for column in dict.fromkeys(columns) if column]
