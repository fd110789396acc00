"""The panel of a dataset's flags: counts, table, downloads, and the way to a cleaned dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from bioviz import rights
from bioviz.annotations import Annotations, load_annotations
from bioviz.counts import UNKNOWN
from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.flags import KINDS, TITLES, Flags, disputes, load_flags, make_cleaned, tables, undo
from bioviz.flags.drawn import in_words as drawn_in_words
from bioviz.store.digest import digest
from bioviz.ui import dates
from bioviz.ui.app.notices import plain
from bioviz.ui.chart_clicks import marked_row
from bioviz.ui.clips.annotation_panel import annotation_summary
from bioviz.ui.clips.downloads import table_downloads
from bioviz.ui.state import FlagPanelState
from bioviz.ui.view import set_view, user_name

EVERYBODY = "everybody"


def flag_summary(
    dataset: Dataset,
    keys: FlagPanelState,
    *,
    go_through: Callable[[], None],
    pick: Callable[[int], object],
) -> None:
    """Show the flags of a dataset. What it calls is called before a run.

    Parameters
    ----------
    go_through
        Makes the flagged clips the page's list.
    pick
        Selects the clip of a line that was clicked, by its row in the dataset.

    """
    flags = load_flags(dataset)
    _origin(dataset)
    if flags.damaged:
        st.warning(
            f"{flags.damaged} lines of the logs of flags cannot be read (a crash while writing); all others count."
        )
    drawn = load_annotations(dataset)
    if not len(flags):
        st.info(
            "No clip is flagged yet. Pick one on the map, and flag it with the buttons under its spectrogram."
        )
        annotation_summary(dataset, drawn, keys)
        if len(drawn):
            _make_cleaned(dataset, flags, drawn, keys, None)
            _offer_cleaned(keys)
        return
    if len(flags.users) > 1:
        who = st.selectbox("Whose flags", [EVERYBODY, *flags.users], key=keys.user)
        if who != EVERYBODY:
            flags = load_flags(dataset, who)
    _counts(flags)
    marked = _table(dataset, flags, pick, keys)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Go through these clips",
            icon=":material/playlist_play:",
            key=keys.go_through,
            on_click=go_through,
            help="Make the flagged clips the list above, to hear and see them one after the other.",
        )
        _take_back(dataset, flags, marked, keys)
    rule = _settled(flags, keys)
    with st.container(horizontal=True, vertical_alignment="center"):
        _make_cleaned(dataset, flags, drawn, keys, rule)
        table_downloads(
            f"bioviz_{dataset.id}_flags",
            csv=lambda: tables.to_csv(dataset, flags),
            raven=lambda: tables.to_raven(dataset, flags),
            audacity=lambda: tables.to_audacity(dataset, flags),
            keys=keys.export,
        )
    annotation_summary(dataset, drawn, keys)
    _offer_cleaned(keys)


def table(dataset: Dataset, flags: Flags) -> pd.DataFrame:
    """One line a flagged clip, with the flag that decides."""
    clips, rows = dataset.clips, flags.rows
    labels = [" + ".join(dataset.labels_of(row)) for row in rows]
    return pd.DataFrame(
        {
            "clip": rows,
            "flag": [TITLES[flag.kind] for flag in flags.deciding],
            "right label": flags.labels,
            "present label": [label or "background" for label in labels],
            "note": [flag.note for flag in flags.deciding],
            "by": [flag.user for flag in flags.deciding],
            "users disagree": flags.disagreement,
            "recording": [dataset.recordings[i].name for i in clips.recording[rows]],
            "start (s)": clips.start_s[rows],
            "end (s)": clips.end_s[rows],
            "when": [dates.for_table(flag.time) for flag in flags.deciding],
        }
    )


def _origin(dataset: Dataset) -> None:
    record = dataset.source.get("cleaned")
    if record:
        counts = ", ".join(f"{n:,} {TITLES[kind]}" for kind, n in record["counts"].items())
        counted = f" ({counts})" if counts else ""
        st.caption(
            f"Made from {plain(record['parent_name'])} on {dates.local_of(record['made'])}: "
            f"{record['clips_changed']:,} clips changed, {record['clips_removed']:,} removed{counted}. "
            f"{disputes_told(record)} {drawn_in_words(record.get('annotations'))}"
        )


def _counts(flags: Flags) -> None:
    cells = st.columns(len(KINDS) + 1)
    for cell, (kind, number) in zip(cells, flags.counts.items(), strict=False):
        cell.metric(TITLES[kind].capitalize(), f"{number:,}")
    cells[-1].metric(
        "Users disagree",
        f"{int(flags.disagreement.sum()):,}",
        help="Clips of which users say different things. What happens to them you say before making a cleaned dataset.",
    )
    if flags.moved:
        st.caption(
            f"{flags.moved:,} of the flags were given when the clips were cut another way. They count for the clip "
            "that now has most of the same time."
        )
    if flags.unplaced:
        st.caption(
            f"{len(flags.unplaced):,} more flags are for clips that this dataset does not have: their recordings are "
            "gone, or its clips are cut another way. They are kept."
        )


def _table(dataset: Dataset, flags: Flags, pick: Callable[[int], object], keys: FlagPanelState) -> int | None:
    """Draw the table; return the clip row of the line that is marked, if any."""
    frame = table(dataset, flags)
    seconds = st.column_config.NumberColumn(format="%.2f")
    table_key = keys.lines(digest(flags.rows)[:16])  # what is marked is a line, see `selection.show`

    def clicked() -> None:
        row = marked_row(table_key.get(), flags.rows)
        if row is not None:
            pick(row)

    event = st.dataframe(
        frame,
        hide_index=True,
        placeholder=UNKNOWN,
        height=260,
        key=table_key,
        on_select=clicked,
        selection_mode="single-row",
        column_config={"start (s)": seconds, "end (s)": seconds},
    )
    return marked_row(event, flags.rows)


def _take_back(dataset: Dataset, flags: Flags, row: int | None, keys: FlagPanelState) -> None:
    """Show the button that undoes the user's own flag of the line that is marked."""

    def taken_back() -> None:
        user = user_name()
        if row is None or user is None:  # the button is disabled then
            return
        try:
            undo(dataset, row, user=user)
        except BiovizError as error:
            keys.take_back_error.set(str(error))

    mine = "" if row is None else flags.told([row], user_name())[0][0]
    st.button(
        "Take back your flag",
        icon=":material/undo:",
        key=keys.take_back,
        disabled=not mine,
        on_click=taken_back,
        help=f"Clip {row}: {plain(mine)}" if mine else "Mark a line with a flag of yours first.",
    )
    if error := keys.take_back_error.pop():
        st.error(plain(error), icon=":material/error:")


def disputes_told(record: Mapping[str, Any]) -> str:
    """Return what was done about clips on which users disagreed, of the record of a cleaned dataset; "" without any."""
    settled = record.get("disputes")
    if not settled:
        return ""
    clips = settled["clips"]
    return (
        f"Users disagreed on {len(clips):,} ({disputes.named(clips)}): {disputes.in_words(settled['rule'])}."
    )


def _settled(flags: Flags, keys: FlagPanelState) -> str | None:
    """Ask what is to be done about the clips on which users disagree; None before an answer."""
    disputed = flags.rows[flags.disagreement].tolist()
    if not disputed:
        return None
    rules = {
        disputes.LEAVE: "leave them as they are",
        disputes.LATEST: "take the latest flag",
        **{f"{disputes.OF_USER}{user}": f"take the flag of {plain(user)}" for user in flags.users},
    }
    st.warning(f"Users disagree on {len(disputed):,} ({disputes.named(disputed)}).", icon=":material/group:")
    return st.radio(
        "In the cleaned dataset, for the clips on which users disagree",
        list(rules),
        index=None,
        format_func=rules.__getitem__,
        key=keys.disputes,
        horizontal=True,
    )


def _make_cleaned(
    dataset: Dataset, flags: Flags, drawn: Annotations, keys: FlagPanelState, rule: str | None
) -> None:
    if st.button(
        "Make a cleaned dataset",
        type="primary",
        icon=":material/cleaning_services:",
        key=keys.clean,
        disabled=not rights.may_edit() or (rule is None and bool(flags.disagreement.any())),
        help="A new dataset with these flags applied: labels set right, background emptied, missed calls added, bad "
        "audio left out, and clips that drawn annotations overlap labelled. This dataset stays as it is. Where users "
        "disagree, say first what to do.",
    ):
        try:
            cleaned = make_cleaned(dataset, flags, boxes=drawn.boxes, disputes=rule)
        except BiovizError as error:
            keys.cleaned.set(None)
            st.error(plain(str(error)), icon=":material/error:")
        else:
            keys.cleaned.set((cleaned.id, cleaned.name, cleaned.source["cleaned"]))


def _offer_cleaned(keys: FlagPanelState) -> None:
    """Show what was made last, and the way there."""
    cleaned = keys.cleaned.get()
    if cleaned is None:
        return
    dataset_id, name, record = cleaned
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(
            f"{plain(name)} is ready: {record['clips_changed']:,} clips changed, {record['clips_removed']:,} removed. "
            f"{disputes_told(record)} {drawn_in_words(record.get('annotations'))} Compute its map to see its scores "
            "beside those of the original.",
            icon=":material/check_circle:",
        )
        if st.button(f"Open {plain(name)}", key=keys.open_cleaned):
            keys.cleaned.set(None)
            set_view(dataset=dataset_id, clip=-1)
            st.rerun()  # the page that this panel is on, with the new dataset
