"""The selected clip: inspector and flags of a page, and the view that follows what is picked anywhere on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from bioviz.analysis.rows import positions
from bioviz.datasets.types import Dataset
from bioviz.flags import load_flags
from bioviz.plots import palette
from bioviz.runs import Run
from bioviz.ui.app import notices
from bioviz.ui.app.scroll import scroll_to
from bioviz.ui.app.theme import is_dark
from bioviz.ui.clips.flag_panel import flag_summary
from bioviz.ui.components.clip_panel.inspector import clip_inspector
from bioviz.ui.components.flag_bar.flag_bar import flag_bar
from bioviz.ui.state import ClipState, DeskState
from bioviz.ui.view import set_view, view

GROUP = "clips"  # maps, inspector, galleries and lists of all pages share one log of the user's acts


def selected_clip() -> int | None:
    """Return the row of the clip that the page is at, None for none."""
    return view().clip if view().clip >= 0 else None


def check_clip(rows: np.ndarray, instead: str = "No clip is picked.") -> None:
    """Put down a clip that the page does not have, as a link may name one, and say so.

    Parameters
    ----------
    rows : (n,) int64
        Increasing, n > 0: the clips on the page's map.
    instead
        What the page does then.

    """
    clip = view().clip
    if clip < 0 or (rows == clip).any():
        return
    notices.say(
        f"Clip {clip} is not on this map, whose {len(rows):,} clips have numbers from {rows[0]} to {rows[-1]}. "
        f"{instead}"
    )
    set_view(clip=-1)


def take_first(rows: np.ndarray) -> None:
    """Select the first of a list, and bring it into view."""
    if len(rows):
        set_view(clip=int(rows[0]))
        scroll_to(ClipState.desk)


def take(row: int) -> None:
    """Select a clip, as by a click on its line in a table; call it before a run."""
    set_view(clip=int(row))


def clip_desk(
    run: Run | None, dataset: Dataset, rows: np.ndarray, playlist_name: str, keys: DeskState
) -> None:
    """Show the inspector of a run with the flag bar in it; without a run it tells nothing of a model.

    Parameters
    ----------
    rows : (m,)
        Clip rows that previous and next step through; playlist_name says what they are.
    keys
        Of the page.

    """
    clip_inspector(
        None if run is None else run.key,
        dataset.id,
        rows,
        key=keys.inspector,
        group=GROUP,
        playlist_name=playlist_name,
        colours=palette.colours_for(dataset.target_names, is_dark()),
    )
    flag_bar(dataset, key=keys.flag_bar, group=GROUP)


def flagged_rows(run: Run, dataset: Dataset) -> np.ndarray:
    """(m,) int64, increasing: the clips of the run that anybody has flagged."""
    flagged = np.unique(load_flags(dataset).rows)
    return flagged[positions(run.rows, flagged) >= 0]


def flags_panel(dataset: Dataset, keys: DeskState, *, go_through: Callable[[], None]) -> None:
    """All flags of the dataset, folded away; a click on one selects its clip.

    Parameters
    ----------
    go_through
        Makes the flagged clips the page's list; called before a run.

    """
    folded = st.expander("Flags and the cleaned dataset", key=keys.flags, on_change="rerun")
    if folded.open:
        with folded:
            flag_summary(dataset, keys.flag_panel, go_through=go_through, pick=take)
