"""List, describe and open models. Listing imports no torch."""

from __future__ import annotations

import difflib
import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioviz.errors import BadInput, Missing
from bioviz.models import finetuned, weights
from bioviz.models.base import (
    FINETUNED,
    IMPORTED,
    NONE,
    PRETRAINED,
    RANDOM,
    CheckpointState,
    ModelCard,
    WeightsFile,
)
from bioviz.models.brought import backbones, imported, own
from bioviz.models.cards import CARDS
from bioviz.models.devices.device import resolve_precision
from bioviz.models.runtimes import session
from bioviz.models.score_names import names_missing
from bioviz.progress import Progress

if TYPE_CHECKING:
    from bioviz.models.base import Model
    from bioviz.models.encoder import Encoder, TorchModel


def list_models() -> list[ModelCard]:
    """Every model's card; what users brought comes last: files, then embeddings computed elsewhere."""
    return [*CARDS.values(), *backbones.cards(), *own.cards(), *imported.cards()]


def card(name: str) -> ModelCard:
    """Return the card of a model.

    Raises
    ------
    Missing
        There is none of this name; names the nearest.

    """
    if name in CARDS:
        return CARDS[name]
    if (brought := backbones.find(name) or own.find(name) or imported.find(name)) is not None:
        return brought
    names = [each.name for each in list_models()]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.3) or names
    raise Missing(f"There is no model {name!r}. Did you mean {', '.join(near)}?")


def checkpoints(name: str) -> tuple[str, ...]:
    """Return what a model can be opened with: those of its card, then the fine-tuned ones made here."""
    return (
        *card(name).checkpoints,
        *(trained.checkpoint for trained in finetuned.list_finetuned(name)),
    )


def checkpoint_state(name: str, checkpoint: str) -> CheckpointState:
    """Whether a checkpoint is at hand, without reading it (its hash is checked on opening).

    Raises
    ------
    Missing
        The model does not exist.

    """
    about = card(name)
    try:
        _check_known(about, checkpoint)
        if about.backbone is not None and (absent := session.advice("timm")):
            return CheckpointState(False, absent)
        if checkpoint.startswith(FINETUNED):
            trained = finetuned.find(checkpoint)
            if trained.head_only:
                base = checkpoint_state(name, trained.base)
                message = f"A classifier trained here, on the embeddings of {trained.base} as they are."
                return replace(base, message=message if base.available else base.message, downloadable=False)
            return CheckpointState(
                True,
                f"Fine-tuned here, from {trained.base}.",
                trained.path,
                trained.path.name,
            )
    except (Missing, BadInput) as error:
        return CheckpointState(False, str(error))
    if checkpoint == NONE:
        return CheckpointState(True, "Needs no weights.")
    if checkpoint == IMPORTED:
        return CheckpointState(True, "Embeddings that were computed elsewhere; no new sound can be embedded.")
    if checkpoint == RANDOM:
        return CheckpointState(
            True, "Untrained: random weights from a seed, a baseline for the trained ones."
        )
    expected = _weights(about)
    path = weights.locate(expected)
    if path is None:
        return CheckpointState(False, weights.advice(expected), None, expected.name, bool(expected.url))
    if about.graph is not None and (absent := session.advice(about.graph.runtime)):
        return CheckpointState(False, absent, path, expected.name)
    said = " ".join(part for part in (f"Trained weights from {path.name}.", names_missing(about)) if part)
    return CheckpointState(True, said, path, expected.name)


def remove(name: str) -> None:
    """Forget a model that a user brought: its file, or its embeddings. Raises Missing."""
    kind = next((each for each in (imported, backbones) if name.startswith(each.PREFIX)), own)
    kind.remove(name)


def download(name: str, progress: Progress | None = None, *, terms_accepted: bool = False) -> Path:
    """Fetch a model's pretrained weights into the first weights folder; see `weights.download`.

    Parameters
    ----------
    terms_accepted
        The user has confirmed the card's `terms`.

    Raises
    ------
    BadInput
        There are terms that nobody has confirmed.

    """
    about = card(name)
    if about.terms and not terms_accepted:
        raise BadInput(
            f"The weights of {about.title} come with terms, which nobody has confirmed: {about.terms}"
        )
    expected = _weights(about)
    path = weights.download(expected, progress)
    if expected.labels is not None and expected.labels.url and weights.locate(expected.labels) is None:
        with suppress(
            Missing, BadInput
        ):  # the model runs without names; its state says that they are missing
            weights.download(expected.labels, progress)
    return path


def download_job(params: dict[str, Any], progress: Progress) -> dict[str, str]:
    """`download` as a job: params["model"] is the model's name, "terms_accepted" as there."""
    accepted = params.get("terms_accepted") is True
    return {"file": download(params["model"], progress, terms_accepted=accepted).name}


def fingerprint(name: str, checkpoint: str = RANDOM, seed: int = 0, precision: str = "float32") -> str:
    """Hex digest of all that decides an embedding of a given waveform, without building the network.

    Parameters
    ----------
    seed
        Counts for the random checkpoint only.
    precision
        As the opened model will have it; "auto" is settled for the CPU.

    Raises
    ------
    Missing
    BadInput
        As `open_model`.

    """
    about = card(name)
    _check_known(about, checkpoint)
    if (head := _head_only(about, checkpoint)) is not None:
        return fingerprint(name, head.base, head.base_seed, precision)  # the embeddings are the same
    precision = resolve_precision(precision, "cpu", about.autocast)
    if checkpoint == PRETRAINED:
        identity = weights.checked(_weights(about))[1]
    elif checkpoint.startswith(FINETUNED):
        identity = weights.file_sha256(_finetuned(about, checkpoint).path)
    else:
        identity = f"seed {seed}" if checkpoint == RANDOM else ""
    parts = [about.name, about.dim, about.sample_rate, about.preprocessing, checkpoint, identity, precision]
    if about.graph is not None:
        parts.append([about.window_s, about.graph.deciding()])
    if about.backbone is not None:
        parts.append(asdict(about.backbone))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def open_model(
    name: str, checkpoint: str = RANDOM, *, seed: int = 0, device: str = "cpu", precision: str = "auto"
) -> Model:
    """Open a model with a checkpoint's weights (see `base.Model`); of a classifier trained here, what it stands on.

    Parameters
    ----------
    checkpoint
        One of `checkpoints(name)`.
    seed
        Of the random start; leaves the caller's random state alone.
    precision
        "auto" (the quickest that the device has natively), "float32", "bfloat16" or "float16".

    Raises
    ------
    Missing
        No such model or checkpoint, its weights file is not there (says which to put where), or what runs it is not
        installed.
    BadInput
        The weights file is damaged or of another model.

    """
    about = card(name)
    if (head := _head_only(about, checkpoint)) is not None:
        return open_model(name, head.base, seed=head.base_seed, device=device, precision=precision)
    if checkpoint == IMPORTED:
        raise BadInput(
            f"{about.title} holds embeddings that were computed elsewhere: no new sound can be embedded with it. "
            "Choose a model that is here."
        )
    if about.graph is None:
        return open_network(name, checkpoint, seed=seed, device=device, precision=precision)

    from bioviz.models.file_model import FileModel, window_samples

    _check_known(about, checkpoint)
    identity = fingerprint(name, checkpoint, seed, resolve_precision(precision, "cpu", about.autocast))
    path, _ = weights.checked(_weights(about))
    opened = session.open_session(path, about.graph, window_samples(about))
    return FileModel(about, checkpoint, identity, opened)


def open_network(
    name: str, checkpoint: str = RANDOM, *, seed: int = 0, device: str = "cpu", precision: str = "auto"
) -> TorchModel:
    """`open_model` for a network that is built here, which can be fine-tuned; in eval mode.

    Raises
    ------
    Missing
    BadInput
        As `open_model`; and the model is a file that cannot be trained.

    """
    import torch

    from bioviz.models.encoder import TorchModel, build_encoder

    about = card(name)
    if about.graph is not None:
        raise BadInput(
            f"{about.title} is a finished model file, which cannot be trained. Choose another model."
        )
    if about.backbone is not None and (absent := session.advice("timm")):
        raise Missing(absent)
    precision = resolve_precision(precision, str(device), about.autocast)
    identity = fingerprint(name, checkpoint, seed, precision)
    if checkpoint in (RANDOM, NONE):
        encoder = build_encoder(about, seed)
    else:
        encoder = build_encoder(about, None)
        _load(encoder, about, checkpoint)
    encoder.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] (torch's own stub lacks it)
    return TorchModel(about, checkpoint, precision, identity, encoder, torch.device("cpu")).to(device)


def _load(encoder: Encoder, about: ModelCard, checkpoint: str) -> None:
    from bioviz.models import weights_state

    if checkpoint == PRETRAINED:
        path, _ = weights.checked(_weights(about))
        weights_state.load_published(encoder, path, about.title, "Delete it.")
        return
    trained = _finetuned(about, checkpoint)
    path = trained.path
    try:
        encoder.load_state_dict(finetuned.read_state(path, trained.sha256), assign=True)
    except RuntimeError as error:
        raise BadInput(f"{path} does not fit {about.title}: it was trained with another version.") from error


def _weights(about: ModelCard) -> WeightsFile:
    if about.weights is None:
        raise Missing(f"{about.title} needs no weights.")
    return about.weights


def _finetuned(about: ModelCard, checkpoint: str) -> finetuned.FineTuned:
    trained = finetuned.find(checkpoint)
    if trained.model != about.name:
        raise BadInput(f"The checkpoint {checkpoint} is of {trained.model}, not of {about.name}.")
    return trained


def imported_of(name: str) -> ModelCard | None:
    """Return the card of embeddings that were computed elsewhere; None for a model that runs. Raises Missing."""
    about = card(name)
    return about if IMPORTED in about.checkpoints else None


def _head_only(about: ModelCard, checkpoint: str) -> finetuned.FineTuned | None:
    """Return a checkpoint that is but a classifier on the embeddings of its base; None where it is another."""
    if not checkpoint.startswith(FINETUNED):
        return None
    trained = _finetuned(about, checkpoint)
    return trained if trained.head_only else None


def _check_known(about: ModelCard, checkpoint: str) -> None:
    if checkpoint in about.checkpoints or (checkpoint.startswith(FINETUNED) and about.trainable):
        return
    if checkpoint.startswith(FINETUNED) and finetuned.find(checkpoint).head_only:
        return
    raise Missing(
        f"{about.title} has no checkpoint {checkpoint!r}; choose from {', '.join(checkpoints(about.name))}."
    )
