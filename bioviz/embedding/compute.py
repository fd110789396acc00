"""Compute the blocks of recordings, sharing the work with any other process that does the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from bioviz.embedding.acoustic import acoustic_store
from bioviz.embedding.batches.batch_embedder import BatchEmbedder
from bioviz.embedding.batches.several import Together, on_each
from bioviz.embedding.batches.turns import turn_on
from bioviz.embedding.keys import Recipe
from bioviz.embedding.prefetch import Prefetcher
from bioviz.embedding.source import Chunk, Hashes, RecordingTask, Unit, decode, units_of
from bioviz.embedding.stored.block_writer import BlockWriter
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.stored.gather import Gatherer, Outputs
from bioviz.embedding.work import Counter, rounds
from bioviz.models.base import Scorer
from bioviz.store.hashes import HashMemory

if TYPE_CHECKING:
    from bioviz.models.base import Model

AHEAD_BYTES = {"cuda": 512 << 20, "mps": 128 << 20, "cpu": 64 << 20}
GPU_TAKEN = "waiting for another job that embeds on the same GPU"


def decoding_threads() -> int:
    """As many as the cores that this process may use, 16 at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 16)


def decode_ahead(
    units: Iterable[Unit],
    width_s: float,
    rate: int | None,
    memory: Hashes,
    device: str,
    measured: Callable[[RecordingTask, np.ndarray], object] = lambda *_: None,
) -> Prefetcher[Unit, Chunk]:
    """Chunks of the units, decoded in threads ahead of a model on `device`; see `source.decode`."""
    return Prefetcher(
        units,
        lambda unit: decode(unit, width_s, rate, memory, measured),
        threads=decoding_threads(),
        limit_bytes=AHEAD_BYTES.get(device, 64 << 20),
        alternate=device == "cpu" and rate is not None,
    )


def compute_embeddings(
    tasks: Iterable[RecordingTask],
    store: BlockStore,
    recipe: Recipe,
    open_model: Callable[[], Model],
    counter: Counter,
    others: Sequence[Callable[[], Model]] = (),
) -> None:
    """Store the block of every task, or note in `task.failed` why there is none.

    A model that scores too gives both from one pass: whichever of the two stores is asked for, the other gets its
    blocks (`task.beside`) where they are missing.

    Acoustic blocks that are missing are measured from the same recordings, unless another process is at it.

    Parameters
    ----------
    others
        Open the same model on further devices, which compute at the same time.

    Raises
    ------
    Cancelled, DiskFull, and what `open_model` raises; finished blocks stay.

    """
    opened: list[Model] = []

    def run(claimed: Iterator[RecordingTask], memory: HashMemory) -> None:
        if not opened:
            opened.extend(each() for each in (open_model, *others))
        embed_tasks(claimed, store, recipe, opened, counter, memory)

    rounds(tasks, store, run, counter)


def embed_tasks(
    tasks: Iterable[RecordingTask],
    store: BlockStore,
    recipe: Recipe,
    models: Sequence[Model],
    counter: Counter,
    memory: Hashes,
) -> None:
    """`compute_embeddings` of tasks that nobody else is at, by a model opened on one device or on several."""
    with ExitStack() as stack:
        if len(models) == 1:
            stack.enter_context(turn_on(models[0].device, lambda: counter.add(0, GPU_TAKEN)))
        writer = stack.enter_context(BlockWriter())
        blocks = Gatherer(Outputs(store, recipe, writer), counter)
        measured, kind = _acoustic_into(writer), models[0].device.type
        ahead = decode_ahead(_units(tasks), recipe.width_s, recipe.rate, memory, kind, measured)
        chunks = stack.enter_context(ahead)
        if len(models) == 1:
            _embed(models[0], chunks, recipe, blocks, lambda: None)
            return

        def work(model: Model, together: Together) -> None:
            """Wait for a GPU that another job has while the others compute."""

            def waiting() -> None:
                together.wait()
                counter.add(0)

            with turn_on(model.device, waiting):
                _embed(model, chunks, recipe, blocks, together.go_on)

        on_each(models, work, ahead.is_done)


def _embed(
    model: Model, chunks: Iterable[Chunk], recipe: Recipe, blocks: Gatherer, go_on: Callable[[], object]
) -> None:
    """Embed what is taken of the chunks, calling `go_on` before each."""
    embed = model.embed_and_score if recipe.scores and isinstance(model, Scorer) else model.embed
    forward = BatchEmbedder(model, recipe.rate, recipe.width, blocks.deliver, embed)
    for chunk in chunks:
        go_on()
        if chunk.failure is not None:
            blocks.fail(chunk)
        elif chunk.task.failed is None and not chunk.task.is_lost():
            forward.add(chunk.task, chunk.local, chunk.windows)
    forward.finish()


def compute_acoustic(tasks: Iterable[RecordingTask], width_s: float, counter: Counter) -> None:
    """Store the acoustic block of every task, or note in `task.failed` why there is none.

    Raises
    ------
    Cancelled, DiskFull; finished blocks stay.

    """

    def run(claimed: Iterator[RecordingTask], memory: HashMemory) -> None:
        measure_tasks(claimed, width_s, counter, memory)

    rounds(tasks, acoustic_store(), run, counter)


def measure_tasks(tasks: Iterable[RecordingTask], width_s: float, counter: Counter, memory: Hashes) -> None:
    """`compute_acoustic` of tasks that nobody else is at."""
    with ExitStack() as stack:
        measured = _acoustic_into(stack.enter_context(BlockWriter()), releases=True)
        ahead = decode_ahead(_units(tasks), width_s, None, memory, "cpu", measured)
        for chunk in stack.enter_context(ahead):
            task = chunk.task
            task.failed = task.failed or chunk.failure
            if task.failed or task.acoustic is None:
                task.release()
            counter.add(len(chunk.local))


def _units(tasks: Iterable[RecordingTask]) -> Iterator[Unit]:
    for task in tasks:
        yield from units_of(task)


def _acoustic_into(
    writer: BlockWriter, releases: bool = False
) -> Callable[[RecordingTask, np.ndarray], None]:
    """Return what has the acoustic columns of a recording stored, and where it `releases` the task then."""
    store = acoustic_store()

    def measured(task: RecordingTask, block: np.ndarray) -> None:
        if task.acoustic is not None:
            writer.put(store, task.acoustic.key, block, task.release if releases else lambda: None)

    return measured
