"""The settings of the noise experiment. They live in the view, so that a link brings them back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import streamlit as st

from bioviz.audio.mixing import CALL, CLIP
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.experiments.settings import DATASET, FOLDER, NoiseSettings
from bioviz.models import registry
from bioviz.runs import RunSpec
from bioviz.ui.pickers import CHECKPOINTS
from bioviz.ui.state import set_view, view

SAME = ""


def model_title(spec: RunSpec) -> str:
    """What the models of an experiment are called in legends and tables."""
    checkpoint = CHECKPOINTS.get(spec.checkpoint, spec.checkpoint)
    title = registry.card(spec.model).title
    return title if spec.checkpoint == "none" else f"{title}, {checkpoint}"


def remembered(name: str) -> dict[str, Any]:
    """Settings kept as JSON in a field of the view; empty where they cannot be read (a link is user input)."""
    try:
        found = json.loads(getattr(view(), name) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def remember(name: str, values: dict[str, Any], usual: dict[str, Any]) -> None:
    """Keep what differs from the usual values."""
    changed = {key: value for key, value in values.items() if value != usual.get(key)}
    set_view(**{name: json.dumps(changed, separators=(",", ":")) if changed else ""})


def noise_form(dataset: Dataset, spec: RunSpec) -> tuple[NoiseSettings, list[RunSpec]]:
    """Draw the fields; returns the settings and a run for each model, the sidebar's first.

    Raises:
        BadInput: a field holds what cannot be used.
    """
    kept, usual = remembered("noise"), {**NoiseSettings().to_dict(), "models": []}
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            labels = _labels(dataset, kept)
            models = _models(spec, kept)
        with right:
            background = _source(dataset, kept)
            snrs = seeded(
                "noise_snrs",
                ", ".join(f"{snr:g}" for snr in _numbers(kept.get("snrs_db")) or usual["snrs_db"]),
                lambda key: st.text_input(
                    "Signal-to-noise ratios (dB)",
                    key=key,
                    help="How loud the call is against the background that is added.",
                ),
            )
        with st.expander("Number of clips, neighbours and seed"):
            a, b, c = st.columns(3)
            with a:
                per_label = count(
                    "noise_per_label", "Clips of each label", kept.get("per_label"), 20, 1, 10_000
                )
            with b:
                k = count("noise_k", "Neighbours looked at", kept.get("k"), 20, 1, 100)
            with c:
                seed = count("noise_seed", "Seed of the draw", kept.get("seed"), 0, 0, 2**31 - 1)
            measured = _measured(kept)
            same_site = _same_site(dataset, background, kept)
    values = {
        "labels": labels,
        "per_label": per_label,
        "snrs_db": _parse(snrs),
        "background": background,
        "k": k,
        "seed": seed,
        "measured": measured,
        "same_site": same_site,
    }
    chosen = NoiseSettings.from_dict({**values, "labels": tuple(labels), "snrs_db": tuple(values["snrs_db"])})
    remember("noise", {**chosen.to_dict(), "models": models}, usual)
    own = f"{spec.model}:{spec.checkpoint}"
    return chosen, [_spec(spec, name) for name in dict.fromkeys([own, *models])]


def _measured(kept: dict[str, Any]) -> str:
    titles = {CALL: "Loudest stretch of the call, within its band", CLIP: "Whole clip, all frequencies"}
    return seeded(
        "noise_measured",
        kept.get("measured") if kept.get("measured") in titles else CALL,
        lambda key: st.selectbox(
            "Signal-to-noise ratio of",
            list(titles),
            key=key,
            format_func=titles.get,
            help="A short call in a long clip stands some 10 dB higher than the ratio of the whole clip says, and a "
            "high call in deep noise far more. The whole clip counts with its own noise.",
        ),
    )


def _same_site(dataset: Dataset, background: str, kept: dict[str, Any]) -> bool:
    if background != SAME or len({recording.site for recording in dataset.recordings} - {""}) < 2:
        return False
    return seeded(
        f"noise_same_site_{dataset.id}",
        bool(kept.get("same_site")),
        lambda key: st.checkbox(
            "Background of the clip's own site alone",
            key=key,
            help="So that a foreign recorder or place does not give the mixture away.",
        ),
    )


def _labels(dataset: Dataset, kept: dict[str, Any]) -> list[str]:
    before = [label for label in _texts(kept.get("labels")) if label in dataset.labels]
    return seeded(
        f"noise_labels_{dataset.id}",
        before,
        lambda key: st.multiselect("Labels", dataset.labels, key=key, placeholder="all labels"),
    )


def _models(spec: RunSpec, kept: dict[str, Any]) -> list[str]:
    own = f"{spec.model}:{spec.checkpoint}"
    options = [
        f"{card.name}:{checkpoint}"
        for card in registry.list_models()
        for checkpoint in registry.checkpoints(card.name)
        if registry.checkpoint_state(card.name, checkpoint).available
    ]
    others = [name for name in options if name != own]
    before = [name for name in _texts(kept.get("models")) if name in others]
    return seeded(
        f"noise_models_{own}",
        before,
        lambda key: st.multiselect(
            f"Compare {model_title(spec)} with",
            others,
            key=key,
            format_func=lambda name: model_title(_spec(spec, name)),
            placeholder="other models",
            help="Models whose weights are here. All get the same clips and the same background.",
        ),
    )


def _source(dataset: Dataset, kept: dict[str, Any]) -> str:
    titles = {SAME: f"Background clips of {dataset.name}"}
    for other in library.list_datasets():
        if other.id != dataset.id:
            titles[DATASET + other.id] = f"Background clips of {other.name}"
    titles[FOLDER] = "All recordings in a folder"
    before = str(kept.get("background", SAME))
    folder = before.removeprefix(FOLDER) if before.startswith(FOLDER) else ""
    start = FOLDER if folder else before if before in titles else SAME
    source = seeded(
        f"noise_source_{dataset.id}",
        start,
        lambda key: st.selectbox("Background to add", list(titles), key=key, format_func=titles.get),
    )
    if source != FOLDER:
        return source
    path = seeded("noise_folder", folder, lambda key: st.text_input("Folder of background", key=key)).strip()
    if not path:
        raise BadInput("Give the folder that holds recordings of background.")
    return FOLDER + path


def _spec(spec: RunSpec, name: str) -> RunSpec:
    model, checkpoint = name.split(":", 1)
    return replace(spec, model=model, checkpoint=checkpoint)


def seeded(key: str, value: Any, draw):
    """Draw a widget that starts with `value`; Streamlit forgets widgets when the page is left.

    The value is set on every run: if one is cut short before the browser drew the widget, the next must send it.
    """
    st.session_state[key] = st.session_state.get(key, value)
    return draw(key)


def count(key: str, label: str, kept: object, usual: int, low: int, high: int, step: int = 1) -> int:
    """A whole number; `kept` from the link if it is one in range, else `usual`."""
    start = kept if isinstance(kept, int) and low <= kept <= high else usual
    return int(seeded(key, start, lambda k: st.number_input(label, low, high, step=step, key=k)))


def _parse(text: str) -> list[float]:
    try:
        return [float(word) for word in re.split(r"[,;\s]+", text.replace("−", "-").strip()) if word]
    except ValueError as error:
        raise BadInput(f"“{text[:60]}” is no list of ratios: write numbers, as in 20, 10, 0, -10.") from error


def _numbers(value: object) -> list[float]:
    return [float(v) for v in value if isinstance(v, int | float)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
