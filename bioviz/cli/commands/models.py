"""Commands on models: list, download, bring a file of one's own."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bioviz.cli.answers import Answer
from bioviz.cli.arguments import Commands
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.errors import BadInput
from bioviz.models.base import ModelCard
from bioviz.models.runtimes.session import FileFacts


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(models)
    parser.add_argument("model", nargs="?")
    parser.add_argument("--download", action="store_true", help="fetch its published weights")
    parser.add_argument(
        "--accept-terms", action="store_true", help="confirm the terms of the weights, where they have some"
    )
    parser.add_argument("--remove", action="store_true", help="forget a model file that was added")
    parser = commands.add(add_model, name="add-model")
    parser.add_argument(
        "file",
        type=Path,
        help="a .tflite, .onnx, .pt2 or .pt file that takes a waveform; a folder of transformers or timm; or timm/NAME",
    )
    parser.add_argument(
        "--rate", type=int, metavar="HZ", help="sample rate of its input; default: what it says"
    )
    parser.add_argument("--title", help="its name on screen; default: the file's")
    parser.add_argument("--window", type=float, metavar="S", help="its window; default: what the file says")
    parser.add_argument("--hop", type=float, metavar="S", help="from window to window; default: the window")
    parser.add_argument("--embedding", metavar="TENSOR", help="default: the likeliest, which is then named")
    parser.add_argument(
        "--scores", metavar="TENSOR", help="the classifier's scores; default: the likeliest output"
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="open a file or folder that can run code that its maker put in (.pt2, .pt, a folder with code)",
    )
    parser.add_argument("--names", type=Path, help="text file with the names of the scores, one a line")
    parser.add_argument(
        "--scale", default="", choices=("", "logit", "probability"), help="what the scores are"
    )
    parser.add_argument("--peak", type=float, help="scale each window to this peak (Perch: 0.25)")
    parser.add_argument("--licence", default="")
    parser.add_argument("--reference", default="")


def models(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List models and their checkpoints, fetch published weights, or forget a file that was added."""
    from bioviz.models import registry

    if options.model and options.remove:
        registry.remove(options.model)
        return Answer({"removed": options.model}, f"Removed {options.model}.")
    if options.model and options.download:
        path = registry.download(options.model, progress, terms_accepted=options.accept_terms)
        return Answer({"model": options.model, "weights": str(path)}, f"Weights are in {path}.")
    cards = [registry.card(options.model)] if options.model else registry.list_models()
    data, lines = [], []
    for card in cards:
        states = {
            name: registry.checkpoint_state(card.name, name) for name in registry.checkpoints(card.name)
        }
        readiness = {name: {"available": s.available, "message": s.message} for name, s in states.items()}
        data.append({**_described(card), "checkpoints": readiness})
        rate = f"{card.sample_rate} Hz" if card.sample_rate else "as recorded"
        shown = ", ".join(name if s.available else f"({name})" for name, s in states.items())
        lines.append((card.name, card.title, rate, card.dim, shown))
    text = table(("name", "title", "rate", "dim", "checkpoints"), lines)
    if options.model:
        text += "".join(f"\n{name}: {about['message']}" for name, about in data[0]["checkpoints"].items())
    else:
        text += "\n(in brackets: weights are missing; `models NAME` says what to do)"
    return Answer(data, text)


def add_model(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Add a model file of your own; it is tried on sound first."""
    from bioviz.models.brought import backbones, own, uploads
    from bioviz.models.runtimes import session

    is_file = os.path.isfile(options.file)  # False too for names that no file can have
    if not is_file and backbones.is_meant(str(options.file)):
        return _add_backbone(str(options.file), progress)
    try:
        if not is_file and (place := uploads.folder_of(str(options.file))) is not None:
            path = uploads.keep_folder(place)
        else:
            with options.file.open("rb") as file:
                path = uploads.keep_upload(options.file.name, file)
    except OSError as error:
        raise BadInput(f"{options.file} cannot be read ({error.strerror}).") from error
    facts = session.inspect(path, trusted=options.trust)
    options.rate = options.rate or facts.sample_rate
    if not options.rate:
        raise BadInput("Say the sample rate that the model takes (--rate); the file does not tell it.")
    embedding = options.embedding or facts.tensors[0].name
    samples = facts.inputs[0].shape[-1] if facts.inputs[0].shape else -1
    window_s = options.window or (samples / options.rate if samples > 0 and options.rate > 0 else None)
    added = own.add_job(
        {
            "path": str(path),
            "title": options.title or options.file.stem,
            "runtime": facts.runtime,
            "embedding": embedding,
            "input": facts.inputs[0].name,
            "sample_rate": options.rate,
            "window_s": window_s,
            "hop_s": options.hop or window_s or 1.0,
            "peak": options.peak,
            "scores": facts.likely_scores(embedding) if options.scores is None else options.scores,
            "scale": options.scale or facts.scale,
            "names": _text_of(options.names or _labels_beside(options.file, facts)),
            "trusted": own.what_runs(path) if options.trust else "",
            "licence": options.licence or facts.licence,
            "reference": options.reference or facts.reference,
            "kind": facts.kind,
        },
        progress,
    )
    others = [each.name for each in facts.tensors if each.name != embedding][:5]
    text = f"Added as {added['model']}: {added['dim']} numbers a clip, from the tensor {embedding}."
    text += f"\nIt is a {facts.kind}." if facts.kind else ""
    text += f"\nOthers that could be it: {', '.join(others)}" if others and not options.embedding else ""
    return Answer({**added, "embedding": embedding}, text)


def _labels_beside(file: Path, facts: FileFacts) -> Path | None:
    """Return the list of labels that BirdNET-Analyzer writes beside a classifier, if it is there."""
    path = file.with_name(f"{file.stem}_Labels.txt")
    return path if facts.kind and path.is_file() else None


def _add_backbone(network: str, progress: TerminalProgress) -> Answer:
    """Add a network of timm."""
    from bioviz.models.brought import backbones

    added = backbones.add_job({"network": network}, progress)
    text = f"Added as {added['model']}: {added['dim']} numbers a clip."
    text += "" if added["weights"] else " No weights of it are here, so it begins at random."
    return Answer(added, text)


def _text_of(path: Path | None) -> str:
    """Return a text file's content. Raises BadInput."""
    from bioviz.models.score_names import read_names

    if path is None:
        return ""
    if not (names := read_names(path)):
        raise BadInput(f"{path} is no text file with one name a line.")
    return "\n".join(names)


def _described(card: ModelCard) -> dict[str, Any]:
    """Return a card as JSON-able values."""
    value = asdict(card)
    if card.weights is not None and card.weights.folder is not None:
        value["weights"]["folder"] = str(card.weights.folder)
    return value
