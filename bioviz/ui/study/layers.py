"""Which table is looked at, by which measure and on which map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.study.scores import CLUSTERING, NO_MAP, Grid, grid, maps_in, measures_in
from bioviz.study.table import DIFFERENCE, LAYERS, PUBLISHED, StudyTable
from bioviz.ui.session import Key
from bioviz.ui.state import StudyState

EVERY = ""  # map: the mean of all


@dataclass(frozen=True)
class Choice:
    """What the user looks at.

    Attributes
    ----------
    table : StudyTable
    measure : str
    map : str
        "" for the mean over maps.

    """

    table: StudyTable
    measure: str
    map: str

    @property
    def grid(self) -> Grid:
        return grid(self.table.scores, self.measure, self.map or None)

    @property
    def title(self) -> str:
        """The measure's, with what it is the difference of."""
        title = METRIC_INFO[self.measure].title
        return f"{title}, ours − published" if self.table.layer == DIFFERENCE else title


def map_title(name: str) -> str:
    """Say a map's settings, as in "UMAP 50 / 0.1"."""
    method, *settings = name.split("-")
    titles = {
        "umap": "UMAP",
        "tsne": "t-SNE",
        "pca": "PCA",
        NO_MAP: "no map (embedding)",
        EVERY: "mean of all maps",
    }
    return " ".join([titles.get(method, method), " / ".join(settings)]).strip()


def choose(tables: Sequence[StudyTable]) -> Choice:
    """Draw the fields above the results; the first of the tables is shown at first."""
    by_layer = {table.layer: table for table in tables}
    left, middle, right = st.columns([2, 2, 2])
    with left:
        layer = _pick("Values", list(by_layer), LAYERS.__getitem__, StudyState.layer)
    table = by_layer[layer]
    measures = measures_in(table.scores)
    with middle:
        measure = _pick("Measure", measures, lambda name: METRIC_INFO[name].title, StudyState.measure)
    name = EVERY
    maps = maps_in(score for score in table.scores if score.measure == measure)
    with right:
        if measure in CLUSTERING and len(maps) > 1:
            name = _pick("Map", [EVERY, *maps], map_title, StudyState.map)
    return Choice(table, measure, name if name in (EVERY, *maps) else EVERY)


def about(layer: str) -> str:
    """Say in a sentence where the values of a layer come from."""
    return {
        PUBLISHED: "Values as the paper gives them: 11 fine-tuned models on the test clips of 10 datasets of BEANS.",
        DIFFERENCE: "Of what both tables have: same model, training, dataset name, map and measure.",
    }.get(layer, "Computed here, on the test clips of each dataset (on all clips where it has no split).")


def _pick(label: str, options: Sequence[str], titles: Callable[[str], str], key: Key[str | None]) -> str:
    if key.get() not in options:
        key.set(options[0])
    return st.selectbox(label, options, format_func=titles, key=key)
