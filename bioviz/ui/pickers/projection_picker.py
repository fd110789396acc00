"""The picker of a map's method and settings. It reads and writes the view."""

from __future__ import annotations

import streamlit as st

from bioviz.analysis.projection.layouts import PRESETS, TSNES, UMAPS, ProjectionSpec
from bioviz.ui.pickers.fields import number, pick
from bioviz.ui.state import PickerState
from bioviz.ui.view import set_view, view

METHODS = {
    "umap": "UMAP",
    "umap_parallel": "UMAP (parallel)",
    "tsne": "t-SNE",
    "tsne_parallel": "t-SNE (parallel)",
    "pca": "PCA",
}
METRICS = {"euclidean": "Euclidean", "cosine": "cosine"}


def pick_projection() -> None:
    """Draw the projection's preset, method and settings, bound to the view."""
    current = next((name for name, preset in PRESETS.items() if preset == projection()), None)
    PickerState.preset.set(current)

    def changed() -> None:
        preset = PickerState.preset.get()
        if preset is not None:
            set_view(**PRESETS[preset].to_dict())

    st.selectbox(
        "Preset",
        list(PRESETS),
        index=None,
        placeholder="Custom",
        key=PickerState.preset,
        on_change=changed,
        help="The settings of Chen & Yang (2025), their quicker likenesses on all cores, and PCA.",
    )
    pick(
        "method",
        "Method",
        list(METHODS),
        METHODS.__getitem__,
        help="How the numbers of a clip become a place. The parallel ones are as faithful, and quicker with many "
        "clips; the paper's figures are those of UMAP and t-SNE.",
    )
    if view().method in UMAPS:
        number("n_neighbors", "Neighbors", 5, help="Small: fine detail. Large: the overall layout.")
        number("min_dist", "Minimum distance", 0.05, help="How tightly points may be packed.")
    if view().method in TSNES:
        number("perplexity", "Perplexity", 5.0, help="About how many neighbors each point heeds.")
    if view().method != "pca":
        pick(
            "metric",
            "Distance between clips",
            list(METRICS),
            METRICS.__getitem__,
            help="Euclidean counts every difference between two embeddings; cosine only their direction, not their "
            "size. The paper uses Euclidean.",
        )
        number("seed", "Seed", 1, help="The same seed gives the same map.")


def projection() -> ProjectionSpec:
    """Return the projection that the view asks for."""
    v = view()
    return ProjectionSpec(
        method=v.method,
        n_neighbors=v.n_neighbors,
        min_dist=v.min_dist,
        perplexity=v.perplexity,
        seed=v.seed,
        metric="euclidean" if v.method == "pca" else v.metric,  # principal components have no other
    )
