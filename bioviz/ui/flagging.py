"""Flagging clips: who flags, the bar under the inspector, and flags as colours of the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from bioviz import flags
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput, BiovizError
from bioviz.flags import KINDS, TITLES, Flag, Flags, load_flags
from bioviz.plots import palette
from bioviz.plots.map_data import Categories
from bioviz.runs import Run
from bioviz.ui.inspector import assets

DEFAULT_USER = "me"
_USER = "flag_user"
_USER_FIELD = "_flag_user_field"
_MOST_DECISIONS = 1000  # in one message; more are not from our script

# Key and help of each kind, in the order of the buttons.
KEYS: Mapping[str, tuple[str, str]] = {
    "wrong_label": ("w", "The label is wrong: give the right one, or none"),
    "background": ("b", "No labelled sound is in it: it should be background"),
    "missed": ("m", "A call is in it that has no label: give its label"),
    "bad_audio": ("x", "Broken, clipped or otherwise unusable sound: leave the clip out"),
    "unsure": ("u", "Cannot be told; somebody else should listen"),
    "fine": ("f", "Listened to, and all is right"),
}
COLOURS: Mapping[str, str] = dict(
    zip(KINDS, ("#D55E00", "#56B4E9", "#CC79A7", "#7A3E00", "#F0E442", "#009E73"), strict=True)
)
NOT_FLAGGED = "not flagged"


def pick_user() -> str:
    """The field for the user's name in the sidebar (outside of fragments); it lives as long as the session."""

    def changed() -> None:
        try:
            st.session_state[_USER] = flags.check_user(st.session_state[_USER_FIELD])
        except BadInput as error:
            st.session_state[f"{_USER}_error"] = str(error)

    st.session_state[_USER_FIELD] = user_name()
    with st.sidebar:
        st.text_input(
            "Your name, for flags",
            key=_USER_FIELD,
            max_chars=40,
            on_change=changed,
            help="Flags are kept under this name, apart from other people's. It is forgotten with this browser tab.",
        )
        if error := st.session_state.pop(f"{_USER}_error", None):
            st.error(error)
    return user_name()


def user_name() -> str:
    """Who flags in this session."""
    return st.session_state.get(_USER, DEFAULT_USER)


def flag_bar(dataset: Dataset, row: int | None, *, user: str, key: str, group: str | None = None) -> bool:
    """A row of buttons, each with its key, to flag the clip in hand; with its present flags, a note and undo.

    A flag goes to the clip that the inspector of `group` shows in the browser at that moment, even if Python has
    not heard of it yet.

    Args:
        dataset: a registered dataset.
        row: of the clip in hand, as far as Python knows; None for none.
        user: who flags, see `pick_user`.
        key: unique on the page.
        group: of the inspector to follow; None for none, then `row` alone counts.

    Returns:
        Whether a flag was set or taken back just before this run.
    """

    def received() -> None:
        state = st.session_state.get(key)
        store(dataset, state.get("decisions") if isinstance(state, Mapping) else None, user=user, key=key)

    state = st.session_state.get(key)
    told = state.get("row") if isinstance(state, Mapping) else None
    found = load_flags(dataset)
    shown = {r for r in (row, told) if isinstance(r, int) and 0 <= r < len(dataset.clips)}
    data = {
        "key": key,
        "group": group or key,
        "dataset": dataset.id,
        "row": row if row in shown else None,
        "clips": {str(r): _about(dataset, found, r, user) for r in sorted(shown)},
        "labels": sorted({*dataset.labels, *found.labels.tolist()} - {""}, key=str.casefold),
        "kinds": [
            {"id": k, "title": TITLES[k].capitalize(), "key": c, "help": h} for k, (c, h) in KEYS.items()
        ],
        "done": st.session_state.get(f"{key}-done", []),
        "error": st.session_state.get(f"{key}-error"),
    }
    result = _component()(
        key=key, data=data, on_decisions_change=received, on_row_change=lambda: None, height="content"
    )
    # A browser that comes back after an interruption hands its decisions over without a callback.
    store(dataset, result.get("decisions"), user=user, key=key)
    return bool(st.session_state.pop(f"{key}-taken", False))


def store(dataset: Dataset, decisions: object, *, user: str, key: str) -> None:
    """Store what the browser decided; what was stored before, or fits no clip, is passed over.

    Args:
        decisions: of the browser, so not to be trusted: a list of {id, dataset, row, kind, label, wrong, note}.
    """
    if not isinstance(decisions, Sequence) or isinstance(decisions, str) or not decisions:
        return
    done = set(st.session_state.get(f"{key}-done", []))
    new = [d for d in decisions[:_MOST_DECISIONS] if isinstance(d, Mapping) and d.get("id") not in done]
    if not new:
        return
    st.session_state.pop(f"{key}-error", None)
    for decision in new:
        try:
            _store_one(dataset, decision, user)
            st.session_state[f"{key}-taken"] = True
        except BiovizError as error:
            st.session_state[f"{key}-error"] = str(error)
    # The browser repeats all that it does not know to be done, so what it left out needs no remembering.
    st.session_state[f"{key}-done"] = [str(d.get("id")) for d in decisions if isinstance(d, Mapping)]


def _store_one(dataset: Dataset, decision: Mapping[str, Any], user: str) -> None:
    row, kind = decision.get("row"), decision.get("kind")
    if decision.get("dataset") != dataset.id:
        raise BadInput(
            "The last flag was for a clip of another dataset and was not kept. Go back to it and flag again."
        )
    if not isinstance(row, int) or isinstance(row, bool):
        raise BadInput("The last flag named no clip and was not kept. Flag again.")
    identity = str(decision.get("id"))
    if kind == "undo":
        flags.undo(dataset, row, user=user, id=identity)
        return
    texts = {name: str(decision.get(name) or "") for name in ("label", "wrong", "note")}
    flags.flag(dataset, row, str(kind), user=user, id=identity, **texts)


def _about(dataset: Dataset, found: Flags, row: int, user: str) -> dict[str, object]:
    """Labels and flags of a clip, the user's own flag first."""
    own = user.casefold()

    def plain(flag: Flag) -> dict[str, object]:
        fields = {name: getattr(flag, name) for name in ("kind", "label", "wrong", "note", "user", "text")}
        return {**fields, "mine": flag.user.casefold() == own}

    of_clip = sorted((plain(f) for f in found.by_row.get(row, ())), key=lambda flag: not flag["mine"])
    on = np.flatnonzero(dataset.clips.labels[row])
    return {"labels": [dataset.labels[i] for i in on], "flags": of_clip}


def flag_colouring(run: Run, dataset: Dataset) -> Categories:
    """The deciding flags as a colouring of the run's clips; "not flagged" is grey."""
    codes = load_flags(dataset).column(len(dataset.clips))[run.rows] + 1
    names = (NOT_FLAGGED, *(TITLES[kind] for kind in KINDS))
    colours = (palette.BACKGROUND_COLOUR, *(COLOURS[kind] for kind in KINDS))
    return Categories.from_codes("flags", "Flags", codes, names, colours)


@cache
def _component():
    return st.components.v2.component(
        "bioviz_flag_bar", js=assets("clip_dom.js", "flag_bar.js"), css=assets("clips.css", "flag_bar.css")
    )
