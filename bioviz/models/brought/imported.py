"""Embeddings that were computed elsewhere, as models that know their clips alone: a folder each."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from bioviz import rights
from bioviz.config import settings
from bioviz.errors import BadInput, Missing
from bioviz.models.base import IMPORTED, ModelCard
from bioviz.store.arrays import load_array, save_array
from bioviz.store.files import Corrupt, read_json, write_json
from bioviz.store.keys import key_of

if TYPE_CHECKING:
    import numpy as np

FAMILY = "Computed elsewhere"
PREFIX = "imported_"
_CARD, _MATRIX, _STARTS, _RECORDINGS = "card.json", "matrix.npy", "starts.npy", "recordings.npy"


@dataclass(frozen=True)
class ImportedCard:
    """What is known of embeddings that were computed elsewhere; kept as JSON beside them.

    Attributes
    ----------
    title, source
        Of the model, as it is called there; what wrote it.
    dim, rows
        Numbers in an embedding; embeddings.
    width_s
        Of a window, in seconds.
    content
        Digest of the embeddings and of what they are of.
    hashes
        Content hashes of the recordings.
    created
        ISO time in UTC.

    """

    title: str
    source: str
    dim: int
    rows: int
    width_s: float
    content: str
    hashes: tuple[str, ...]
    created: str


@dataclass(frozen=True, eq=False)
class ImportedRows:
    """The embeddings: row i is of recording `hashes[recording[i]]` from `start_s[i]` on.

    Attributes
    ----------
    matrix : (n, d) float32
    recording : (n,) int64
    start_s : (n,) float64
    hashes
        Content hashes of the recordings.
    width_s
        Of all windows, in seconds.

    """

    matrix: np.ndarray
    recording: np.ndarray
    start_s: np.ndarray
    hashes: tuple[str, ...]
    width_s: float


def folder() -> Path:
    """Where they lie, one folder each."""
    return settings().cache_dir / "imported"


def keep(title: str, source: str, rows: ImportedRows, created: str) -> str:
    """Keep embeddings and return the name of their model; the same again are the same. Raises DiskFull."""
    rights.require()
    content = key_of("imported embeddings", 1, rows)
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40] or "model"
    name = f"{PREFIX}{slug}_{content[:8]}"
    directory = folder() / name
    save_array(directory / _MATRIX, rows.matrix)
    save_array(directory / _RECORDINGS, rows.recording)
    save_array(directory / _STARTS, rows.start_s)
    about = ImportedCard(
        title[:200],
        source[:200],
        rows.matrix.shape[1],
        len(rows.matrix),
        rows.width_s,
        content,
        rows.hashes,
        created,
    )
    write_json(directory / _CARD, asdict(about))
    return name


def load(name: str) -> ImportedRows:
    """Return the embeddings of a model of this kind, the matrix memory-mapped.

    Raises
    ------
    Missing
        There is none of this name.
    BadInput
        They are damaged.

    """
    directory = _place(name)
    about = _read(directory)
    try:
        matrix = load_array(directory / _MATRIX, mmap=True)
        recording, start_s = load_array(directory / _RECORDINGS), load_array(directory / _STARTS)
    except (Corrupt, FileNotFoundError) as error:
        raise BadInput(f"The embeddings in {directory} are damaged ({error}). Import them again.") from error
    if matrix.shape != (about.rows, about.dim) or recording.shape != (about.rows,) != start_s.shape:
        raise BadInput(f"The embeddings in {directory} do not belong together. Import them again.")
    return ImportedRows(matrix, recording, start_s, about.hashes, about.width_s)


def cards() -> list[ModelCard]:
    """List them by title; a folder whose card cannot be read is passed over."""
    read = []
    for path in sorted(folder().glob(f"{PREFIX}*/{_CARD}")):
        try:
            read.append(_model_card(path.parent.name, _read(path.parent)))
        except (BadInput, Missing):
            continue  # opening it by name says why
    return sorted(read, key=lambda card: (card.title, card.name))


def find(name: str) -> ModelCard | None:
    """Return the card of one; None where there is none of this name. Raises BadInput where it is damaged."""
    try:
        return _model_card(name, _read(_place(name)))
    except Missing:
        return None


def remove(name: str) -> None:
    """Delete one; what was computed from it stays in the cache. Raises Missing."""
    rights.require()
    shutil.rmtree(_place(name))


def _place(name: str) -> Path:
    if not re.fullmatch(rf"{PREFIX}[a-z0-9_]+", name) or not (folder() / name).is_dir():
        raise Missing(f"There are no embeddings {name!r}. Import them again.")
    return folder() / name


def _read(directory: Path) -> ImportedCard:
    try:
        value = read_json(directory / _CARD)
        known = {field.name for field in fields(ImportedCard)}
        about = ImportedCard(**{key: each for key, each in value.items() if key in known})
        about = ImportedCard(**{**vars(about), "hashes": tuple(map(str, about.hashes))})
        numbers = about.dim, about.rows, about.width_s
        if not all(isinstance(each, int | float) and each > 0 for each in numbers):
            raise TypeError("numbers below 1")
        if not all(isinstance(text, str) for text in (about.title, about.source, about.content)):
            raise TypeError("no text")
    except FileNotFoundError as error:
        raise Missing(f"{directory} holds no embeddings. Import them again.") from error
    except (Corrupt, TypeError, AttributeError) as error:
        raise BadInput(
            f"The card in {directory} is damaged ({error}). Import the embeddings again."
        ) from error
    return about


def _model_card(name: str, about: ImportedCard) -> ModelCard:
    return ModelCard(
        name=name,
        title=f"{about.title} (imported)",
        family=FAMILY,
        sample_rate=None,
        window_s=None,
        dim=about.dim,
        licence="not stated",
        reference=about.source,
        about=f"{about.rows:,} embeddings of windows of {about.width_s:g} s, from {about.source}. Only these clips.",
        checkpoints=(IMPORTED,),
        weights=None,
        preprocessing=about.content,
        autocast=False,
    )
