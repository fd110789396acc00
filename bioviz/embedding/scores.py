"""Scores of a model's classifier: blocks of their own beside the embeddings, from the same pass through the model.

They are kept as float16, since a model may score fifteen thousand species: half of the disk, in steps of a thousandth.
They are put together into no set: what is asked of them are the few columns that stand for labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.embedding.keys import Recipe, rows_by_recording
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.store.keys import key_of

VERSION = 1
"""Raised when scores are pooled or stored in another way."""
LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class ScoreBlockInputs:
    """What the scores of one recording follow from.

    Attributes
    ----------
    embedding
        Key of the block of its embeddings: recording, windows, model file.
    tensor
        The one that they are read from.

    """

    embedding: str
    tensor: str


def score_store(recipe: Recipe) -> BlockStore:
    """Return the store of the scores of a recipe, whose width is the file's to tell."""
    return BlockStore(f"{recipe.fingerprint[:32]}-scores", None, np.float16)


def score_key(embedding: str, recipe: Recipe) -> str:
    """Key of the scores that come with a block of embeddings."""
    return key_of("score block", VERSION, ScoreBlockInputs(embedding, recipe.scores))


def as_stored(scores: np.ndarray) -> np.ndarray:
    """Return scores as they are kept: float16, the infinite as the largest there is."""
    return np.clip(scores, -LARGEST, LARGEST).astype(np.float16)


def open_scores(
    dataset: Dataset, recipe: Recipe, take: Callable[[np.ndarray], np.ndarray], failed: frozenset[str]
) -> np.ndarray | None:
    """Read what is wanted of the scores of all clips of a dataset.

    Parameters
    ----------
    take
        Called with the (n, S) float32 scores of a recording; gives (n, m).
    failed
        Names of recordings without embeddings; their rows are NaN.

    Returns
    -------
    (N, m) float32, or None where a block is missing or damaged.

    """
    store, out = score_store(recipe), None
    for recording, rows in zip(dataset.recordings, rows_by_recording(dataset), strict=True):
        if not len(rows) or recording.name in failed:
            continue
        key = recipe.block_key(recording.content_hash, dataset.clips.start_s[rows])
        block = store.load(score_key(key, recipe), len(rows))
        if block is None:
            return None
        wanted = take(block.astype(np.float32))
        if out is None:
            out = np.full((len(dataset.clips), wanted.shape[1]), np.nan, dtype=np.float32)
        out[rows] = wanted
    return out


def width_of(dataset: Dataset, recipe: Recipe) -> int | None:
    """Return how many scores a clip has, by the first stored block; None where there is none."""
    store = score_store(recipe)
    for recording, rows in zip(dataset.recordings, rows_by_recording(dataset), strict=True):
        if len(rows):
            key = recipe.block_key(recording.content_hash, dataset.clips.start_s[rows])
            block = store.load(score_key(key, recipe), len(rows))
            if block is not None:
                return int(block.shape[1])
    return None
