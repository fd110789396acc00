"""The scores of a run in plain words, and the cluster x label table from which "misclustered" follows."""

from __future__ import annotations

import streamlit as st

from bioviz.datasets.types import Dataset
from bioviz.plots import figures
from bioviz.runs import Run

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


def headline(run: Run) -> None:
    """One row: the three scores of the paper, the clips, the background and the misclustered."""
    cells = st.columns(6)
    notes = run.scores.get("notes", {})
    for cell, (name, (title, help_text)) in zip(cells, SCORES.items(), strict=False):
        value = run.scores.get(name)
        if value is None and name in notes:
            help_text += f" Not defined here: {notes[name]}"
        cell.metric(title, "–" if value is None else f"{value:.3f}", help=help_text)
    count = len(run.rows)
    background = int((run.targets == 0).sum())
    wrong = int(run.misclustered.sum())
    cells[3].metric("Clips", f"{count:,}", help="Clips on the map; each becomes one point.")
    cells[4].metric(
        "Background",
        f"{background / count:.0%}" if count else "–",
        help="Share of the clips that carry no label.",
    )
    cells[5].metric(
        "Misclustered",
        f"{wrong:,}",
        help="Clips whose cluster stands for another label, after the best one-to-one match of clusters and labels.",
    )


def details(run: Run, dataset: Dataset, dark: bool) -> None:
    """Clips per label, and clusters against labels."""
    names = dataset.target_names
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown("**Clips of each label**")
        st.plotly_chart(figures.label_counts(run.targets, names, dark=dark), key="label_counts", theme=None)
    with right:
        st.markdown("**Clusters against labels**")
        st.caption(
            "Each row is a cluster found without the labels, each column a label. The framed cell is the label that "
            "the cluster stands for; everything else in its row is misclustered."
        )
        table = figures.cluster_table(run.match.table, run.match.assigned, names, dark=dark)
        st.plotly_chart(table, key="cluster_table", theme=None)
