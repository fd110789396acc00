"""The form of a training: what to train, on what, how; presets first, everything else in plain words behind them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from bioviz.datasets import library
from bioviz.models import registry
from bioviz.models.base import FINETUNED, RANDOM, ModelCard
from bioviz.runs import ready as readiness
from bioviz.training.settings import PRESETS, strategies_for
from bioviz.training.settings import preset as settings_of
from bioviz.training.tasks import TrainSpec
from bioviz.ui.app.notices import plain
from bioviz.ui.finetune.settings_form import settings_form
from bioviz.ui.model_titles import checkpoint_title
from bioviz.ui.pickers import choose_again
from bioviz.ui.pickers.choose_again import Gone
from bioviz.ui.state import FinetuneState
from bioviz.ui.view import view

PRESET_TITLES = {
    "quick": "Quick (a laptop)",
    "paper": "As in the paper (Chen & Yang 2025)",
    "probe": "Linear probe (the model stays as it is)",
    "gradual": "Gradual unfreezing (few clips, a pretrained model)",
    "adapters": "Low-rank adapters (transformers)",
}


def train_form() -> TrainSpec | None:
    """Draw the form; returns what it asks for, None while there is no dataset."""
    summaries = {summary.id: summary for summary in library.list_datasets()}
    if not summaries:
        return None
    left, middle, right = st.columns(3)
    ids = list(summaries)
    if view().dataset and view().dataset not in ids:
        choose_again.ask(Gone("dataset", view().dataset, ids, lambda i: summaries[i].name))
    chosen = ids.index(view().dataset) if view().dataset else 0
    dataset = left.selectbox(
        "Dataset", ids, chosen, format_func=lambda i: summaries[i].name, key=FinetuneState.dataset
    )
    cards = {card.name: card for card in registry.list_models()}
    if view().model and view().model not in cards:
        choose_again.ask(Gone("model", view().model, list(cards), lambda n: cards[n].title, ("checkpoint",)))
    # The best to start from comes first: a model whose weights are here before one that starts at random.
    marks = {each.model: each for each in readiness.models()}
    names = sorted(marks, key=lambda name: not cards[name].trainable)
    first = names.index(view().model) if view().model in names else 0
    model = middle.selectbox(
        "Model",
        names,
        first,
        format_func=lambda n: f"{cards[n].title} — {_mark(cards[n], marks[n])}",
        key=FinetuneState.model,
    )
    states = {name: registry.checkpoint_state(model, name) for name in registry.checkpoints(model)}
    ready = [name for name in states if states[name].available]
    checkpoint = right.selectbox(
        "Start from",
        sorted(
            (name for name in ready if cards[model].trainable or name in cards[model].checkpoints),
            key=lambda name: (name.startswith(FINETUNED), name == RANDOM),
        ),
        format_func=checkpoint_title,
        key=FinetuneState.base(model),
        help="The weights before training. A pretrained start needs far fewer clips than a random one.",
    )
    base_seed = 0
    if checkpoint == RANDOM:
        base_seed = right.number_input(
            "Seed of the random start",
            0,
            2**31 - 1,
            view().model_seed,
            key=FinetuneState.base_seed(model),
            help="Decides the random weights that the training starts from, as on the other pages.",
        )
    if "pretrained" in states and not states["pretrained"].available:
        st.caption(f"Pretrained: {plain(states['pretrained'].message)}")
    if not cards[model].trainable:
        return _head_only(cards[model], dataset, checkpoint)
    presets = [name for name in PRESETS if PRESETS[name].strategy in strategies_for(model)]
    preset = st.segmented_control(
        "Preset",
        presets,
        default="quick",
        required=True,
        format_func=PRESET_TITLES.__getitem__,
        key=FinetuneState.preset(len(presets)),
        help="Sets everything below; change what you like afterwards.",
    )
    trained = checkpoint != RANDOM
    settings = settings_form(settings_of(preset, trained), f"{preset}_trained" if trained else preset, model)
    name = st.text_input(
        "Name of the result", key=FinetuneState.name, placeholder="e.g. frogs, no background", max_chars=60
    )
    return TrainSpec(dataset, model, checkpoint, settings, name.strip(), int(base_seed))


def _mark(card: ModelCard, best: readiness.Readiness) -> str:
    if not best.state.available:
        return best.mark
    if not card.trainable:
        return "classifier only"
    return "untrained" if best.checkpoint == RANDOM else "ready"


def _head_only(card: ModelCard, dataset: str, checkpoint: str | None) -> TrainSpec | None:
    """Ask what there is to ask of a classifier on the embeddings of a model that stays as it is."""
    if checkpoint is None:
        return None
    st.info(
        f"{plain(card.title)} cannot be fine-tuned: it stays as it is. A linear classifier is trained on its "
        "embeddings, in seconds once they are computed. The map stays the same; Diagnose gets scores and thresholds.",
        icon=":material/linear_scale:",
    )
    left, middle, right = st.columns(3, vertical_alignment="center")
    share = left.slider(
        "Background in training (%)",
        0,
        100,
        100,
        key=FinetuneState.head_background,
        help="Of the background clips of the training recordings; the test keeps all.",
    )
    balanced = middle.checkbox(
        "Rare labels count more",
        True,
        key=FinetuneState.head_balance,
        help="So that all labels count the same.",
    )
    name = right.text_input("Name of the result", key=FinetuneState.name, max_chars=60)
    settings = replace(PRESETS["probe"], background_share=share / 100, class_weights=balanced)
    return TrainSpec(dataset, card.name, checkpoint, settings, name.strip())
