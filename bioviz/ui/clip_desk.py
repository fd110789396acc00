"""The clip in hand: inspector and flags of a page, and the view that follows what is picked anywhere on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from bioviz.datasets.types import Dataset
from bioviz.flags import load_flags
from bioviz.plots import palette
from bioviz.runs import Run
from bioviz.ui import notices
from bioviz.ui.flag_panel import flag_summary
from bioviz.ui.flagging import flag_bar, user_name
from bioviz.ui.inspector import clip_inspector
from bioviz.ui.scroll import scroll_to
from bioviz.ui.state import set_view, view

DESK = "clip_desk"  # the container that the inspector is in


def in_hand() -> int | None:
    """The row of the clip that the page is at, None for none."""
    return view().clip if view().clip >= 0 else None


def check_clip(rows: np.ndarray) -> None:
    """Put down a clip that the page does not have, as a link may name one, and say so.

    Args:
        rows: (n,) int64, increasing, n > 0: the clips on the page's map.
    """
    clip = view().clip
    if clip < 0 or (rows == clip).any():
        return
    notices.say(
        f"Clip {clip} is not on this map, whose {len(rows):,} clips have numbers from {rows[0]} to {rows[-1]}. "
        "No clip is picked."
    )
    set_view(clip=-1)


def take_first(rows: np.ndarray) -> None:
    """Take the first of a list into the hand, and bring it into view."""
    if len(rows):
        set_view(clip=int(rows[0]))
        scroll_to(DESK)


def picked_in_table(row: int | None, key: str) -> bool:
    """Take a row clicked in a table into the hand; a click counts once, so that it does not undo later picks.

    Returns:
        Whether this was a new click: what is drawn above the table has to be drawn again.
    """
    if row == st.session_state.get(f"{key}_table_pick"):
        return False
    st.session_state[f"{key}_table_pick"] = row
    if row is not None:
        set_view(clip=row)
    return row is not None


def clip_desk(
    run: Run, dataset: Dataset, rows: np.ndarray, playlist_name: str, *, key: str, group: str
) -> int | None:
    """Show the inspector of a run with the flag bar in it.

    Args:
        rows: (m,) clip rows that previous and next step through; playlist_name says what they are.
        key: unique on the page.
        group: of the page's map; both follow its picks.

    Returns:
        The row of the clip in hand.
    """
    current = clip_inspector(
        run.key,
        dataset.id,
        rows,
        key=f"{key}_inspector",
        group=group,
        row=in_hand(),
        playlist_name=playlist_name,
        colours=palette.colours_for(dataset.target_names),
        report=True,
    )
    # What the inspector told before must not undo a pick made in Python since.
    if current != st.session_state.get(f"{key}_told"):
        st.session_state[f"{key}_told"] = current
        if current is not None:
            set_view(clip=current)
    flag_bar(dataset, in_hand(), user=user_name(), key=f"{key}_flag_bar", group=group)
    return in_hand()


def flagged_rows(run: Run, dataset: Dataset) -> np.ndarray:
    """(m,) int64, increasing: the clips of the run that anybody has flagged."""
    return np.intersect1d(run.rows, load_flags(dataset).rows)


def flags_panel(dataset: Dataset, *, key: str, go_through: Callable[[], None]) -> None:
    """All flags of the dataset, folded away; a click on one takes its clip into the hand.

    Args:
        go_through: makes the flagged clips the page's list; called before a run.
    """
    folded = st.expander("Flags and the cleaned dataset", key=f"{key}_flags", on_change="rerun")
    if folded.open:
        with folded:
            flag_summary(
                dataset,
                key=f"{key}_flag_panel",
                go_through=go_through,
                pick=lambda row: set_view(clip=row),
            )
