"""The line of pickers of the Compare page: what stands left and right, and the settings they share."""

from __future__ import annotations

import streamlit as st

from bioviz.analysis.projection.layouts import UMAPS
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.flags.cleaned import family
from bioviz.models import registry
from bioviz.models.base import RANDOM
from bioviz.runs import RunSpec, ready
from bioviz.runs.comparison import ComparisonSpec
from bioviz.runs.spec import LAYOUTS
from bioviz.ui.app import notices
from bioviz.ui.model_titles import checkpoint_title
from bioviz.ui.pickers import choose_again
from bioviz.ui.pickers.choose_again import Gone
from bioviz.ui.pickers.fields import pick
from bioviz.ui.pickers.projection_picker import pick_projection, projection
from bioviz.ui.pickers.run_picker import (
    pick_background,
    pick_checkpoint,
    pick_dataset,
    pick_model,
    pick_neighbors,
    pick_seed,
    pick_split,
    seed_of,
)
from bioviz.ui.pickers.unit_picker import unit_field
from bioviz.ui.state import PickerState
from bioviz.ui.view import set_view, view


def pick_comparison() -> ComparisonSpec | None:
    """Draw the pickers and return what they ask for; None when there is no dataset yet.

    Where the view names something that is not here, the page says so and ends there.
    """
    try:
        with st.container(key=PickerState.bar, horizontal=True, vertical_alignment="center", gap="small"):
            dataset = pick_dataset(in_bar=True)
            if dataset is None:
                return None
            model = pick_model(dataset, label="Model, left", in_bar=True)
            left = (model, pick_checkpoint(model, dataset, in_bar=True, label="Checkpoint, left"))
            other = _pick_version(dataset)
            right = _pick_right(dataset, other, left)
            with st.popover("Settings", icon=":material/tune:"):
                for name, field in (("Left", "checkpoint"), ("Right", "other_checkpoint")):
                    if getattr(view(), field) == RANDOM:
                        st.markdown(f"**{name}**")
                        pick_seed(field)
                pick_split()
                pick_background()
                k = pick_neighbors()
                unit_field(dataset.id)
                st.markdown("**How the maps are drawn**")
                pick_projection()
                _pick_layout()
    except Gone as gone:
        choose_again.ask(gone)
    v = view()

    def side(of: Dataset, named: tuple[str, str], seed: int) -> RunSpec:
        model, checkpoint = named
        return RunSpec(
            of.id, model, checkpoint, v.split, seed_of(checkpoint, seed), projection(), v.without_background
        )

    return ComparisonSpec(
        side(dataset, left, v.model_seed),
        side(other, right, v.other_model_seed),
        layout="own" if v.method == "pca" else v.layout,  # principal components start from nowhere
        k=k,
    )


def _pick_version(dataset: Dataset) -> Dataset:
    """Return the dataset on the right: the left one, or a version of it that was cleaned by flags. Raises Gone."""
    summaries = {s.id: s for s in library.list_datasets()}
    versions = [
        dataset.id,
        *(i for i in summaries if i != dataset.id and family(i) == family(dataset.id)),
    ]
    asked = view().other_dataset
    if asked in summaries and asked not in versions:
        notices.say(
            f"{summaries[asked].name} is no version of {dataset.name}, so that they have no clips in common: "
            f"{dataset.name} stands on both sides."
        )
        set_view(other_dataset="")
    if len(versions) == 1 and view().other_dataset in ("", dataset.id):
        set_view(other_dataset="")
        return dataset
    titles = {i: s.name for i, s in summaries.items()}
    chosen = pick("other_dataset", "Dataset, right", versions, titles.__getitem__, in_bar=True)
    return library.load(chosen)


def _pick_right(dataset: Dataset, other: Dataset, left: tuple[str, str]) -> tuple[str, str]:
    """Model and checkpoint of the right side; unasked, the best that makes it another than the left. Raises Gone."""
    same_clips = dataset.id == other.id
    if same_clips:
        ranked = ready.everything(other, view().other_model_seed)
        usual = next(each.model for each in ranked if (each.model, each.checkpoint) != left)
    else:
        usual = left[0]
    model = pick_model(other, "other_model", "Model, right", usual, in_bar=True)
    if not same_clips and model == left[0] and not view().other_checkpoint:
        set_view(other_checkpoint=left[1])
    unasked = left if same_clips else ("", "")
    return model, pick_checkpoint(
        model, other, "other_checkpoint", unasked, in_bar=True, label="Checkpoint, right"
    )


def _pick_layout() -> None:
    if view().method == "pca":
        return
    layouts = [name for name in LAYOUTS if name != "joint" or view().method in UMAPS]
    if view().layout not in layouts:
        notices.say(
            "Both maps can be laid out together with UMAP alone: the right one starts from the left one."
        )
        set_view(layout=layouts[0])
    pick(
        "layout",
        "Made comparable by",
        layouts,
        lambda name: LAYOUTS[name].capitalize(),
        help="Whichever it is, the right map is then turned, mirrored, scaled evenly and moved onto the left.",
    )


def titles(spec: ComparisonSpec) -> tuple[str, str]:
    """Return what the two sides are called: only what differs beside the model and its checkpoint."""
    names = {s.id: s.name for s in library.list_datasets()}
    side_titles = []
    for side in (spec.left, spec.right):
        title = f"{registry.card(side.model).title}, {checkpoint_title(side.checkpoint)}"
        if spec.left.seed != spec.right.seed and side.checkpoint == RANDOM:
            title += f", seed {side.seed}"
        side_titles.append(
            title + (f", {names[side.dataset]}" if spec.left.dataset != spec.right.dataset else "")
        )
    return side_titles[0], side_titles[1]
