"""Mixtures of some clips through a model: what is lacking of them is made, embedded and stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bioviz.datasets.types import Problem
from bioviz.embedding.batches.batch_embedder import BatchEmbedder
from bioviz.embedding.compute import AHEAD_BYTES, decoding_threads
from bioviz.embedding.keys import Recipe
from bioviz.embedding.prefetch import Prefetcher
from bioviz.embedding.source import Hashes
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.work import Counter
from bioviz.errors import BadInput
from bioviz.experiments.draw import Pair
from bioviz.experiments.mixtures import mixtures

if TYPE_CHECKING:
    from bioviz.models.base import Model


@dataclass(frozen=True, eq=False)
class Batch:
    """What all chunks have in common: pairs that they are places in, ratios, and what decides the numbers."""

    pairs: Sequence[Pair]
    snrs_db: tuple[float, ...]
    recipe: Recipe


@dataclass(eq=False)
class Chunk:
    """Some pairs, the ratios that are still to be embedded, and what there is of their embeddings."""

    places: np.ndarray  # of its pairs in the draw
    keys: list[str]  # one a ratio
    missing: list[int]  # ratios without a stored block
    made: np.ndarray  # (missing, pairs, D)
    left: int = 0
    failed: bool = False


@dataclass(frozen=True)
class _Mixed:
    chunk: Chunk
    place: int
    waveforms: np.ndarray
    failure: Problem | None = None
    nbytes: int = field(default=0)


def compute_chunks(
    chunks: Sequence[Chunk],
    batch: Batch,
    model: Model,
    store: BlockStore,
    counter: Counter,
    problems: list[Problem],
    memory: Hashes,
) -> None:
    """Embed the mixtures that chunks lack into their `made`, and store what is complete; adds to `problems`."""
    recipe, snrs_db = batch.recipe, batch.snrs_db

    def produce(unit: tuple[Chunk, int]) -> Iterator[_Mixed]:
        chunk, local = unit
        pair = batch.pairs[int(chunk.places[local])]
        try:
            if pair.sound.identity(memory.content_hash(pair.sound.path)) != pair.content_hash:
                raise BadInput(f"{pair.name} has changed since the dataset was added. Add it again.")
            waveforms = mixtures(pair, [snrs_db[i] for i in chunk.missing], recipe.rate, recipe.width)
            yield _Mixed(chunk, local, waveforms, nbytes=waveforms.nbytes)
        except (BadInput, OSError) as error:
            detail = f"The clip at {pair.start_s:.2f} s could not be mixed with {pair.noise.name}: {error}"
            yield _Mixed(chunk, local, np.empty((0, 0), np.float32), Problem("unreadable", pair.name, detail))

    def deliver(chunk: Chunk, rows: np.ndarray, embeddings: np.ndarray) -> None:
        chunk.made[np.divmod(rows, len(chunk.places))] = embeddings
        done(chunk, len(rows))

    def done(chunk: Chunk, count: int) -> None:
        chunk.left -= count
        if chunk.left == 0 and not chunk.failed:
            for i, block in zip(chunk.missing, chunk.made, strict=True):
                store.save(chunk.keys[i], block)
        counter.add(count)

    units = ((chunk, local) for chunk in chunks for local in range(len(chunk.places)))
    device = model.device.type
    ahead = Prefetcher(
        units,
        produce,
        threads=decoding_threads(),
        limit_bytes=AHEAD_BYTES.get(device, 64 << 20),
        alternate=device == "cpu",
    )
    forward: BatchEmbedder[Chunk] = BatchEmbedder(model, recipe.rate, recipe.width, deliver)
    with ahead:
        for mixed in ahead:
            chunk = mixed.chunk
            if mixed.failure is not None:
                problems.append(mixed.failure)
                chunk.failed = True  # not stored: the file may be readable next time
                done(chunk, len(chunk.missing))
                continue
            rows = np.arange(len(chunk.missing)) * len(chunk.places) + mixed.place
            forward.add(chunk, rows, mixed.waveforms)
        forward.finish()
