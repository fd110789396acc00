"""The settings of the noise experiment, as fields to fill in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from bioviz.audio.mixing import CALL, CLIP
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.experiments.settings import DATASET, FOLDER, NoiseSettings
from bioviz.runs import RunSpec, query, ready
from bioviz.runs.spec import SEEDS
from bioviz.ui.app import notices
from bioviz.ui.experiment_settings import remember, remembered
from bioviz.ui.model_titles import title_of
from bioviz.ui.pickers.run_picker import READY_HELP
from bioviz.ui.session import Key
from bioviz.ui.state import NoiseState
from bioviz.ui.view import NEIGHBORS, view

T = TypeVar("T")
SAME = ""
SINGLE = {  # settings of one value, as a link may give them
    "per_label": query.whole(1, 10_000),
    "k": query.whole(*NEIGHBORS),
    "seed": query.whole(*SEEDS),
    "measured": query.choice(CALL, CLIP),
    "same_site": query.switch,
}
SNR = query.real(-100, 100)


def noise_form(dataset: Dataset, spec: RunSpec) -> tuple[NoiseSettings, list[RunSpec]]:
    """Draw the fields; returns the settings and a run for each model, the sidebar's first.

    Raises
    ------
    BadInput
        a field holds what cannot be used.

    """
    usual = {**NoiseSettings().to_dict(), "models": []}
    settings = remembered("noise", SINGLE, usual)
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            labels = _labels(dataset, settings)
            models = _models(spec, dataset, settings)
        with right:
            background = _source(dataset, settings)
            snrs = seeded(
                NoiseState.snrs,
                ", ".join(
                    f"{snr:g}" for snr in _ratios(settings.get("snrs_db", usual["snrs_db"]), usual["snrs_db"])
                ),
                lambda key: st.text_input(
                    "Signal-to-noise ratios (dB)",
                    key=key,
                    help="How loud the call is against the background that is added.",
                ),
            )
        with st.expander("Number of clips, neighbors and seed"):
            a, b, c = st.columns(3)
            with a:
                per_label = count(
                    NoiseState.per_label, "Clips of each label", settings["per_label"], 1, 10_000
                )
            with b:
                k = count(NoiseState.k, "Neighbors looked at (k)", settings["k"], *NEIGHBORS)
            with c:
                seed = count(NoiseState.seed, "Seed of the draw", settings["seed"], *SEEDS)
            measured = _measured(settings)
            same_site = _same_site(dataset, background, settings)
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


def _measured(settings: dict[str, Any]) -> str:
    titles = {CALL: "Loudest stretch of the call, within its band", CLIP: "Whole clip, all frequencies"}
    return seeded(
        NoiseState.measured,
        settings["measured"],
        lambda key: st.selectbox(
            "Signal-to-noise ratio of",
            list(titles),
            key=key,
            format_func=titles.__getitem__,
            help="A short call in a long clip stands some 10 dB higher than the ratio of the whole clip says, and a "
            "high call in deep noise far more. The whole clip counts with its own noise.",
        ),
    )


def _same_site(dataset: Dataset, background: str, settings: dict[str, Any]) -> bool:
    if background != SAME or len({recording.site for recording in dataset.recordings} - {""}) < 2:
        return False
    return seeded(
        NoiseState.same_site(dataset.id),
        settings["same_site"],
        lambda key: st.checkbox(
            "Background of the clip's own site alone",
            key=key,
            help="So that a foreign recorder or place does not give the mixture away.",
        ),
    )


def _labels(dataset: Dataset, settings: dict[str, Any]) -> list[str]:
    before = _known("label", settings.get("labels"), dataset.labels, f"{dataset.name} has")
    return seeded(
        NoiseState.labels(dataset.id),
        before,
        lambda key: st.multiselect("Labels", dataset.labels, key=key, placeholder="all labels"),
    )


def _models(spec: RunSpec, dataset: Dataset, settings: dict[str, Any]) -> list[str]:
    """Other models to compare with, the best to open first."""
    own = f"{spec.model}:{spec.checkpoint}"
    marks = {f"{each.model}:{each.checkpoint}": each for each in ready.everything(dataset, view().model_seed)}
    others = [name for name, each in marks.items() if name != own and each.state.available]
    asked = [name for name in _texts(settings.get("models")) if name != own]
    before = _known("model", asked, others, "there are weights for")
    return seeded(
        NoiseState.models(own),
        before,
        lambda key: st.multiselect(
            f"Compare {title_of(spec.model, spec.checkpoint)} with",
            others,
            key=key,
            format_func=lambda name: (
                f"{marks[name].symbol} {title_of(marks[name].model, marks[name].checkpoint)} — {marks[name].mark}"
            ),
            placeholder="other models",
            help=f"Models whose weights are here. All get the same clips and the same background. {READY_HELP}",
        ),
    )


def _source(dataset: Dataset, settings: dict[str, Any]) -> str:
    titles = {SAME: f"Background clips of {dataset.name}"}
    for other in library.list_datasets():
        if other.id != dataset.id:
            titles[DATASET + other.id] = f"Background clips of {other.name}"
    titles[FOLDER] = "All recordings in a folder"
    before = str(settings.get("background", SAME))
    folder = before.removeprefix(FOLDER) if before.startswith(FOLDER) else ""
    if not folder and before not in titles:
        notices.say(f"There is no background “{before[:60]}” here. That of {dataset.name} is used instead.")
    start = FOLDER if folder else before if before in titles else SAME
    source = seeded(
        NoiseState.source(dataset.id),
        start,
        lambda key: st.selectbox("Background to add", list(titles), key=key, format_func=titles.__getitem__),
    )
    if source != FOLDER:
        return source
    path = seeded(
        NoiseState.folder, folder, lambda key: st.text_input("Folder of background", key=key)
    ).strip()
    if not path:
        raise BadInput("Give the folder that holds recordings of background.")
    return FOLDER + path


def _spec(spec: RunSpec, name: str) -> RunSpec:
    model, checkpoint = name.split(":", 1)
    return replace(spec, model=model, checkpoint=checkpoint)


def seeded(key: Key[T | None], value: T, draw: Callable[[Key[T | None]], T | None]) -> T:
    """Draw a widget that starts with `value`; Streamlit forgets widgets when the page is left.

    The value is set on every run: if one is cut short before the browser drew the widget, the next must send it.
    """
    current = key.get()
    key.set(value if current is None else current)
    drawn = draw(key)
    return value if drawn is None else drawn


def count(key: Key[int | None], label: str, start: int, low: int, high: int, step: int = 1) -> int:
    """Ask for a whole number that starts with `start`."""
    return int(seeded(key, start, lambda k: st.number_input(label, low, high, step=step, key=k)))


def _parse(text: str) -> list[float]:
    try:
        return [float(word) for word in re.split(r"[,;\s]+", text.replace("−", "-").strip()) if word]
    except ValueError as error:
        raise BadInput(f"“{text[:60]}” is no list of ratios: write numbers, as in 20, 10, 0, -10.") from error


def _ratios(value: object, usual: list[float]) -> list[float]:
    """Return the ratios of a link, dB; the usual ones where one cannot be used, which is said."""
    try:
        if not isinstance(value, list) or not value:
            raise ValueError("it must be a list of numbers")
        return [SNR(query.as_text(each)) for each in value]
    except ValueError as error:
        allowed = f"each must be right ({error})" if isinstance(value, list) and value else str(error)
        usual_ratios = ", ".join(f"{snr:g}" for snr in usual)
        notices.say(query.not_used("noise setting snrs_db", value, allowed, usual_ratios))
        return usual


def _known(kind: str, asked: object, available: Sequence[str], owner: str) -> list[str]:
    """Those of the names asked for that are there; the others are said."""
    for name in (gone := [name for name in _texts(asked) if name not in available]):
        notices.say(
            f"There is no {kind} “{name[:60]}” here ({owner} {', '.join(available[:12]) or 'none'}). It is left out."
        )
    return [name for name in _texts(asked) if name not in gone]


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
