"""Networks of `timm` that users name, or bring with weights: each in a folder of its own with a small readable card."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from bioviz import rights
from bioviz.errors import BadInput, Missing
from bioviz.models.base import BOTH, RANDOM, Backbone, ModelCard, WeightsFile
from bioviz.models.brought import shelf
from bioviz.models.brought.uploads import folder, folder_of, inside
from bioviz.models.cards import CARDS
from bioviz.models.families.timm import backbone_card
from bioviz.models.runtimes import session
from bioviz.models.weights import MAX_BYTES, file_sha256
from bioviz.progress import Progress
from bioviz.store.files import Corrupt, disk_trouble, read_json, write_json

PREFIX = "timm_"
OWNER = "timm/"
"""How a network is named: "timm/efficientnet_b0", as in the hub; a folder with weights by its path."""
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
MAX_CLASSES = 100_000
_CONFIG = "config.json"
MAX_CONFIG_BYTES = 4 << 20  # those of 21,000 classes name each of them


@dataclass(frozen=True)
class BackboneCard:
    """What is known of a network of timm; kept as JSON.

    Attributes
    ----------
    architecture, classes, size
        See `base.Backbone`.
    dim
        Numbers in an embedding, as found by trying.
    title, licence
        As it is called there; of the weights.
    weights, sha256
        Name of the weights file beside the card and its hash; "" for a random start alone.

    """

    architecture: str
    classes: int
    size: list[int] | None
    dim: int
    title: str
    licence: str = ""
    weights: str = ""
    sha256: str = ""


def is_meant(text: str) -> bool:
    """Whether a text names a network of timm, or a folder of one. Raises BadInput outside the data folders."""
    if text.startswith(OWNER):
        return True
    place = folder_of(text)
    return place is not None and "architecture" in _config(place)


def is_added(card: ModelCard) -> bool:
    """Whether a card is of a network that was added here, and so can be removed."""
    return card.name.startswith(PREFIX) and card.name not in CARDS


def cards() -> list[ModelCard]:
    """List the cards of all that were added, by title; a folder whose card cannot be read is passed over."""
    return shelf.cards_of(PREFIX, _kept)


def find(name: str) -> ModelCard | None:
    """Return the card of one that was added; None where there is none of this name. Raises BadInput if damaged."""
    return shelf.card_named(name, PREFIX, _kept)


def add_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Try a network of timm on sound, and keep it if it works.

    Parameters
    ----------
    params
        "network": "timm/NAME", with weights where the cache of Hugging Face's programs has them, or a folder.

    Returns
    -------
    {"model": its name, "dim": numbers in an embedding, "weights": whether any came with it}

    Raises
    ------
    Missing
        timm is not installed.
    BadInput
        It has no such network, or the weights are of another; or it cannot hear a mel spectrogram.

    """
    rights.require()
    if absent := session.advice("timm"):
        raise Missing(absent)
    text = str(params["network"]).strip()
    progress.report("Trying it on sound", 0, 1, "networks")
    place = _place(text)
    about = {} if place is None else _config(place)
    weights = (
        None
        if place is None
        else next((inside(place, each) for each in WEIGHTS if (place / each).is_file()), None)
    )
    if place is not None and weights is None:
        raise BadInput(f"{place} holds neither {' nor '.join(WEIGHTS)}. Fetch the whole repository.")
    card = _tried(_drafted(text, about, weights), weights)
    name = PREFIX + card.architecture + (f"_{card.sha256[:8]}" if card.sha256 else "")
    if name in CARDS:
        raise BadInput(f"{card.architecture} is in the list already.")
    _keep(folder() / name, card, weights)
    return {"model": name, "dim": card.dim, "weights": bool(card.weights)}


def remove(name: str) -> None:
    """Delete one that was added, with its weights. Raises Missing."""
    rights.require()
    if not re.fullmatch(rf"{PREFIX}[a-z0-9_]+", name) or not (folder() / name).is_dir():
        raise Missing(f"No network {name!r} was added.")
    shutil.rmtree(folder() / name)


def _keep(target: Path, card: BackboneCard, weights: Path | None) -> None:
    with disk_trouble(target / shelf.CARD):
        target.mkdir(parents=True, exist_ok=True)
        if weights is not None:
            shutil.copyfile(weights, target / f".{card.weights}")
            (target / f".{card.weights}").replace(target / card.weights)
    write_json(target / shelf.CARD, asdict(card))


def _drafted(text: str, about: dict[str, Any], weights: Path | None) -> BackboneCard:
    """Return what a name or the `config.json` of a folder says, its size and dimension still to be found."""
    tagged = text.removeprefix(OWNER)
    architecture = str(about.get("architecture") or tagged.partition(".")[0])
    published = about.get("pretrained_cfg") if isinstance(about.get("pretrained_cfg"), dict) else {}
    classes = about.get("num_classes", 1000)
    if weights is not None and weights.stat().st_size > MAX_BYTES:
        raise BadInput(f"{weights} is larger than any weights of its kind.")
    return _checked(
        {
            "architecture": architecture,
            "classes": classes,
            "size": None,
            "dim": 1,
            "title": f"{Path(tagged).name if weights else architecture} (timm)"[:100],
            "licence": str(about.get("license") or (published or {}).get("license") or "")[:200],
            "weights": "" if weights is None else weights.name,
            "sha256": "" if weights is None else file_sha256(weights),
        }
    )


def _tried(card: BackboneCard, weights: Path | None) -> BackboneCard:
    """Return the card with the size that the network needs and its dimension. Raises BadInput."""
    import timm
    import torch

    from bioviz.models import weights_state
    from bioviz.models.encoders import timm_image

    generator = torch.Generator().manual_seed(0)
    sounds = torch.randn(2, 16_000, generator=generator) * torch.tensor([[0.1], [0.2]])
    backbone = Backbone(card.architecture, card.classes)
    encoder = timm_image.TimmImage(backbone).eval()  # raises BadInput where timm has none of this name
    if weights is not None:
        weights_state.load_published(encoder, weights, card.architecture)
    wanted = timm.get_pretrained_cfg(card.architecture)
    size = (224, 224) if wanted is None else (int(wanted.input_size[-2]), int(wanted.input_size[-1]))
    reason = ""
    for tried in (None, size):
        encoder.backbone = Backbone(card.architecture, card.classes, tried)
        try:
            with torch.inference_mode():
                vectors = encoder(encoder.features(sounds, 16_000))
        except Exception as error:  # networks refuse pictures of other sizes in many ways
            reason = session.first_line(error)
            continue
        if vectors.ndim != 2 or not vectors.isfinite().all() or torch.equal(vectors[0], vectors[1]):
            reason = "what it gives is no vector of numbers that depend on the sound"
            continue
        return _checked(
            {**asdict(card), "size": None if tried is None else list(tried), "dim": vectors.shape[1]}
        )
    raise BadInput(f"{card.architecture} cannot hear a mel spectrogram ({reason}). Choose another network.")


def _place(text: str) -> Path | None:
    """Return the folder that is meant, None for a name alone. Raises BadInput outside the data folders."""
    try:
        return folder_of(text)
    except BadInput:
        if text.startswith(OWNER):
            return None
        raise


def _config(place: Path) -> dict[str, Any]:
    path = inside(place, _CONFIG)
    try:
        if path.is_file() and path.stat().st_size > MAX_CONFIG_BYTES:
            raise BadInput(f"{place / _CONFIG} is larger than any settings of a network.")
        value = read_json(path)
    except (OSError, Corrupt):
        return {}
    return value if isinstance(value, dict) else {}


def _read(path: Path) -> BackboneCard:
    try:
        value = read_json(path)
    except (OSError, Corrupt) as error:
        raise BadInput(f"{path} is damaged ({error}). Add the network again.") from error
    return _checked(value)


def _checked(value: Any) -> BackboneCard:
    """Make a card from untrusted values. Raises BadInput."""
    names = {field.name for field in fields(BackboneCard)}
    try:
        card = BackboneCard(**value) if isinstance(value, dict) and not value.keys() - names else None
    except TypeError:
        card = None
    if card is None:
        raise BadInput("This is no card of a network of timm. Add the network again.")
    texts = (card.architecture, card.title, card.licence, card.weights, card.sha256)
    numbers = ((card.classes, 0, MAX_CLASSES), (card.dim, 1, session.MAX_DIM))
    size = [] if card.size is None else card.size
    whole = [number for number, _, _ in numbers] + (list(size) if isinstance(size, list) else [None])
    if (
        not all(isinstance(text, str) and len(text) < 500 for text in texts)
        or not re.fullmatch(r"[a-z0-9_]{1,100}", card.architecture)
        or not all(isinstance(number, int) and not isinstance(number, bool) for number in whole)
        or not all(least <= number <= most for number, least, most in numbers)
        or len(size) not in (0, 2)
        or not all(16 <= pixels <= 2048 for pixels in size)
        or card.weights not in ("", *WEIGHTS)
        or bool(card.weights) != bool(re.fullmatch(r"[0-9a-f]{64}", card.sha256))
    ):
        raise BadInput(
            f"{card.architecture!r} is no network of timm that can be used here. Name one as timm/efficientnet_b0."
        )
    return card


def _kept(name: str, path: Path) -> ModelCard:
    return _model_card(name, _read(path))


def _model_card(name: str, card: BackboneCard) -> ModelCard:
    size = None if card.size is None else (card.size[0], card.size[1])
    weights = WeightsFile(card.weights, sha256=card.sha256, folder=folder() / name) if card.weights else None
    return backbone_card(
        name,
        card.title,
        Backbone(card.architecture, card.classes, size),
        card.dim,
        card.licence or "not stated",
        weights,
        BOTH if weights else (RANDOM,),
    )
