"""The grid that is asked for: which models, datasets, maps and seeds, as fields that a link can fill in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import streamlit as st

from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.study.earlier import latest
from bioviz.study.offered import begun_with, offered
from bioviz.study.scores import MEASURES
from bioviz.study.spec import MAPS, QUICK_MAPS, Entry, StudySpec
from bioviz.ui.app import notices
from bioviz.ui.app.notices import plain
from bioviz.ui.model_titles import title_of
from bioviz.ui.noise.form import seeded
from bioviz.ui.session import Key
from bioviz.ui.state import StudyState
from bioviz.ui.study.layers import map_title
from bioviz.ui.view import set_view, view

MOST_SEEDS = 10


def current_spec() -> StudySpec:
    """Return the grid of the link; else the one that was computed last; else every dataset with what is ready."""
    text = view().study
    if text:
        try:
            return _known(StudySpec.from_dict(json.loads(text)))
        except BiovizError as error:
            notices.say(f"The link's study cannot be used: {error}")
            set_view(study="")
    return latest() or StudySpec(
        tuple(dataset.id for dataset in library.list_datasets()),
        tuple(begun_with()),
    )


def grid_form(spec: StudySpec) -> StudySpec:
    """Draw the fields, and return the grid that they ask for; the address follows."""
    names = {dataset.id: dataset.name for dataset in library.list_datasets()}
    datasets = _several("Datasets", list(names), spec.datasets, lambda name: names[name], StudyState.datasets)
    entries = _several("Models", _options(spec), spec.entries, entry_title, StudyState.models)
    left, right = st.columns([3, 1])
    with left:
        maps = _several("Maps", list(MAPS), spec.maps, map_title, StudyState.maps_drawn)
    with right:
        seeds = seeded(
            StudyState.seeds,
            len(spec.seeds),
            lambda key: st.number_input(
                "Seeds",
                1,
                MOST_SEEDS,
                key=key,
                help="Each seed gives maps, random starts and trainings of its own. With one nobody knows how far "
                "chance moves a score.",
            ),
        )
    asked = StudySpec(
        tuple(datasets),
        tuple(entries),
        tuple(maps) or QUICK_MAPS,
        spec.seeds if seeds == len(spec.seeds) else tuple(range(int(seeds))),
        MEASURES,
        spec.split,
        spec.preset,
        spec.k,
    )
    if asked != spec:
        remember(asked)
    return asked


def open_study(spec: StudySpec) -> None:
    """Turn to a grid: the fields take its values again. For a callback."""
    for key in (StudyState.datasets, StudyState.models, StudyState.maps_drawn, StudyState.seeds):
        key.pop()
    remember(spec)


def remember(spec: StudySpec) -> None:
    """Put a grid into the address."""
    set_view(study=json.dumps(spec.to_dict(), separators=(",", ":")))


def entry_title(name: str) -> str:
    """Say what an entry is: model, start and training."""
    entry = Entry.parse(name)
    title = title_of(entry.model, entry.checkpoint)
    if entry.share is None:
        return title
    return f"{title}, fine-tuned" + ("" if entry.share == 1 else f" with background share {entry.share:g}")


def _options(spec: StudySpec) -> list[str]:
    return list(dict.fromkeys([*spec.entries, *offered()]))


def _known(spec: StudySpec) -> StudySpec:
    """Raise BiovizError where a dataset or model of a link is not here."""
    for dataset in spec.datasets:
        library.load(dataset)
    for entry in spec.entries:
        Entry.parse(entry)
    return spec


def _several(
    label: str,
    options: Sequence[str],
    chosen: Sequence[str],
    titles: Callable[[str], str],
    key: Key[list[str] | None],
) -> list[str]:
    before = [name for name in chosen if name in options]

    def shown(name: str) -> str:
        return plain(titles(name))

    return seeded(
        key,
        before,
        lambda key: st.pills(label, options, selection_mode="multi", key=key, format_func=shown),
    )
