"""Fine-tuned checkpoints: save, list, delete, export, import. Saving and importing need torch, the rest does not.

A checkpoint is the folder cache_dir/checkpoints/<id> with `model.safetensors` (the encoder, and the classifier below
"head.") and `record.json`; its id is the beginning of the file's sha256.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioviz import rights
from bioviz.dates import in_zone
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.models.base import FINETUNED
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.models.finetuned import HEAD, folder
from bioviz.percent import percent
from bioviz.store.files import Corrupt, read_json, write_atomic, write_json
from bioviz.store.zips import ZIP_TROUBLE

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS, RECORD = "model.safetensors", "record.json"
CHECKING = "check-"  # ids of checkpoints whose parity is being checked begin with it
ID_DIGITS = 16
_LARGEST_RECORD = 50_000_000
_LARGEST_WEIGHTS = 8_000_000_000


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint in the list: its id and its record (`finetune` writes it)."""

    id: str
    record: CheckpointRecord

    @property
    def name(self) -> str:
        """ "ft:<id>", what `registry.open_model` takes."""
        return FINETUNED + self.id

    @property
    def title(self) -> str:
        """Its name, or what tells it from others that have none."""
        return self.title_in(UTC)

    def title_in(self, zone: tzinfo) -> str:
        """Return its name, or what tells it from others that have none, with times as in that zone."""
        record = self.record
        if record.name:
            return record.name
        parts = (_when(record.created, zone), record.strategy, _background(record.settings))
        return ", ".join(part for part in parts if part)

    @property
    def usable(self) -> bool:
        return self.record.usable

    @property
    def path(self) -> Path:
        return folder() / self.id / WEIGHTS


def _when(created: str, zone: tzinfo) -> str:
    """Return when it was made, to the second, as that tells two trainings apart."""
    try:
        return in_zone(datetime.fromisoformat(created), zone, seconds=True)
    except ValueError:  # a record from elsewhere
        return created


def _background(settings: Mapping[str, Any]) -> str:
    """In two or three words, how much background a training saw; nothing where it saw all."""
    share = settings.get("background_share", 1.0)
    if settings.get("remove_everywhere") or share == 0:
        return "without background"
    return f"{percent(share)} background" if isinstance(share, int | float) and share < 1 else ""


def list_checkpoints() -> list[Checkpoint]:
    """All readable checkpoints, newest first, those marked unusable too."""
    checkpoints = []
    for record in folder().glob(f"*/{RECORD}"):
        with contextlib.suppress(Missing, BadInput):
            if not record.parent.name.startswith((CHECKING, ".")):
                checkpoints.append(get(record.parent.name))
    return sorted(checkpoints, key=lambda checkpoint: checkpoint.record.created, reverse=True)


def get(identity: str) -> Checkpoint:
    """Return the checkpoint of an id.

    Raises
    ------
    Missing
        There is none.
    BadInput
        Its record is damaged.

    """
    path = _place(identity)
    try:
        record = CheckpointRecord.from_dict(read_json(path / RECORD))
    except FileNotFoundError as error:
        raise Missing(f"There is no fine-tuned checkpoint {identity!r}.") from error
    except Corrupt as error:
        raise BadInput(str(error)) from error
    if not (path / WEIGHTS).is_file():
        raise BadInput(f"{path} is not a whole checkpoint. Delete it, and train the model again.")
    return Checkpoint(identity, record)


def delete(identity: str) -> None:
    """Remove a checkpoint for good. Raises Missing."""
    rights.require()
    path = _place(identity)
    if not path.is_dir():
        raise Missing(f"There is no fine-tuned checkpoint {identity!r}.")
    doomed = path.with_name(f".{identity}.{os.getpid()}.tmp")  # never half a folder under its own name
    path.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def save(encoder: Mapping[str, Tensor], head: Mapping[str, Tensor], record: CheckpointRecord) -> Checkpoint:
    """Write a checkpoint under an id that says it is still to be checked; `finalize` gives it its own.

    Parameters
    ----------
    encoder, head
        State dicts.

    Raises
    ------
    DiskFull.

    """
    rights.require()
    from safetensors.torch import save as to_bytes

    tensors = {**encoder, **{HEAD + name: value for name, value in head.items()}}
    data = to_bytes({name: value.detach().cpu().contiguous() for name, value in tensors.items()})
    sha256 = hashlib.sha256(data).hexdigest()
    return _write(CHECKING + sha256[:ID_DIGITS], data, replace(record, sha256=sha256))


def finalize(checkpoint: Checkpoint, *, usable: bool, reason: str, parity: dict[str, Any]) -> Checkpoint:
    """Give a checked checkpoint its id, with the outcome of the parity check in its record."""
    rights.require()
    identity = checkpoint.id.removeprefix(CHECKING)
    checked = replace(checkpoint.record, usable=usable, reason=reason, parity=parity)
    write_json(checkpoint.path.with_name(RECORD), checked.to_dict())
    path = folder() / identity
    if path.is_dir():
        delete(identity)
    checkpoint.path.parent.rename(path)
    return get(identity)


def export(identity: str) -> bytes:
    """Return a zip file with weights and record. Raises Missing, BadInput."""
    checkpoint = get(identity)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.write(checkpoint.path, WEIGHTS)
        archive.writestr(RECORD, json.dumps(checkpoint.record.to_dict(), ensure_ascii=False, indent=1))
    return packed.getvalue()


def import_zip(data: bytes) -> Checkpoint:
    """Take over a checkpoint that `export` gave, here or on another computer. Nothing in it is run or trusted.

    Raises
    ------
    BadInput
        It is no such file, it was changed, or its weights do not fit the model it says.
    Missing
        It is of a model that is not known here. DiskFull.

    """
    rights.require()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sorted(archive.namelist()) != sorted([WEIGHTS, RECORD]):
                raise BadInput(
                    f"A checkpoint file holds just {WEIGHTS} and {RECORD}; this one holds something else."
                )
            too_large = archive.getinfo(RECORD).file_size > _LARGEST_RECORD
            packed = archive.getinfo(WEIGHTS)
            # Weights are as good as random, so that they hardly shrink: what does is none.
            too_large |= packed.file_size > min(_LARGEST_WEIGHTS, 10 * packed.compress_size + 1_000_000)
            if too_large:
                raise BadInput("This checkpoint file is too large to be one.")
            values, weights = json.loads(archive.read(RECORD)), archive.read(WEIGHTS)
    except (*ZIP_TROUBLE, RecursionError) as error:
        raise BadInput(f"This is not a checkpoint file exported here ({error}).") from error
    record = CheckpointRecord.from_dict(values)
    if not (record.model and record.base and record.sha256):
        raise BadInput(f"The {RECORD} in this file does not say which model it is of.")
    sha256 = hashlib.sha256(weights).hexdigest()
    if record.sha256 != sha256:
        raise BadInput(
            "The weights in this file are not those its record tells of: it is damaged or was changed."
        )
    if record.head_only:
        _check_head(record, weights)
    else:
        _check_fit(record.model, weights)
    return _write(sha256[:ID_DIGITS], weights, record)


def _check_fit(model: str, weights: bytes) -> None:
    """Raise BadInput unless the weights are those of the model."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    from bioviz.models.encoder import build_encoder

    expected = build_encoder(registry.card(model), None).state_dict()
    try:
        state = load(weights)
    except (SafetensorError, ValueError) as error:
        raise BadInput(f"The weights in this file are damaged ({error}).") from error
    own = {name: value.shape for name, value in state.items() if not name.startswith(HEAD)}
    if own != {name: value.shape for name, value in expected.items()}:
        raise BadInput(f"The weights in this file are not of {model}, or of another version of it.")


def _check_head(record: CheckpointRecord, weights: bytes) -> None:
    """Raise BadInput unless the weights are a classifier of as many outputs as the record names, on the embedding."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    expected = {
        f"{HEAD}weight": (len(record.outputs), registry.card(record.model).dim),
        f"{HEAD}bias": (len(record.outputs),),
    }
    try:
        own = {name: value.shape for name, value in load(weights).items()}
    except (SafetensorError, ValueError) as error:
        raise BadInput(f"The weights in this file are damaged ({error}).") from error
    if own != expected:
        raise BadInput(f"The classifier in this file is not one on the embedding of {record.model}.")


def _write(identity: str, weights: bytes, record: CheckpointRecord) -> Checkpoint:
    path = folder() / identity
    (path / RECORD).unlink(missing_ok=True)  # the record makes it a checkpoint, so it comes last
    write_atomic(path / WEIGHTS, weights)
    write_json(path / RECORD, record.to_dict())
    return get(identity)


def _place(identity: str) -> Path:
    if not identity or not all(
        letter.isascii() and (letter.isalnum() or letter in "-_") for letter in identity
    ):
        raise Missing(f"{identity!r} is not the id of a checkpoint.")
    return folder() / identity
