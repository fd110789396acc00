"""The part of the dialog about columns that asks what labels mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from bioviz.datasets.options import Options
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.preview import labels_in
from bioviz.datasets.tables.text import Table, number
from bioviz.ui.app.notices import plain
from bioviz.ui.state import ColumnsState

EMPTY_CELL = "(empty)"
_LABELS_OFFERED = 200


def label_meanings(
    table: Table, mapping: ColumnMapping, options: Options, keys: ColumnsState
) -> ColumnMapping:
    """Which labels mean background, unknown, or that their stretch is to be left out; and the label of rows without."""
    if mapping.label_columns:
        return _least_score(table, mapping, options, keys)
    empty_cell, separator_cell = st.columns(2)
    empty = empty_cell.text_input(
        "Label of rows without one",
        placeholder="none: it is asked what they mean" if mapping.label else "the label of all rows",
        key=keys.role("empty"),
        help="Where the cell is empty; where no column holds the label, that of all rows.",
    ).strip()
    if not mapping.label:
        return replace(mapping, empty=empty)
    separator = separator_cell.text_input(
        "Separator of labels",
        mapping.separator or options.separator,
        max_chars=3,
        key=keys.role("separator"),
        help="Where a cell holds several labels, such as ; in “owl;frog”.",
    )
    mapping = replace(mapping, separator=separator, empty=empty)
    labels = [label for label, _ in labels_in(table, mapping).most_common(_LABELS_OFFERED)]
    settled = [label for label in labels if options.meaning_of(label)[0] in ("background", "unknown")]
    free = [label or EMPTY_CELL for label in labels if label not in settled]
    titles = {
        "background": ("Labels that mean background", "Somebody listened, and nothing calls there."),
        "unknown": (
            "Labels that mean unknown",
            "Something is there; its clips are neither calls nor background.",
        ),
        "drop": (
            "Labels to leave out",
            "Their stretches are left out: no clip that touches one is used, neither as a call nor as background.",
        ),
    }
    words = {}
    for (name, (title, help)), cell in zip(titles.items(), st.columns(3), strict=True):
        # Each box offers all labels whatever the others hold: a list that changes under the pointer loses a choice.
        words[name] = cell.multiselect(
            title,
            free,
            key=keys.role(name),
            persist_state="page",
            help=help,
            accept_new_options=True,
            placeholder="none",
        )
    if settled:
        st.caption(
            f"By the lists of names in the form, {plain(_some(settled))} "
            f"{'means' if len(settled) == 1 else 'mean'} background or unknown already."
        )
    return replace(
        mapping,
        **{
            name: tuple("" if word == EMPTY_CELL else word for word in chosen)
            for name, chosen in words.items()
        },
    )


def _least_score(table: Table, mapping: ColumnMapping, options: Options, keys: ColumnsState) -> ColumnMapping:
    """Where the columns of labels hold scores: from which on a label counts."""
    scores = {row.get(column) for row in table.rows for column in mapping.label_columns}
    if all(number(score) in (0, 1, None) for score in scores):
        return mapping
    usual = number(mapping.least_score) or options.min_confidence or 0.5
    least = st.number_input(
        "Score from which on a label counts", value=usual, step=0.05, key=keys.role("least_score"), width=240
    )
    return replace(mapping, least_score=f"{least:g}")


def _some(words: Sequence[str], most: int = 5) -> str:
    return ", ".join(f"“{word}”" for word in words[:most]) + (
        f" and {len(words) - most} more" if len(words) > most else ""
    )
