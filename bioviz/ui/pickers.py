"""The pickers in the sidebar: dataset, model, checkpoint, split and projection. They read and write the view."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from bioviz.analysis.projection import PRESETS, ProjectionSpec
from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.models import registry
from bioviz.models.base import FINETUNED, RANDOM
from bioviz.runs import RunSpec
from bioviz.training import checkpoints
from bioviz.ui.state import set_view, view

METHODS = {"umap": "UMAP", "tsne": "t-SNE", "pca": "PCA"}
CHECKPOINTS = {"random": "random start (untrained)", "pretrained": "pretrained", "none": "no weights needed"}
SPLITS = {"all": "all clips", "train": "train", "valid": "validation", "test": "test"}


def pick(
    name: str, label: str, options: Sequence, titles: Callable[[object], str] = str, help: str | None = None
) -> object:
    """A select box bound to one field of the view; a value that is not an option becomes the first option."""
    key = f"_pick_{name}"
    current = getattr(view(), name)
    if current not in options:
        current = options[0]
        set_view(**{name: current})
    # On every run: if one is cut short before the browser drew the widget, the next must send the value again.
    st.session_state[key] = current

    def changed() -> None:
        set_view(**{name: st.session_state[key], "clip": -1})

    st.selectbox(label, options, format_func=titles, key=key, on_change=changed, help=help)
    return getattr(view(), name)


def number(name: str, label: str, low: float, high: float, step: float, help: str | None = None) -> None:
    """A number field bound to one field of the view."""
    key = f"_pick_{name}"
    kind = type(getattr(view(), name))
    current = min(max(getattr(view(), name), kind(low)), kind(high))
    st.session_state[key] = current  # on every run, as in `pick`
    st.number_input(
        label,
        kind(low),
        kind(high),
        step=kind(step),
        key=key,
        help=help,
        on_change=lambda: set_view(**{name: st.session_state[key]}),
    )


def checkpoint_title(name: str) -> str:
    """A checkpoint in words; a fine-tuned one by the name that the user gave it."""
    if not name.startswith(FINETUNED):
        return CHECKPOINTS.get(name, name)
    try:
        return f"fine-tuned: {checkpoints.get(name.removeprefix(FINETUNED)).title}"
    except BiovizError:
        return name


def pick_run() -> RunSpec | None:
    """Draw all pickers in the sidebar and return what they ask for; None when there is no dataset yet."""
    summaries = {s.id: s for s in library.list_datasets()}
    if not summaries:
        return None
    with st.sidebar:
        dataset_id = pick("dataset", "Dataset", list(summaries), lambda i: summaries[i].name)
        cards = {card.name: card for card in registry.list_models()}
        model = pick("model", "Model", list(cards), lambda n: cards[n].title)
        pick_checkpoint(cards[model])
        pick(
            "split",
            "Clips from",
            list(SPLITS),
            SPLITS.get,
            help="The split of the dataset whose clips are shown.",
        )
        with st.expander("How the map is drawn", expanded=False):
            pick_projection()
    chosen = view()
    return RunSpec(
        dataset=dataset_id,
        model=model,
        checkpoint=chosen.checkpoint,
        seed=seed_of(chosen.checkpoint, chosen.model_seed),
        split=chosen.split,
        projection=projection(),
    )


def pick_checkpoint(
    card: registry.ModelCard, field: str = "checkpoint", seed_field: str = "model_seed"
) -> None:
    """A select box of a model's checkpoints, bound to one field of the view; says what a missing one needs.

    A random checkpoint has a seed, bound to another field.
    """
    names = registry.checkpoints(card.name)
    states = {name: registry.checkpoint_state(card.name, name) for name in names}
    # What is ready comes first, so that a model without its weights here still opens with something that works.
    names = sorted(names, key=lambda name: not states[name].available)
    pick(
        field,
        "Checkpoint",
        names,
        lambda n: checkpoint_title(n) + ("" if states[n].available else " — weights missing"),
        help="The weights of the model.",
    )
    state = states[getattr(view(), field)]
    if not state.available:
        st.warning(state.message, icon=":material/download:")
    if getattr(view(), field) == RANDOM:
        number(
            seed_field,
            "Seed of the random start",
            0,
            2**31 - 1,
            1,
            help="Another seed draws other weights: how much of a result is chance shows when you change it.",
        )


def seed_of(checkpoint: str, seed: int) -> int:
    """The seed of a run: only random checkpoints have one."""
    return seed if checkpoint == RANDOM else 0


def pick_projection() -> None:
    """The projection's preset, method and settings, bound to the view."""
    current = next((name for name, preset in PRESETS.items() if preset == projection()), None)
    st.session_state["_preset"] = current

    def changed() -> None:
        preset = PRESETS[st.session_state["_preset"]].to_dict()
        set_view(**{name: value for name, value in preset.items() if name != "metric"})

    st.selectbox(
        "Preset",
        list(PRESETS),
        index=None,
        placeholder="own settings",
        key="_preset",
        on_change=changed,
        help="The settings of Chen & Yang (2025), and PCA.",
    )
    pick(
        "method",
        "Method",
        list(METHODS),
        METHODS.get,
        help="How the numbers of a clip become a place.",
    )
    if view().method == "umap":
        number("n_neighbors", "Neighbours", 2, 500, 5, help="Small: fine detail. Large: the overall layout.")
        number("min_dist", "Least distance", 0.0, 0.99, 0.05, help="How tightly points may be packed.")
    if view().method == "tsne":
        number(
            "perplexity", "Perplexity", 2.0, 200.0, 5.0, help="About how many neighbours each point heeds."
        )
    number("seed", "Seed", 0, 2**31 - 1, 1, help="The same seed gives the same map.")


def projection() -> ProjectionSpec:
    """The projection that the view asks for."""
    v = view()
    return ProjectionSpec(
        method=v.method, n_neighbors=v.n_neighbors, min_dist=v.min_dist, perplexity=v.perplexity, seed=v.seed
    )
