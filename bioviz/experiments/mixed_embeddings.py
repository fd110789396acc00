"""Embeddings of mixtures: kept by chunks of clips, one block a ratio, so that a cancelled job loses little."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bioviz.audio.decode import RESAMPLER
from bioviz.datasets.types import Problem
from bioviz.embedding.keys import Recipe
from bioviz.embedding.spreading.spread import Workers
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.work import Counter
from bioviz.experiments.draw import Draw
from bioviz.experiments.mixed_chunks import Batch, Chunk, compute_chunks
from bioviz.experiments.spread_mixtures import spread_chunks
from bioviz.models.titles import title_of
from bioviz.progress import Progress
from bioviz.store.hashes import HashMemory
from bioviz.store.keys import key_of

if TYPE_CHECKING:
    from bioviz.models.base import Model

VERSION = 4  # raise it when mixtures are made in another way
CHUNK = 16  # clips whose embeddings are kept together: what a cancelled job may lose of each ratio


@dataclass(frozen=True)
class MixtureInputs:
    """What the embeddings of some mixtures of one ratio follow from; see `Recipe` and `Pair.identity`."""

    fingerprint: str
    arithmetic: str
    resampler: str
    rate: int
    width: int
    pairs: tuple[tuple[object, ...], ...]
    snr_db: float


def embed_mixtures(
    drawn: Draw,
    snrs_db: Sequence[float],
    recipe: Recipe,
    open_model: Callable[[], Model],
    progress: Progress,
    workers: Workers | None = None,
) -> tuple[np.ndarray, tuple[Problem, ...]]:
    """Embed every clip at every ratio; what is stored already is not computed again.

    Parameters
    ----------
    workers
        Of a cluster, to which `open_model` is sent; this process computes if None.

    Returns
    -------
    (s, m, D) float32, NaN where a clip could not be mixed, and why.

    Raises
    ------
    Cancelled, DiskFull, and what `open_model` raises; finished blocks stay.

    """
    store = BlockStore(recipe.fingerprint[:32], recipe.dim)
    embeddings = np.full((len(snrs_db), len(drawn.pairs), recipe.dim), np.nan, dtype=np.float32)
    counter = Counter(
        progress,
        f"Embedding mixtures with {title_of(recipe.model, recipe.checkpoint)}",
        embeddings.shape[0] * embeddings.shape[1],
    )
    todo = []
    for first in range(0, len(drawn.pairs), CHUNK):
        chunk = _chunk(drawn, range(first, min(first + CHUNK, len(drawn.pairs))), snrs_db, recipe)
        for i, key in enumerate(chunk.keys):
            block = store.load(key, len(chunk.places))
            if block is None:
                chunk.missing.append(i)
            else:
                embeddings[i, chunk.places] = block
        counter.add((len(chunk.keys) - len(chunk.missing)) * len(chunk.places))
        if chunk.missing:
            chunk.made = np.full((len(chunk.missing), len(chunk.places), recipe.dim), np.nan, np.float32)
            chunk.left = len(chunk.missing) * len(chunk.places)
            todo.append(chunk)
    problems: list[Problem] = []
    batch = Batch(drawn.pairs, tuple(snrs_db), recipe)
    if todo and workers is None:
        with HashMemory() as memory:
            compute_chunks(todo, batch, open_model(), store, counter, problems, memory)
    elif todo and workers is not None:
        spread_chunks(todo, batch, open_model, store, counter, problems, workers)
    for chunk in todo:
        embeddings[np.ix_(chunk.missing, chunk.places)] = chunk.made
    return embeddings, tuple(problems)


def _chunk(drawn: Draw, places: range, snrs_db: Sequence[float], recipe: Recipe) -> Chunk:
    pairs = tuple(tuple(drawn.pairs[i].identity) for i in places)
    keys = [
        key_of(
            "mixture block",
            VERSION,
            MixtureInputs(
                recipe.fingerprint, recipe.arithmetic, RESAMPLER, recipe.rate, recipe.width, pairs, float(snr)
            ),
        )
        for snr in snrs_db
    ]
    return Chunk(np.array(places), keys, [], np.empty((0, len(places), recipe.dim), np.float32))
