"""What the user is looking at: one `View`, kept in the session and in the URL. Only this module names the keys."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import streamlit as st

_KEY = "view"


@dataclass(frozen=True)
class View:
    """All that decides what a page shows. Every field is a query parameter of the same name.

    Attributes:
        dataset, model, checkpoint, split: names; "" means "the first there is".
        model_seed: of a random checkpoint.
        method, n_neighbors, min_dist, perplexity, seed: the projection.
        colour: what the points are coloured by.
        clip: row of the clip in the inspector, -1 for none.
        section: part of the diagnosis or comparison that is open; measure: what its points are coloured by.
        other_dataset, other_model, other_checkpoint, other_model_seed: the right side of a comparison; layout: how
            its maps are made; arrows: the label whose arrows are shown.
        noise, shift: settings of the experiments that differ from the usual ones, as JSON.
    """

    dataset: str = ""
    model: str = "acoustic_features"
    checkpoint: str = ""
    model_seed: int = 0
    split: str = "all"
    method: str = "umap"
    n_neighbors: int = 50
    min_dist: float = 0.1
    perplexity: float = 25.0
    seed: int = 42
    colour: str = "label"
    clip: int = -1
    section: str = "labels"
    measure: str = "confusion"
    other_dataset: str = ""
    other_model: str = ""
    other_checkpoint: str = ""
    other_model_seed: int = 0
    layout: str = "started"
    arrows: str = ""
    noise: str = ""
    shift: str = ""


def view() -> View:
    """The current view; the first time in a session it is read from the URL (bad values are ignored)."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _from_query()
    return st.session_state[_KEY]


def set_view(**changes: object) -> View:
    """Change fields of the view; the URL follows at the end of the run (`write_url`)."""
    st.session_state[_KEY] = replace(view(), **changes)
    return st.session_state[_KEY]


def write_url() -> None:
    """Put what differs from the defaults into the URL, so that a copied link reopens this view."""
    wanted = {
        f.name: str(getattr(view(), f.name)) for f in fields(View) if getattr(view(), f.name) != f.default
    }
    if dict(st.query_params) != wanted:
        st.query_params.from_dict(wanted)


def _from_query() -> View:
    values: dict[str, object] = {}
    for f in fields(View):
        raw = st.query_params.get(f.name)
        if raw is None:
            continue
        try:
            values[f.name] = type(f.default)(raw)
        except ValueError:
            continue
    return View(**values)
