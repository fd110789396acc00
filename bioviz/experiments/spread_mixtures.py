"""Mixtures embedded by the workers of a cluster: a chunk of clips is a parcel, and comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bioviz.cluster.on_worker import Place
from bioviz.cluster.spread import Parcel, Spread
from bioviz.datasets.types import Problem
from bioviz.embedding.spreading.on_worker import opened
from bioviz.embedding.spreading.parcels import SentHashes
from bioviz.embedding.spreading.spread import Workers
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.work import Counter
from bioviz.experiments.mixed_chunks import Batch, Chunk, compute_chunks

if TYPE_CHECKING:
    from bioviz.models.base import Model


@dataclass(frozen=True, eq=False)
class ToMix:
    """A chunk for a worker: its own pairs alone, and the ratios that it lacks."""

    batch: Batch
    keys: list[str]
    open_model: Callable[[], Model]


def mix_parcel(parcel: ToMix, place: Place) -> tuple[np.ndarray, list[Problem], bool]:
    """Embed a chunk on a worker; returns its mixtures (s, pairs, D), what went wrong, and whether all is complete.

    Where the cache folder is shared, ratios that a worker stored before it ended are read.
    """
    batch = parcel.batch
    store = BlockStore(batch.recipe.fingerprint[:32], batch.recipe.dim)
    shape = (len(parcel.keys), len(batch.pairs), batch.recipe.dim)
    chunk = Chunk(np.arange(shape[1]), parcel.keys, [], np.full(shape, np.nan, np.float32))
    stored = [store.load(key, shape[1]) for key in parcel.keys]
    counter = Counter(place, "", shape[0] * shape[1])
    problems: list[Problem] = []
    if all(block is not None for block in stored):
        return np.stack([block for block in stored if block is not None]), problems, True
    chunk.missing, chunk.left = list(range(shape[0])), shape[0] * shape[1]
    compute_chunks([chunk], batch, opened(parcel.open_model), store, counter, problems, SentHashes(()))
    return chunk.made, problems, not chunk.failed


def spread_chunks(
    chunks: Sequence[Chunk],
    batch: Batch,
    open_model: Callable[[], Model],
    store: BlockStore,
    counter: Counter,
    problems: list[Problem],
    workers: Workers,
) -> None:
    """`compute_chunks` on the workers of a cluster; mixtures come back, since they are needed here."""

    def take(parcel: Parcel[Chunk], result: tuple[np.ndarray, list[Problem], bool], seconds: float) -> None:
        chunk = parcel.owner
        chunk.made, said, complete = result
        problems.extend(said)
        if complete:
            for i, block in zip(chunk.missing, chunk.made, strict=True):
                if not store.has(chunk.keys[i]):
                    store.save(chunk.keys[i], block)

    def parcels() -> Iterator[Parcel[Chunk]]:
        for chunk in chunks:
            own = Batch(
                [batch.pairs[i] for i in chunk.places],
                tuple(batch.snrs_db[i] for i in chunk.missing),
                batch.recipe,
            )
            payload = ToMix(own, [chunk.keys[i] for i in chunk.missing], open_model)
            yield Parcel(chunk, payload, len(chunk.missing) * len(chunk.places))

    Spread(workers.connection, mix_parcel, take, counter.add, workers.among).run(parcels())
