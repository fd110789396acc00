"""The settings of a training in a form, beginning with those of a preset; everything in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from bioviz.percent import of_hundred
from bioviz.training.settings import GRADUAL, LORA, PROBE, TrainSettings, strategies_for
from bioviz.ui.session import Element
from bioviz.ui.state import FinetuneState

STRATEGY_TITLES = {
    "linear": "only a classifier on top (linear probe)",
    "full": "everything",
    "gradual": "everything, opened layer by layer",
    "lora": "small additions to attention layers (low-rank adapters)",
}
BACKGROUND_TITLES = {
    "training": "in training alone; validation and test stay whole (fair)",
    "everywhere": "remove all of it everywhere (the paper's way)",
}
SPLIT_TITLES = {"dataset": "the dataset's own", "seeded": "shared out anew from a seed"}
HEAD_TITLES = {
    "probe": "the linear probe (solved on the frozen model)",
    "random": "random numbers (the paper's way)",
}
STATISTICS_TITLES = {
    "frozen": "leave those of the start",
    "fresh": "collect anew after short epochs",
    "running": "running means (the paper's way)",
}
SCHEDULE_TITLES = {"constant": "constant", "cosine": "falling to zero (cosine)"}
KeyOf = Callable[[str], Element]  # by the setting's name


def settings_form(start: TrainSettings, preset: str, model: str) -> TrainSettings:
    """Draw the settings, beginning with those of a preset."""

    def key(name: str) -> Element:
        return FinetuneState.setting(preset, name)

    rates = ", ".join(f"{rate:g}" for rate in start.learning_rates)
    about = f"{STRATEGY_TITLES[start.strategy]}, {start.epochs} epochs, learning rate {rates}"
    if start.head == PROBE:
        about += ", from the linear probe"
    settings = start
    settings = replace(settings, **_background(key))
    with st.expander(f"Settings (the preset: {about})"):
        settings = replace(settings, **_how_much(start, key, model))
        settings = replace(settings, **_steps(start, key, settings.strategy))
        st.markdown("**Small changes to the clips in each epoch (augmentation)**")
        settings = replace(settings, **_changes(start, key))
        st.markdown("**Which clips**")
        settings = replace(settings, **_split(start, key))
    return settings


def _background(key: KeyOf) -> dict[str, object]:
    left, right = st.columns(2)
    share = left.select_slider(
        "How much of the background to train on",
        [0, 5, 10, 25, 50, 75, 100],
        100,
        format_func=lambda number: of_hundred(str(number)),
        key=key("share"),
        help="Background clips hold no labelled call. Fewer of them let rare calls weigh more, but a model that never "
        "heard background may see calls in it.",
    )
    removal = right.radio(
        "Where background is left out",
        list(BACKGROUND_TITLES),
        format_func=BACKGROUND_TITLES.__getitem__,
        key=key("where"),
        help="The paper removed it from the test too, so that its figures are of an easier test.",
    )
    return {"background_share": share / 100, "remove_everywhere": removal == "everywhere"}


def _how_much(start: TrainSettings, key: KeyOf, model: str) -> dict[str, object]:
    left, middle, right = st.columns(3)
    options = list(strategies_for(model))
    values: dict[str, object] = {
        "strategy": left.selectbox(
            "What learns",
            options,
            options.index(start.strategy),
            format_func=STRATEGY_TITLES.__getitem__,
            key=key("strategy"),
            help="Training less of a model is quicker and needs fewer clips; training all of it changes the map most.",
        ),
        "epochs": middle.number_input(
            "Epochs", 1, 500, start.epochs, key=key("epochs"), help="How often the model hears every clip."
        ),
        "patience": right.number_input(
            "Stop early after",
            0,
            100,
            start.patience,
            key=key("patience"),
            help="Epochs without a better result on the validation clips; 0 never stops early.",
        ),
    }
    if values["strategy"] == GRADUAL:
        values["layer_decay"] = left.slider(
            "Lower layers learn slower by",
            0.1,
            1.0,
            start.layer_decay,
            key=key("decay"),
            help="Each layer's learning rate is this multiple of the one above it. 1 means all alike.",
        )
    if values["strategy"] == LORA:
        values["rank"] = left.number_input(
            "Rank", 1, 64, start.rank, key=key("rank"), help="Size of the additions; 8 is usual."
        )
    values["class_weights"] = right.toggle(
        "Rare labels count more",
        start.class_weights,
        key=key("weights"),
        help="Every label gets the same weight, however few its clips are.",
    )
    return values


def _steps(start: TrainSettings, key: KeyOf, strategy: str) -> dict[str, object]:
    left, middle, right = st.columns(3)
    usual_rates = ", ".join(f"{rate:g}" for rate in start.learning_rates)
    raw = left.text_input(
        "Learning rates, tried in turn",
        usual_rates,
        key=key("rates"),
        help="Numbers separated by commas, e.g. 1e-5, 1e-4. The best on validation is kept. Too high, and the loss "
        "jumps about; too low, and nothing changes.",
    )
    try:
        rates = tuple(float(part) for part in raw.split(",") if part.strip())
    except ValueError:
        left.error("Write numbers separated by commas, e.g. 1e-5, 1e-4.")
        st.stop()
    schedules = list(SCHEDULE_TITLES)
    return {
        "learning_rates": rates,
        "batch": middle.number_input(
            "Clips a step",
            1,
            512,
            start.batch,
            key=key("batch"),
            help="Halved by itself where memory is short.",
        ),
        "schedule": right.selectbox(
            "Learning rate over time",
            schedules,
            schedules.index(start.schedule),
            format_func=SCHEDULE_TITLES.__getitem__,
            key=key("schedule"),
        ),
        "warmup": right.slider(
            "Warm-up", 0.0, 0.5, start.warmup, key=key("warmup"), help="Share of the steps in which it rises."
        ),
        "weight_decay": middle.number_input(
            "Weight decay",
            0.0,
            1.0,
            start.weight_decay,
            step=0.01,
            key=key("decay_weights"),
            help="L2 regularization; reduces overfitting.",
        ),
        "statistics": right.selectbox(
            "Statistics of batch normalisation",
            list(STATISTICS_TITLES),
            list(STATISTICS_TITLES).index(start.statistics),
            format_func=STATISTICS_TITLES.__getitem__,
            key=key("statistics"),
            help="Means and spreads of a network's channels. Those of a trained model are better than a few clips can "
            "tell. A random start needs its own; running means lag behind in an epoch of fewer than 50 steps, and "
            "validation then looks like chance.",
        ),
        "head": middle.selectbox(
            "Classifier starts from",
            list(HEAD_TITLES),
            list(HEAD_TITLES).index(start.head),
            format_func=HEAD_TITLES.__getitem__,
            key=key("head"),
            help="From the linear probe, training keeps what the model knows; the probe counts as epoch 0, so the "
            "result is never below it on the validation clips.",
        ),
        "dropout": right.toggle(
            "Dropout",
            start.dropout,
            key=key("dropout"),
            help="The network's own random silencing of channels while it learns. It upsets a classifier that starts "
            "from the linear probe.",
        ),
        "seed": left.number_input(
            "Seed", 0, 2**31 - 1, start.seed, key=key("seed"), help="Of all that is random."
        ),
    }


def _changes(start: TrainSettings, key: KeyOf) -> dict[str, object]:
    left, middle, right = st.columns(3)
    return {
        "spec_augment": left.toggle(
            "Hide times and frequencies",
            start.spec_augment,
            key=key("hide"),
            help="SpecAugment: a random stretch of up to a fifth of the time, and of the frequencies, is hidden.",
        ),
        "time_shift": middle.slider(
            "Shift in time (share of the clip)", 0.0, 0.5, start.time_shift, key=key("shift")
        ),
        "gain_db": right.slider("Louder or softer by (dB)", 0.0, 20.0, start.gain_db, key=key("gain")),
        "mix_background": left.slider(
            "Clips with background mixed in (share)",
            0.0,
            1.0,
            start.mix_background,
            key=key("mix"),
            help="A background clip of the training set is added, 0 to 20 dB below the clip.",
        ),
    }


def _split(start: TrainSettings, key: KeyOf) -> dict[str, object]:
    left, right = st.columns(2)
    options = list(SPLIT_TITLES)
    split = left.selectbox(
        "Split into training, validation and test",
        options,
        options.index(start.split),
        format_func=SPLIT_TITLES.__getitem__,
        key=key("split"),
        help="Always by whole units of independence: clips of one unit are never on both sides.",
    )
    if split == "dataset":
        return {"split": split}
    seed = right.number_input("Seed of the split", 0, 2**31 - 1, start.split_seed, key=key("split_seed"))
    return {"split": split, "split_seed": seed}
