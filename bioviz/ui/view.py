"""What the user is looking at: one `View`, kept in the session and in the URL.

The fields that are also changed in the browser (ACTED) follow the log of the user's acts, see `acts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from bioviz.analysis.projection.layouts import Method
from bioviz.analysis.rows import Metric
from bioviz.runs import query, spec
from bioviz.runs.spec import LAYOUTS
from bioviz.runs.stages import NEIGHBORS
from bioviz.ui.app import notices
from bioviz.ui.components.shared import acts
from bioviz.ui.state import AppState

CLIPS = (0, 10**9)
NEIGHBORS = (1, NEIGHBORS)  # no more are kept of a clip
ACTED = (acts.CLIP, "colour", "measure", acts.CLIP_LIST)  # fields of the view that are kinds of acts too
_LONGEST_NAME = 200
_PROJECTION = ("method", "n_neighbors", "min_dist", "perplexity", "seed", "metric")


@dataclass(frozen=True)
class View:
    """All that decides what a page shows. Every field is a query parameter of the same name.

    Attributes
    ----------
    dataset, model, checkpoint, split
        Names; "" means "the best there is".
    model_seed
        Of a random checkpoint.
    method, n_neighbors, min_dist, perplexity, seed, metric
        The projection.
    without_background
        Whether background clips are left out of maps and scores.
    k
        Neighbors looked at, where a page compares a clip with its nearest.
    colour
        What the points are coloured by.
    clip
        Row of the clip in the inspector, -1 for none.
    list
        Which clips Explore goes through (`explore.clip_lists`), "" for the first list that holds any.
    section
        Part of the diagnosis or comparison that is open;
    measure
        What its points are coloured by.
    other_dataset, other_model, other_checkpoint, other_model_seed
        The right side of a comparison;
    layout
        How its maps are made;
    arrows
        The label whose arrows are shown.
    noise, shift
        Settings of the experiments that differ from the usual ones, as JSON.
    study
        The grid of the page Benchmark, as JSON; "" for the one that was computed last.
    tour
        Step of the guided tour, from 1; 0 for none.

    """

    dataset: str = ""
    model: str = ""
    checkpoint: str = ""
    model_seed: int = 0
    split: str = "all"
    method: Method = "umap"
    n_neighbors: int = 50
    min_dist: float = 0.1
    perplexity: float = 25.0
    seed: int = 42
    metric: Metric = "euclidean"
    without_background: bool = False
    k: int = 20
    colour: str = "label"
    clip: int = -1
    list: str = ""
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
    study: str = ""
    tour: int = 0

    @classmethod
    def from_query(cls, parameters: Mapping[str, str]) -> tuple[View, list[str]]:
        """Return the view of a link, and a sentence for every value that cannot be used. Never fails."""
        values, sentences = query.read(parameters, PARSERS, {f.name: f.default for f in fields(cls)})
        return cls(**values), sentences

    def to_query(self) -> dict[str, str]:
        """Return what differs from the usual view, as query parameters."""
        values = ((f.name, getattr(self, f.name), f.default) for f in fields(self))
        return {name: query.as_text(value) for name, value, usual in values if value != usual}


# How each field is read from a link. What only a page can know (which clips, parts or colours there are) it checks.
PARSERS: Mapping[str, query.Parser] = {
    **spec.PARSERS,
    "k": query.whole(*NEIGHBORS),
    "colour": query.anything,
    "clip": query.whole(*CLIPS),
    "list": query.anything,
    "section": query.anything,
    "measure": query.anything,
    "other_dataset": query.anything,
    "other_model": query.anything,
    "other_checkpoint": query.anything,
    "other_model_seed": query.whole(*spec.SEEDS),
    "layout": query.choice(*LAYOUTS),
    "arrows": query.anything,
    "noise": query.json_object,
    "shift": query.json_object,
    "study": query.json_object,
    "tour": query.whole(0, 5),
}


def fields_of(run: spec.RunSpec) -> dict[str, Any]:
    """Return the fields of the view that show a run, for `set_view`."""
    projection = {name: getattr(run.projection, name) for name in _PROJECTION}
    return {
        "dataset": run.dataset,
        "model": run.model,
        "checkpoint": run.checkpoint,
        "model_seed": run.seed,
        "split": run.split,
        "without_background": run.without_background,
        **projection,
    }


def view() -> View:
    """Return the current view; the first time in a session it is read from the URL, and what cannot be used is said."""
    current: View | None = AppState.view.get()
    if current is None:
        parameters = st.query_params.to_dict()
        current, sentences = View.from_query(parameters)
        AppState.view.set(current)
        AppState.fields_from_link.set(frozenset(parameters))
        for sentence in sentences:
            notices.say(sentence)
    return current


def set_view(**changes: object) -> None:
    """Change fields of the view; the URL follows at the end of the run (`write_url`).

    A change of a field of ACTED is an act that Python makes for the user: make it in a callback, or before
    `act_link` is drawn, which hands it to the browser.
    """
    catch_up()  # of callbacks before one run any may come first, and this act comes after what the browser told
    before = view()
    after = replace(before, **changes)
    AppState.view.set(after)
    for kind in ACTED:
        moved = kind == acts.CLIP and after.dataset != before.dataset and after.clip >= 0
        if moved or getattr(after, kind) != getattr(before, kind):
            AppState.acts.set(acts.with_own(act_log(), kind, _value(after, kind)))


def act_log() -> acts.Log:
    """Return the newest acts that Python has heard of or made; at first the view itself, as act number 0."""
    log = AppState.acts.get()
    if log is None:
        log = {kind: acts.Act(0, False, _value(view(), kind)) for kind in ACTED}
        AppState.acts.set(log)
    return log


def catch_up() -> None:
    """`hear` what the browser told last, if it told anything."""
    state = AppState.act_link.get()
    if isinstance(state, Mapping):
        hear(state.get("acts"))


def hear(sent: object) -> None:
    """Take what a browser says was done in it; the view follows where that is newer than what Python knows."""
    log = acts.merged(act_log(), acts.from_browser(sent))
    AppState.acts.set(log)
    before = view()
    heard: dict[str, Any] = {"clip": acts.clip_row(log[acts.CLIP].value, before.dataset)}
    for kind in ACTED:
        value = log[kind].value
        if kind != acts.CLIP and isinstance(value, str) and len(value) <= _LONGEST_NAME:
            heard[kind] = value
    AppState.view.set(replace(before, **heard))


def user_name() -> str | None:
    """Who flags in this browser, as far as it has said so."""
    act = act_log().get(acts.USER)
    return act.value if act and isinstance(act.value, str) and act.value else None


def _value(owner: View, kind: str) -> object:
    return acts.clip_value(owner.dataset, owner.clip) if kind == acts.CLIP else getattr(owner, kind)


def open_dataset(dataset_id: str) -> None:
    """Turn to a dataset, with the best model that is ready for it."""
    set_view(dataset=dataset_id, model="", checkpoint="", other_dataset="", clip=-1)


def keep_known(field: str, known: Iterable[str], kind: str) -> None:
    """Give a field of a link its usual value where it names something that this page does not have, and say so.

    Parameters
    ----------
    field
        Of the view.
    known
        What it may be.
    what
        In words, as in "part of this page".

    """
    from_link = AppState.fields_from_link.get()
    if field not in from_link:
        return
    AppState.fields_from_link.set(from_link - {field})
    current, usual, names = getattr(view(), field), getattr(View(), field), list(known)
    if current in names or current == usual:
        return
    allowed = f"there is no such {kind}; there are {', '.join(names)}"
    notices.say(query.not_used(field, current, allowed, usual))
    set_view(**{field: usual})


def write_url() -> None:
    """Put what differs from the defaults into the URL, so that a copied link reopens this view."""
    wanted = view().to_query()
    if dict(st.query_params) != wanted:
        st.query_params.from_dict(wanted)
