"""Bring your own model: drop a file, say what its numbers are, try it, use it. No code and no restart."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import streamlit as st

from bioviz import jobs, rights
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.models.base import ModelCard
from bioviz.models.brought import backbones, own, uploads
from bioviz.models.runtimes import remote_code, session
from bioviz.models.score_names import names_in
from bioviz.ui.app.notices import plain
from bioviz.ui.job_cards import job_card
from bioviz.ui.models import named_networks
from bioviz.ui.state import ModelsState

RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000, 192000, 256000)
_USUAL = {144_000: 48_000, 160_000: 32_000, 96_000: 32_000, 15_600: 16_000, 48_000: 16_000}  # samples -> Hz


def show() -> None:
    """Draw the part of the page Models where files are added."""
    st.subheader("Your own model file")
    st.markdown(
        "Drop a `.tflite` (LiteRT, TensorFlow Lite) or `.onnx` file that takes a waveform, such as a classifier that "
        "was trained with BirdNET-Analyzer; or a program of PyTorch: `.pt2` (ExportedProgram), `.pt` (TorchScript). It "
        "stays on this computer."
    )
    absent = {session.advice(runtime) for runtime in session.REQUIRES} - {""}
    for sentence in sorted(absent):
        st.warning(plain(sentence), icon=":material/download:")
    file = st.file_uploader(
        "Model file", type=[suffix[1:] for suffix in session.SUFFIXES], key=ModelsState.own_file
    )
    folder_text = st.text_input(
        "Or a folder of transformers or timm",
        key=ModelsState.own_folder,
        placeholder="folder, or owner/name in the cache of Hugging Face's programs, such as timm/convnext_tiny",
        help="HuBERT, wav2vec, AST, CLAP, Whisper or BirdSet's networks with config.json, preprocessor_config.json and "
        "model.safetensors. Any network of timm on the mel spectrogram by its name: with its weights where they are "
        "in the cache or the folder, else from a random start.",
    ).strip()
    if file is None and not folder_text:
        return
    try:
        if file is None and backbones.is_meant(folder_text):
            named_networks.show(folder_text)
            return
        path = (
            uploads.keep_upload(file.name, file)
            if file is not None
            else uploads.keep_folder(_folder(folder_text))
        )
    except (BadInput, OSError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    params: dict[str, Any] = {"path": str(path)}
    if session.SUFFIXES.get(path.suffix) in session.RUN_CODE:
        if not st.checkbox(
            "I trust where this file comes from: it is a program of PyTorch, and opening it can run code that its "
            "maker put in.",
            key=ModelsState.own_trust(runs := own.what_runs(path)),
        ):
            return
        params["trusted"] = runs
    elif path.suffix in session.FOLDERS and (code := remote_code.files_of(path.parent)):
        licence = remote_code.licence_of(path.parent) or "not stated"
        st.warning(
            f"This model needs code that its authors bring along: {plain(', '.join(code))}. Licence: "
            f"**{plain(licence)}**. That code can do whatever you can on this computer.",
            icon=":material/gpp_maybe:",
        )
        if not st.checkbox(
            "I have read the licence and trust where this code comes from: run it.",
            key=ModelsState.own_trust(runs := own.what_runs(path)),  # other code is asked about anew
        ):
            return
        params["trusted"] = runs
    name = file.name if file is not None else folder_text
    job = jobs.find("inspect model", params) or _inspect(params, name)
    result = job_card.result_of(job)
    if result is not None:
        _form(Path(name).stem, path, result, trusted=params.get("trusted", ""))
    elif job.is_over and st.button("Read it again", key=ModelsState.own_again):
        _inspect(params, name)
        st.rerun()


def _folder(text: str) -> Path:
    """Return the folder that is meant: one inside of the data folders, or in the hub's cache. Raises BadInput."""
    if (directory := uploads.folder_of(text)) is None:
        raise BadInput(
            f"There is no folder {text}, nor a model of this name in the cache of Hugging Face's programs."
        )
    return directory


def remove_button(card: ModelCard) -> None:
    """Draw a button that forgets a file, once confirmed."""
    if not st.button(
        "Remove", key=ModelsState.remove(card.name), icon=":material/delete:", disabled=not rights.may_edit()
    ):
        return
    _confirm_removal(card)


@st.dialog("Remove this model?")
def _confirm_removal(card: ModelCard) -> None:
    st.markdown(f"**{plain(card.title)}** is deleted from the cache. Embeddings computed with it stay there.")
    if st.button("Remove it", key=ModelsState.remove_really, type="primary"):
        with contextlib.suppress(Missing):  # removed in another tab
            registry.remove(card.name)
        st.rerun()


def _inspect(params: dict[str, Any], name: str) -> jobs.Job:
    return jobs.start(
        "inspect model", "bioviz.models.brought.own:inspect_job", params, title=f"Reading {name}"
    )


def _form(title: str, path: Path, facts: dict[str, Any], *, trusted: str) -> None:
    """Ask what the file does not say, with what it lets guess filled in."""
    inputs, tensors, outputs = facts["inputs"], facts["tensors"], facts.get("outputs", [])
    samples = int(inputs[0]["shape"][-1]) if inputs[0]["shape"] else -1
    guess = facts.get("sample_rate") or _USUAL.get(samples)
    if facts.get("kind"):
        st.info(
            f"This is a {plain(facts['kind'])}: the form is filled in as that program has it. Add its list of labels.",
            icon=":material/verified:",
        )
    with st.form(ModelsState.own_form):
        left, right = st.columns(2)
        name = left.text_input("Name", value=title, key=ModelsState.own_title, max_chars=100)
        rate = right.selectbox(
            "Sample rate (Hz)",
            RATES,
            RATES.index(guess) if guess in RATES else None,
            key=ModelsState.own_rate,
            accept_new_options=True,
            help="The sampling rate of the sound that the model was trained on.",
        )
        embedding = st.selectbox(
            "Embedding",
            range(len(tensors)),
            key=ModelsState.own_embedding,
            format_func=lambda i: _described(tensors[i]),
            help="The tensor whose numbers describe a clip: most often the last one before the scores. "
            "Frames are averaged.",
        )
        likely = _likely_scores(outputs, tensors[0]["name"], facts.get("named_outputs", {}))
        left, middle, right = st.columns([2, 1, 2])
        scores = left.selectbox(
            "Scores of its classifier",
            [None, *range(len(outputs))],
            0 if likely is None else likely + 1,
            key=ModelsState.own_scores,
            format_func=lambda i: "none" if i is None else _described(outputs[i]),
            help="With scores, Diagnose finds the threshold of each label.",
        )
        scale = middle.selectbox(
            "They are",
            own.SCALES,
            own.SCALES.index(facts.get("scale", "")),
            key=ModelsState.own_scale,
            format_func=lambda each: {"": "not known", "logit": "log odds", "probability": "0 to 1"}[each],
        )
        names = right.file_uploader(
            "Names of the scores",
            type=["txt", "csv"],
            key=ModelsState.own_names,
            help="A text file with one name a line, such as the ..._Labels.txt of BirdNET-Analyzer. Not needed where "
            "the file holds them.",
        )
        left, middle, right = st.columns(3)
        entry = left.selectbox(
            "Waveform input",
            range(len(inputs)),
            key=ModelsState.own_input,
            format_func=lambda i: inputs[i]["name"],
        )
        window = middle.text_input(
            "Window (samples)",
            value=str(samples) if samples > 0 else "",
            key=ModelsState.own_window,
            help="How much sound the file takes at a time. Empty where it takes clips of any length.",
        )
        peak = right.text_input(
            "Scale each window to a peak of",
            key=ModelsState.own_peak,
            help="Empty for sound as it is. Perch wants 0.25.",
        )
        overlap = left.slider(
            "Overlap of windows (%)",
            0,
            75,
            0,
            25,
            key=ModelsState.own_overlap,
            help="In clips longer than a window.",
        )
        licence = middle.text_input(
            "Licence", facts.get("licence", ""), key=ModelsState.own_licence, help="For your own records."
        )
        reference = right.text_input(
            "Reference", facts.get("reference", ""), key=ModelsState.own_reference, help="Whom to cite."
        )
        pressed = st.form_submit_button("Try it and add it", type="primary", icon=":material/add:")
    if pressed:
        try:
            params = _params(path, facts["runtime"], rate, window, overlap, peak)
        except BadInput as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        params |= {
            "title": name.strip(),
            "embedding": tensors[embedding]["name"],
            "input": inputs[entry]["name"],
            "scores": "" if scores is None else outputs[scores]["name"],
            "scale": scale,
            "trusted": trusted,
            "names": "" if names is None else "\n".join(names_in(names.name, names.getvalue())),
            "licence": (licence or "").strip(),
            "reference": (reference or "").strip(),
            "kind": facts.get("kind", ""),
        }
        job = jobs.start("add model", "bioviz.models.brought.own:add_job", params, title=f"Trying {name}")
        ModelsState.own_job.set(job.id)
    _follow()


def _likely_scores(outputs: list[dict[str, Any]], embedding: str, named: dict[str, str]) -> int | None:
    """Return which output is likely the scores: what the file calls so, else the first that is not the embedding."""
    others = [i for i, each in enumerate(outputs) if each["name"] != embedding]
    return next(
        (i for i in others if outputs[i]["name"] == named.get("predictions")), next(iter(others), None)
    )


def _follow() -> None:
    """Say what became of the file that this tab tried last."""
    if not ModelsState.own_job.get():
        return
    try:
        job = jobs.get(ModelsState.own_job.get())
    except Missing:
        return
    result = job_card.result_of(job)
    if result is not None:
        st.success(
            f"Added: {result['dim']:,} numbers a clip, {_duration(result['seconds'])} a window on this computer. "
            "Choose it on every page.",
            icon=":material/check_circle:",
        )


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms" if seconds >= 0.001 else "less than 1 ms"


def _params(path: Path, runtime: str, rate: Any, window: str, overlap: int, peak: str) -> dict[str, Any]:
    """Numbers that were typed. Raises BadInput naming the one that is none."""
    hertz = int(_number("The sample rate", "" if rate is None else str(rate)) or 0)
    if not hertz:
        raise BadInput("Say the sample rate that the model takes; the file does not tell it.")
    samples = _number("The window", window)
    window_s = samples / hertz if samples and hertz > 0 else None
    return {
        "path": str(path),
        "runtime": runtime,
        "sample_rate": hertz,
        "window_s": window_s,
        "hop_s": (window_s or 1.0) * (1 - overlap / 100),
        "peak": _number("The peak", peak),
    }


def _number(title: str, text: str) -> float | None:
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise BadInput(f"{title} must be a number, not {text!r}.") from error


def _described(tensor: dict[str, Any]) -> str:
    shape = " × ".join("any" if size < 0 else f"{size:,}" for size in tensor["shape"])
    name = tensor["name"].split(";")[0]
    return f"{name} ({shape}{', an output of the file' if tensor['is_output'] else ''})"
