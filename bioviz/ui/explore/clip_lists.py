"""The lists of clips that Explore goes through: misclustered, selected, flagged, of one label, all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.misclustered import words
from bioviz.analysis.misclustered.placement import LISTS, MIXED
from bioviz.runs import Run

SELECTED, FLAGGED, ALL = "selected", "flagged", "all"
LABEL = "label:"
"""Before the target's number, the list of one label's clips."""


@dataclass(frozen=True)
class ClipList:
    """Clips to go through, in this order.

    Attributes
    ----------
    id
        Its name in a link.
    title
        Of its tab.
    rows : (m,) int64
        Rows in the dataset.
    noun
        What they are, after their number, such as "selected clips".
    order
        A sentence on which clips these are and which come first; "" where the title says all.
    empty
        What to say where there are none.

    """

    id: str
    title: str
    rows: np.ndarray
    noun: str
    order: str = ""
    empty: str = "There are no such clips on this map."


def clip_lists(
    run: Run, flagged: np.ndarray, selected: np.ndarray | None, label: int | None
) -> list[ClipList]:
    """Return all lists of a run, in the order of their tabs.

    Parameters
    ----------
    flagged : (m,) int64
        Rows of the run's flagged clips.
    selected : (m,) int64
        Rows of what is selected on the map; None without a selection.
    label
        The target whose clips are looked at, None for none.

    """
    lists = [_misclustered(run, name) for name in LISTS]
    nothing = np.empty(0, dtype=np.int64)
    lists += [
        ClipList(
            SELECTED,
            "Selected",
            nothing if selected is None else selected,
            "selected clips",
            empty="Nothing is selected. Draw a lasso or a box round points on the map, or search.",
        ),
        ClipList(
            FLAGGED,
            "Flagged",
            flagged,
            "flagged clips",
            empty="No clip is flagged. Flag one with the buttons under its spectrogram.",
        ),
        ClipList(ALL, "All", run.rows, "clips"),
    ]
    if label is not None:
        name = run.target_names[label]
        lists.append(ClipList(f"{LABEL}{label}", name, run.rows[run.targets == label], f"clips of {name}"))
    return lists


def _misclustered(run: Run, name: str) -> ClipList:
    order = words.ORDERS[name]
    if name == MIXED and (
        worth := words.mixed_against_chance(run.placement.counts, run.chance, run.unit.noun)
    ):
        order = f"{order} {worth}"
    title = words.TITLES[name]
    return ClipList(name, title, run.rows[run.misclustered_list(name)], f"clips of “{title}”", order)


def first_list(lists: Sequence[ClipList]) -> ClipList:
    """Return the first list of misclustered clips that holds any, else that of all clips."""
    worst = [each for each in lists if each.id in LISTS and len(each.rows)]
    return worst[0] if worst else next(each for each in lists if each.id == ALL)


def chosen_list(lists: Sequence[ClipList], wanted: str) -> ClipList:
    """Return the list of an id, or the first one (`first_list`) where there is none of it."""
    return next((each for each in lists if each.id == wanted), first_list(lists))


def label_of(wanted: str, targets: int) -> int | None:
    """Return the target whose clips a list's id names, None where it names another list or none of the `targets`."""
    number = wanted.removeprefix(LABEL)
    if not wanted.startswith(LABEL) or not number.isdecimal() or not number.isascii():
        return None
    return int(number) if len(number) < 9 and int(number) < targets else None
