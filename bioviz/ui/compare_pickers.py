"""The sidebar of the Compare page: what stands left and right, and the settings they share."""

from __future__ import annotations

import streamlit as st

from bioviz.datasets import library
from bioviz.models import registry
from bioviz.models.base import RANDOM
from bioviz.runs import RunSpec
from bioviz.runs.comparison import LAYOUTS, ComparisonSpec
from bioviz.ui.pickers import (
    SPLITS,
    checkpoint_title,
    pick,
    pick_checkpoint,
    pick_projection,
    projection,
    seed_of,
)
from bioviz.ui.state import set_view, view


def pick_comparison() -> ComparisonSpec | None:
    """Draw the pickers and return what they ask for; None when there is no dataset yet."""
    summaries = {s.id: s for s in library.list_datasets()}
    if not summaries:
        return None
    cards = {card.name: card for card in registry.list_models()}
    with st.sidebar:
        st.markdown("**Left**")
        dataset = pick("dataset", "Dataset", list(summaries), lambda i: summaries[i].name)
        model = pick("model", "Model", list(cards), lambda n: cards[n].title)
        pick_checkpoint(cards[model])
        st.markdown("**Right**")
        versions = [dataset, *(i for i in summaries if i != dataset and family(i) == family(dataset))]
        if len(versions) > 1:
            other = pick("other_dataset", "Dataset, right", versions, lambda i: summaries[i].name)
        else:
            other = set_view(other_dataset="").dataset
        if not view().other_model:
            set_view(other_model=model)
        other_model = pick("other_model", "Model, right", list(cards), lambda n: cards[n].title)
        pick_checkpoint(cards[other_model], "other_checkpoint", "other_model_seed")
        st.markdown("**Both**")
        pick("split", "Clips from", list(SPLITS), SPLITS.get, help="The split whose clips are compared.")
        with st.expander("How the maps are drawn", expanded=False):
            pick_projection()
            _pick_layout()
    v = view()
    sides = [
        RunSpec(d, m, checkpoint, v.split, seed_of(checkpoint, seed), projection())
        for d, m, checkpoint, seed in (
            (dataset, model, v.checkpoint, v.model_seed),
            (other, other_model, v.other_checkpoint, v.other_model_seed),
        )
    ]
    # Principal components start from nowhere.
    return ComparisonSpec(*sides, layout="own" if v.method == "pca" else v.layout)


def _pick_layout() -> None:
    if view().method == "pca":
        return
    pick(
        "layout",
        "Made comparable by",
        [name for name in LAYOUTS if name != "joint" or view().method == "umap"],
        lambda name: LAYOUTS[name].capitalize(),
        help="Whichever it is, the right map is then turned, mirrored, scaled evenly and moved onto the left.",
    )


def family(dataset_id: str) -> str:
    """What a dataset and its cleaned versions have in common: the beginning of their ids (`flags.cleaned`)."""
    return dataset_id.split("-clean-")[0][:80]


def titles(spec: ComparisonSpec) -> tuple[str, str]:
    """What the two sides are called: only what differs beside the model and its checkpoint."""
    names = {s.id: s.name for s in library.list_datasets()}
    found = []
    for side in (spec.left, spec.right):
        title = f"{registry.card(side.model).title}, {checkpoint_title(side.checkpoint)}"
        if spec.left.seed != spec.right.seed and side.checkpoint == RANDOM:
            title += f", seed {side.seed}"
        found.append(title + (f", {names[side.dataset]}" if spec.left.dataset != spec.right.dataset else ""))
    return found[0], found[1]
