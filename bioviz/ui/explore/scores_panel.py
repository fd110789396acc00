"""The headline and the scores of a run in plain words, and clusters against labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import streamlit as st

from bioviz.analysis.misclustered import words
from bioviz.analysis.misclustered.placement import AMONG_BACKGROUND
from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.percent import percent
from bioviz.plots import figures
from bioviz.runs import Run, open_run
from bioviz.ui.clusterings_panel import clusterings_panel
from bioviz.ui.state import ExploreState

MOST_LABELS = 40  # of which tables and bars are drawn unasked: those of 200 labels are 40,000 cells each
SCORES = {
    "nmi": (
        "NMI",
        "Normalised mutual information: how much the clusters tell about the labels, "
        "from 0 (nothing) to 1 (everything).",
    ),
    "ari": (
        "ARI",
        "Adjusted Rand index: how often clusters and labels agree on which clips belong together, "
        "0 as by chance, 1 at best.",
    ),
    "silhouette": (
        "Silhouette",
        "How well the clusters are apart in the embedding, from -1 (mixed) through 0 (touching) to 1 (far apart).",
    ),
}


def original_of(run: Run, dataset: Dataset) -> Run | None:
    """Return the same run of the dataset that `dataset` was cleaned from; None where there is none, or none yet."""
    cleaned = dataset.source.get("cleaned")
    if not cleaned:
        return None
    try:
        return open_run(replace(run.spec, dataset=cleaned["parent"]))
    except BiovizError:  # the original is gone
        return None


def headline(run: Run, original: Run | None = None) -> None:
    """How many labelled clips lie among background, with the chance of it; below it one row of scores and counts.

    Parameters
    ----------
    original
        Run of the dataset that this one was cleaned from; each figure is then shown with its change.

    """
    counts_of_places = run.placement.counts
    few = words.too_few(*words.sides(counts_of_places))
    st.markdown(f"**{words.headline(counts_of_places, run.chance)}**")
    if few:  # no box, which would push sound and flags off a small screen
        st.caption(
            f":material/warning: {few} The map shows them; its clusters and scores would mean nothing."
        )
    elif worth := words.against_chance(counts_of_places, run.chance, run.unit.noun):
        st.caption(worth)
    cells = st.columns(6)
    notes = run.scores.get("notes", {})
    for cell, (name, (title, help_text)) in zip(cells, SCORES.items(), strict=False):
        value = None if few else run.scores.get(name)
        if value is None and name in notes:
            help_text += f" Not defined here: {notes[name]}"
        elif name in notes:  # an estimate
            help_text += f" {notes[name]}"
        before = None if original is None else original.scores.get(name)
        change = None if value is None or before is None else f"{value - before:+.3f}"
        cell.metric(title, "–" if value is None else f"{value:.3f}", change, help=help_text)
    now = _counts(run)
    clips, background, wrong = now if original is None else now - _counts(original)
    counts: tuple[tuple[str, str, str, Literal["off", "inverse"], str], ...] = (
        ("Clips", f"{now[0]:,}", f"{clips:+,}", "off", "Clips on the map; each becomes one point."),
        (
            "Background",
            percent(now[1] / now[0]) if now[0] else "–",
            f"{background:+,} clips",
            "off",
            "Share of the clips that carry no label.",
        ),
        (
            "In background",
            f"{now[2]:,}",
            f"{wrong:+,}",
            "inverse",
            "Labelled clips in clusters of which more than half is background.",
        ),
    )
    for cell, (title, text, change, colour, help_text) in zip(cells[3:], counts, strict=True):
        cell.metric(title, text, None if original is None else change, delta_color=colour, help=help_text)


def _counts(run: Run) -> np.ndarray:
    """(3,) int: clips, those that are background, the labelled ones among background."""
    return np.array([len(run.rows), (run.targets == 0).sum(), run.placement.counts[AMONG_BACKGROUND]])


def details(run: Run, dataset: Dataset, dark: bool) -> None:
    """Clips per label, and clusters against labels."""
    names = dataset.target_names
    if len(names) <= MOST_LABELS or st.toggle(
        f"Show the figures of all {len(names):,} labels", key=ExploreState.all_labels
    ):
        _figures(run, names, dark)
    st.markdown("**Other clusterings**")
    clusterings_panel(run, (), ExploreState.clusterings)


def _figures(run: Run, names: Sequence[str], dark: bool) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown("**Clips of each label**")
        st.plotly_chart(
            figures.label_counts(run.targets, names, dark=dark), key=ExploreState.label_counts, theme=None
        )
    with right:
        st.markdown("**Clusters against labels**")
        st.caption(
            "Each row is a cluster found without the labels, each column a label (a clip of several labels counts "
            "under its first). The framed cell is what the cluster stands for: background where more than half of its "
            "clips are background, else the label that most of them carry."
        )
        table = figures.cluster_table(run.table, run.placement.stands_for, names, dark=dark)
        st.plotly_chart(table, key=ExploreState.clusters, theme=None)
        st.markdown("**One-to-one matching, as in the paper-style protocol**")
        st.caption(
            "Here each label gets one cluster at most, and background one too, so that most clips agree: "
            f"{run.match.matched:,} of {len(run):,}. What is outside the frames need not be confused: a label or a "
            "background that fills two clusters has only one of them framed."
        )
        table = figures.cluster_table(run.table, run.match.assigned, names, dark=dark)
        st.plotly_chart(table, key=ExploreState.one_to_one, theme=None)
