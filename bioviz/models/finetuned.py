"""Checkpoints made here, named "ft:<id>": a folder below cache/checkpoints with weights and a record.

`model.safetensors` holds the Encoder's state dict; entries below "head." (the classifier put on top while
training) are no part of the embedding and left out. `record.json` says at least which `model` it is of and
which checkpoint (`base`) it started from, and may mark it not `usable`, with a `reason`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bioviz.config import settings
from bioviz.errors import BadInput, Missing
from bioviz.models.base import FINETUNED
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.store.files import Corrupt, read_json

if TYPE_CHECKING:
    from torch import Tensor

HEAD = "head."
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class FineTuned:
    """A checkpoint on disk.

    Attributes
    ----------
    checkpoint, model, base
        "ft:<id>", the model it is of, the checkpoint it started from.
    path, sha256
        Its weights file.
    base_seed
        Of a random start.
    head_only
        Whether it is a classifier on the embeddings of `base`, which stay as they are.

    """

    checkpoint: str
    model: str
    base: str
    path: Path
    sha256: str = ""
    base_seed: int = 0
    head_only: bool = False


def folder() -> Path:
    """Where the checkpoints lie, one folder each."""
    return settings().cache_dir / "checkpoints"


def find(checkpoint: str) -> FineTuned:
    """Look up "ft:<id>".

    Raises
    ------
    Missing
        There is none of this id.
    BadInput
        Its record is damaged, or marks it unusable.

    """
    identity = checkpoint.removeprefix(FINETUNED)
    path = folder() / identity
    if not _ID.fullmatch(identity) or not (path / "model.safetensors").is_file():
        raise Missing(f"There is no fine-tuned checkpoint {identity!r}. Train it again, or choose another.")
    try:
        record = CheckpointRecord.from_dict(read_json(path / "record.json"))
    except (OSError, Corrupt, BadInput) as error:
        raise BadInput(
            f"{path / 'record.json'} is missing or damaged ({error}). Train the model again."
        ) from error
    if not record.model or not record.base:
        raise BadInput(f"{path / 'record.json'} does not say of which model it is. Train the model again.")
    if not record.usable:
        raise BadInput(
            f"The fine-tuned checkpoint {identity} must not be used: {record.reason} Train the model again."
        )
    return FineTuned(
        checkpoint,
        record.model,
        record.base,
        path / "model.safetensors",
        record.sha256,
        record.base_seed,
        record.head_only,
    )


def list_finetuned(model: str) -> list[FineTuned]:
    """Return the readable checkpoints of a model, sorted by id."""
    checkpoints = []
    for record in sorted(folder().glob("*/record.json")):
        try:
            checkpoint = find(FINETUNED + record.parent.name)
        except (BadInput, Missing):
            continue  # still being written, or damaged: opening it by name says so
        if checkpoint.model == model:
            checkpoints.append(checkpoint)
    return checkpoints


def read_state(path: Path, sha256: str = "") -> dict[str, Tensor]:
    """Return the Encoder's state dict in a safetensors file.

    Parameters
    ----------
    path : Path
        The file.
    sha256 : str
        Of its bytes (hex), as the checkpoint's record has it; "" where none is recorded.

    Raises
    ------
    BadInput
        The file is damaged.

    """
    from safetensors.torch import load_file

    with unchanged(path, sha256):
        state = load_file(path)
    return {key: value for key, value in state.items() if not key.startswith(HEAD)}


@contextmanager
def unchanged(path: Path, sha256: str) -> Iterator[None]:
    """Within, a weights file is read that holds what its checkpoint's record tells of.

    Parameters
    ----------
    sha256 : str
        Of its bytes (hex); "" where none is recorded.

    Raises
    ------
    BadInput
        It was changed, or what reads it finds it damaged.

    """
    from safetensors import SafetensorError

    from bioviz.models.weights import file_sha256

    try:
        if sha256 and file_sha256(path) != sha256:
            raise BadInput(
                f"{path} was changed since it was trained: its checksum does not fit. Train the model again."
            )
        yield
    except (SafetensorError, OSError) as error:
        raise BadInput(f"{path} is damaged ({error}). Train the model again.") from error
