"""What is selected on the map (a lasso, a list of misclustered clips, a label): as a table, a gallery and downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from bioviz.analysis.misclustered.placement import N_NEIGHBORS, PLACES
from bioviz.analysis.misclustered.words import TITLES
from bioviz.counts import UNKNOWN
from bioviz.datasets import export
from bioviz.datasets.types import BACKGROUND, Dataset
from bioviz.flags import load_flags
from bioviz.plots import palette
from bioviz.runs import Run
from bioviz.store.digest import digest
from bioviz.ui.app.theme import is_dark
from bioviz.ui.chart_clicks import marked_row
from bioviz.ui.clips.downloads import csv_of, table_downloads
from bioviz.ui.components.gallery.gallery import gallery
from bioviz.ui.state import ClipState
from bioviz.ui.view import user_name

GALLERY_PAGE = 48
LINES = 10_000
"""Lines of a table in the browser; a million of them would be 100 MB, made anew at every act. The CSV holds all."""
OF_THE_CLIP = ("clip", "label", "your flag", "recording", "start (s)", "end (s)")
"""Columns that say nothing of the model."""
AGAINST = "neighbors against (%)"
AGAINST_HELP = (
    f"Share of the {N_NEIGHBORS} nearest clips of other units that speak against the clip: background for a "
    "labelled clip among background, labelled clips for a background clip among them, clips of other labels for a "
    "clip in another label's cluster."
)


More = Sequence | np.ndarray | Callable[[np.ndarray], Sequence]
"""A further column: its values, or what makes those of some lines."""


def table(run: Run, dataset: Dataset, rows: np.ndarray) -> pd.DataFrame:
    """One line a clip of `rows` (clip rows in the dataset), with its flags and everything the run knows of it."""
    positions = run.positions(rows)
    clips = dataset.clips
    own_flags, others_flags = load_flags(dataset).told(rows, user_name())
    frame = pd.DataFrame(
        {
            "clip": rows,
            "label": names_of(dataset, rows),
            AGAINST: 100 * run.evidence(positions).share,
            "your flag": own_flags,
            "others' flags": others_flags,
            "recording": [dataset.recordings[i].name for i in clips.recording[rows]],
            "start (s)": clips.start_s[rows],
            "end (s)": clips.end_s[rows],
            "split": clips.split[rows],
            "cluster": run.clusters[positions] + 1,
            "stands for": _stands_for(run, dataset)[run.clusters[positions]],
            "lies": np.array([TITLES[place] for place in PLACES])[run.placement.place[positions]],
        }
    )
    if run.acoustic:
        frame["level (dBFS)"] = run.acoustic["level_dbfs"][positions]
        frame["loudest sound above the noise (dB)"] = run.acoustic["loudest_db"][positions]
        if np.isfinite(run.acoustic["snr_db"]).any():
            frame["SNR in the box (dB)"] = run.acoustic["snr_db"][positions]
    return frame


def names_of(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """(m,) array of str: all labels of each of the clips `rows`, as in `run_map.label_names`."""
    packed, first, codes = np.unique(
        np.packbits(dataset.clips.labels[rows], axis=1), axis=0, return_index=True, return_inverse=True
    )
    names = (
        [" + ".join(dataset.labels_of(int(rows[place]))) or BACKGROUND for place in first]
        if packed.size
        else []
    )
    return np.array(names or [BACKGROUND])[codes.reshape(-1)]


def _stands_for(run: Run, dataset: Dataset) -> np.ndarray:
    """(clusters + 1,) array of str: the label that each cluster stands for; the last one is that of no cluster."""
    names = [dataset.target_names[target] for target in run.placement.stands_for]
    return np.array([*names, "no cluster"])


def _frame(
    run: Run, dataset: Dataset, rows: np.ndarray, extra: Mapping[str, More], blind: bool, lines: int
) -> pd.DataFrame:
    """Return the first `lines` of the table that `show` shows."""
    frame = table(run, dataset, rows[:lines])
    if blind:
        frame = frame.loc[:, list(OF_THE_CLIP)]
    for index, (title, values) in enumerate(extra.items(), start=2):
        column = values(np.arange(len(frame))) if callable(values) else values[:lines]
        frame.insert(index, title, column)
    return frame


def show(
    run: Run,
    dataset: Dataset,
    rows: np.ndarray,
    group: str,
    extra: Mapping[str, More] | None = None,
    *,
    pick: Callable[[int], object],
    blind: bool = False,
) -> None:
    """Table, gallery and downloads of clips.

    Parameters
    ----------
    rows : (m,)
        Clip rows of the dataset, in the order shown.
    group
        Of the map and the inspector that a click in the gallery speaks to.
    extra
        More columns of the table, title to (m,) values or to what makes those of some lines (their numbers); they come
        first, after the label.
    pick
        Selects the clip of a line that was clicked, by its row in the dataset; called before a
        run.
    blind
        Leave out what the model and other users make of the clips.

    """
    if not len(rows):
        st.info("No clips here. Draw a lasso round points on the map, or choose another list above.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        shape = st.segmented_control(
            "Show as",
            ["Table", "Gallery"],
            default="Table",
            required=True,
            key=ClipState.list_shape,
            label_visibility="collapsed",
        )
        table_downloads(
            f"bioviz_{dataset.id}_{len(rows)}_clips",
            csv=lambda: csv_of(_frame(run, dataset, rows, extra or {}, blind, len(rows))),
            raven=lambda: export.to_raven(dataset, rows),
            audacity=lambda: export.to_audacity(dataset, rows),
            keys=ClipState.export,
        )
    if shape == "Gallery":
        _gallery(run, dataset, rows, group)
        return
    # Of these clips only: what is marked is a line, and in another list that would be another clip.
    key = ClipState.list_lines(digest(rows)[:16])

    def clicked() -> None:
        row = marked_row(key.get(), rows)
        if row is not None:
            pick(row)

    if len(rows) > LINES:
        st.caption(f"The first {LINES:,} of {len(rows):,} lines; the downloads hold all.")
    st.dataframe(
        _frame(run, dataset, rows, extra or {}, blind, LINES),
        hide_index=True,
        placeholder=UNKNOWN,
        height=360,
        key=key,
        on_select=clicked,
        selection_mode="single-row",
        column_config={
            "start (s)": st.column_config.NumberColumn(format="%.2f"),
            "end (s)": st.column_config.NumberColumn(format="%.2f"),
            AGAINST: st.column_config.NumberColumn(format="%.0f", help=AGAINST_HELP),
            "level (dBFS)": st.column_config.NumberColumn(format="%.1f"),
            "loudest sound above the noise (dB)": st.column_config.NumberColumn(format="%.1f"),
            "SNR in the box (dB)": st.column_config.NumberColumn(format="%.1f"),
        },
    )


def _gallery(run: Run, dataset: Dataset, rows: np.ndarray, group: str) -> None:
    pages = -(-len(rows) // GALLERY_PAGE)
    page = 1
    if pages > 1:
        page = st.number_input(f"Page (of {pages:,})", 1, pages, 1, key=ClipState.gallery_page)
    page_rows = rows[(page - 1) * GALLERY_PAGE : page * GALLERY_PAGE]
    names = names_of(dataset, page_rows)
    colours = palette.colours_for(dataset.target_names, is_dark())
    # A clip of several labels has the mark that it has on the map: that of its first label.
    firsts = {
        name: dataset.target_names[dataset.targets[row]] for name, row in zip(names, page_rows, strict=True)
    }
    shapes = palette.shapes_for(dataset.target_names)
    gallery(
        dataset,
        page_rows,
        labels=names,
        group=group,
        key=ClipState.gallery,
        colours={name: colours[first] for name, first in firsts.items()},
        shapes={name: shapes[first] for name, first in firsts.items()},
    )
