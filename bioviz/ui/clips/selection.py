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
from bioviz.datasets.types import Dataset
from bioviz.flags import load_flags
from bioviz.plots import palette
from bioviz.runs import Run
from bioviz.store.digest import digest
from bioviz.ui.app.theme import is_dark
from bioviz.ui.chart_clicks import marked_row
from bioviz.ui.clips.downloads import csv_of, table_downloads
from bioviz.ui.clips.run_map import label_names
from bioviz.ui.components.gallery.gallery import gallery
from bioviz.ui.state import ClipState
from bioviz.ui.view import user_name

GALLERY_PAGE = 48
OF_THE_CLIP = ("clip", "label", "your flag", "recording", "start (s)", "end (s)")
"""Columns that say nothing of the model."""
AGAINST = "neighbors against (%)"
AGAINST_HELP = (
    f"Share of the {N_NEIGHBORS} nearest clips of other units that speak against the clip: background for a "
    "labelled clip among background, labelled clips for a background clip among them, clips of other labels for a "
    "clip in another label's cluster."
)


def table(run: Run, dataset: Dataset, rows: np.ndarray) -> pd.DataFrame:
    """One line a clip of `rows` (clip rows in the dataset), with its flags and everything the run knows of it."""
    positions = run.positions(rows)
    recordings = dataset.recordings
    clips = dataset.clips
    own_flags, others_flags = load_flags(dataset).told(rows, user_name())
    frame = pd.DataFrame(
        {
            "clip": rows,
            "label": label_names(dataset)[rows],
            AGAINST: 100 * run.evidence(positions).share,
            "your flag": own_flags,
            "others' flags": others_flags,
            "recording": [recordings[i].name for i in clips.recording[rows]],
            "start (s)": clips.start_s[rows],
            "end (s)": clips.end_s[rows],
            "split": clips.split[rows],
            "cluster": run.clusters[positions] + 1,
            "stands for": [_target_name(run, dataset, c) for c in run.clusters[positions]],
            "lies": [TITLES[PLACES[code]] for code in run.placement.place[positions]],
        }
    )
    if run.acoustic:
        frame["level (dBFS)"] = run.acoustic["level_dbfs"][positions]
        frame["loudest sound above the noise (dB)"] = run.acoustic["loudest_db"][positions]
        if np.isfinite(run.acoustic["snr_db"]).any():
            frame["SNR in the box (dB)"] = run.acoustic["snr_db"][positions]
    return frame


def _target_name(run: Run, dataset: Dataset, cluster: int) -> str:
    return dataset.target_names[run.placement.stands_for[cluster]] if cluster >= 0 else "no cluster"


def show(
    run: Run,
    dataset: Dataset,
    rows: np.ndarray,
    group: str,
    extra: Mapping[str, Sequence | np.ndarray] | None = None,
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
        More columns of the table, title to (m,) values; they come first, after the label.
    pick
        Selects the clip of a line that was clicked, by its row in the dataset; called before a
        run.
    blind
        Leave out what the model and other users make of the clips.

    """
    if not len(rows):
        st.info("No clips here. Draw a lasso round points on the map, or choose another list above.")
        return
    frame = table(run, dataset, rows)
    if blind:
        frame = frame.loc[:, list(OF_THE_CLIP)]
    for index, (title, values) in enumerate((extra or {}).items(), start=2):
        frame.insert(index, title, values)
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
            csv=lambda: csv_of(frame),
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

    st.dataframe(
        frame,
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
    names = label_names(dataset)[page_rows]
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
