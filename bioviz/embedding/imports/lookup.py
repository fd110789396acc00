"""The embedding set of a dataset out of embeddings that were computed elsewhere: clips found by recording and time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from bioviz.config import settings
from bioviz.datasets.types import Dataset, Problem
from bioviz.embedding.keys import rows_by_recording
from bioviz.embedding.stored.sets import EmbeddingSet, folder_of, key_for, read_set, write_set
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.models.base import IMPORTED, ModelCard
from bioviz.models.brought import imported
from bioviz.models.brought.imported import ImportedRows
from bioviz.store.claims.locks import locked
from bioviz.store.keys import key_of

VERSION = 1
"""Raised when clips are found in another way."""
_ROWS_AT_ONCE = 1 << 15
TOLERANCE_S = 0.02
"""A clip is the one that was embedded where both begin within this and are as long."""


@dataclass(frozen=True)
class LookupInputs:
    """What the content of such a set follows from: the clips and the model, and the embeddings themselves."""

    set_key: str
    content: str


def look_up(dataset: Dataset, card: ModelCard) -> EmbeddingSet:
    """Return the set of a dataset, made of the imported rows of its clips; a clip without one has none.

    Raises
    ------
    BadInput
        No clip of the dataset was embedded: other windows, or other recordings.

    """
    identity = registry.fingerprint(card.name, IMPORTED, 0, "float32")
    key, stored_as = key_for(dataset, identity, dataset.sample_rate)
    folder, shape = folder_of(key), (len(dataset.clips), card.dim)
    with locked(settings().cache_dir / "locks" / f"set-{key[:3]}.lock", lambda: None):
        if (there := read_set(folder, *shape)) is not None:
            return there
        held = imported.load(card.name)
        at_row = rows_of(dataset, held)
        if not (at_row >= 0).any():
            raise BadInput(
                f"{card.title} has no embeddings of the clips of {dataset.name}: its windows are {held.width_s:g} s "
                f"long, the dataset's {dataset.plan.width_s:g} s, or they are of other recordings. Import them for "
                "this dataset."
            )
        failures = [
            Problem(
                "unreadable", recording.name, f"{recording.name}: there are no imported embeddings of it."
            )
            for recording, rows in zip(dataset.recordings, rows_by_recording(dataset), strict=True)
            if len(rows) and (at_row[rows] < 0).all()
        ]
        about = {
            "dataset": {"id": dataset.id, "name": dataset.name, "version": dataset.version},
            "clips": len(dataset.clips),
            "recordings": len(dataset.recordings),
            "model": card.name,
            "checkpoint": IMPORTED,
            "fingerprint": identity,
            "computed_on": card.reference,
            "precision": "float32",
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        return write_set(
            folder,
            shape,
            _blocks(held.matrix, at_row),
            key=key_of("imported set", VERSION, LookupInputs(key, card.preprocessing)),
            failures=failures,
            provenance=about,
            stored_as=stored_as,
        )


def _blocks(matrix: np.ndarray, at_row: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the rows of the clips, some at a time: NaN for a clip without one."""
    for start in range(0, len(at_row), _ROWS_AT_ONCE):
        own = at_row[start : start + _ROWS_AT_ONCE]
        block = np.full((len(own), matrix.shape[1]), np.nan, dtype=np.float32)
        block[own >= 0] = matrix[own[own >= 0]]
        yield np.arange(start, start + len(own)), block


def rows_of(dataset: Dataset, held: ImportedRows) -> np.ndarray:
    """(N,) int64 the imported row of each clip, -1 for none."""
    out = np.full(len(dataset.clips), -1, dtype=np.int64)
    if abs(held.width_s - dataset.plan.width_s) > TOLERANCE_S:
        return out
    at = {content: i for i, content in enumerate(held.hashes)}
    order = np.lexsort((held.start_s, held.recording))
    edges = np.searchsorted(held.recording[order], np.arange(len(held.hashes) + 1))
    for recording, rows in zip(dataset.recordings, rows_by_recording(dataset), strict=True):
        position = at.get(recording.content_hash)
        if position is None or not len(rows):
            continue
        own = order[edges[position] : edges[position + 1]]
        starts = held.start_s[own]
        if not len(own):
            continue
        near = np.searchsorted(starts, dataset.clips.start_s[rows])
        for candidate in (np.clip(near - 1, 0, len(own) - 1), np.clip(near, 0, len(own) - 1)):
            hit = np.abs(starts[candidate] - dataset.clips.start_s[rows]) <= TOLERANCE_S
            out[rows[hit]] = own[candidate[hit]]
    return out
