"""Compute the blocks of recordings, sharing the work with any other process that does the same."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock

from bioviz.embedding.acoustic import acoustic_store
from bioviz.embedding.batches.batch_embedder import BatchEmbedder
from bioviz.embedding.batches.turns import turn_on
from bioviz.embedding.block_writer import BlockWriter
from bioviz.embedding.blocks import BlockStore
from bioviz.embedding.gather import Counter, Gatherer, Outputs
from bioviz.embedding.keys import Recipe
from bioviz.embedding.prefetch import Prefetcher
from bioviz.embedding.shards import Shard, shard_of
from bioviz.embedding.source import Chunk, RecordingTask, Unit, decode, units_of
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
    memory: HashMemory,
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
) -> None:
    """Store the block of every task, or note in `task.failed` why there is none.

    A model that scores too gives both from one pass: whichever of the two stores is asked for, the other gets its
    blocks (`task.beside`) where they are missing.

    Acoustic blocks that are missing are measured from the same recordings, unless another process is at it.

    Raises
    ------
    Cancelled, DiskFull, and what `open_model` raises; finished blocks stay.

    """
    opened: list[Model] = []

    def run(units: Iterator[Unit], memory: HashMemory) -> None:
        if not opened:
            opened.append(open_model())
        model = opened[0]
        with ExitStack() as stack:
            stack.enter_context(turn_on(model.device, lambda: counter.add(0, GPU_TAKEN)))
            writer = stack.enter_context(BlockWriter())
            blocks = Gatherer(Outputs(store, recipe, writer), counter)
            embed = model.embed_and_score if recipe.scores and isinstance(model, Scorer) else model.embed
            forward = BatchEmbedder(model, recipe.rate, recipe.width, blocks.deliver, embed)
            measured = _acoustic_into(writer)
            ahead = decode_ahead(units, recipe.width_s, recipe.rate, memory, model.device.type, measured)
            for chunk in stack.enter_context(ahead):
                if chunk.failure is not None:
                    blocks.fail(chunk)
                elif chunk.task.failed is None:
                    forward.add(chunk.task, chunk.local, chunk.windows)
            forward.finish()

    _rounds(tasks, store, run, counter)


def compute_acoustic(tasks: Iterable[RecordingTask], width_s: float, counter: Counter) -> None:
    """Store the acoustic block of every task, or note in `task.failed` why there is none.

    Raises
    ------
    Cancelled, DiskFull; finished blocks stay.

    """

    def run(units: Iterator[Unit], memory: HashMemory) -> None:
        with ExitStack() as stack:
            measured = _acoustic_into(stack.enter_context(BlockWriter()), releases=True)
            for chunk in stack.enter_context(decode_ahead(units, width_s, None, memory, "cpu", measured)):
                task = chunk.task
                task.failed = task.failed or chunk.failure
                if task.failed or task.acoustic is None:
                    task.release()
                counter.add(len(chunk.local))

    _rounds(tasks, acoustic_store(), run, counter)


def _acoustic_into(
    writer: BlockWriter, releases: bool = False
) -> Callable[[RecordingTask, np.ndarray], None]:
    """Return what has the acoustic columns of a recording stored, and where it `releases` the task then."""
    store = acoustic_store()

    def measured(task: RecordingTask, block: np.ndarray) -> None:
        if task.acoustic is not None:
            writer.put(store, task.acoustic.key, block, task.release if releases else lambda: None)

    return measured


def _rounds(
    tasks: Iterable[RecordingTask],
    store: BlockStore,
    run: Callable[[Iterator[Unit], HashMemory], None],
    counter: Counter,
) -> None:
    """Run what can be claimed; come back for what another process had, until it is there or can be claimed."""
    todo = list(tasks)
    with HashMemory() as memory:
        while todo:
            work = _Work(todo, store, counter)
            units = iter(work)
            try:
                first = next(units, None)
                if first is not None:  # otherwise no model need be opened
                    run(itertools.chain([first], units), memory)
            finally:
                for task in work.claimed:
                    task.release()
            if first is None and work.postponed:
                counter.wait()
            todo = work.postponed


class _Work:
    """The units of all tasks that have no block yet and can be claimed, shard by shard.

    Attributes
    ----------
    claimed
        Tasks that units were made of.
    postponed
        Tasks of shards that another process has, and second tasks for the same block.

    """

    def __init__(self, tasks: Iterable[RecordingTask], store: BlockStore, counter: Counter) -> None:
        self._store, self._counter, self._acoustic = store, counter, acoustic_store()
        self._shards: dict[str, list[RecordingTask]] = {}
        for task in tasks:
            self._shards.setdefault(shard_of(task.recording.content_hash), []).append(task)
        self.claimed: list[RecordingTask] = []
        self.postponed: list[RecordingTask] = []

    def __iter__(self) -> Iterator[Unit]:
        for name, tasks in self._shards.items():
            missing = self._missing(tasks)
            if not missing:
                continue
            lock = self._store.claim(name)
            if lock is None:
                self.postponed.extend(missing)
                continue
            missing = self._missing(missing)  # another process may have stored some just before
            first = {task.key: task for task in reversed(missing)}
            self.postponed.extend(task for task in missing if first[task.key] is not task)
            claimed = [task for task in missing if first[task.key] is task]
            shard = Shard([lock, *self._claim_acoustic(name, claimed)], len(claimed))
            for task in claimed:
                task.shard = shard
            self.claimed.extend(claimed)
            for task in claimed:
                yield from units_of(task)

    def _missing(self, tasks: list[RecordingTask]) -> list[RecordingTask]:
        stored = {task for task in tasks if self._store.has(task.key)}
        if stored:
            self._counter.add(sum(len(task.rows) for task in stored))
        return [task for task in tasks if task not in stored]

    def _claim_acoustic(self, name: str, tasks: list[RecordingTask]) -> list[FileLock]:
        """Acoustic columns are measured along the way, unless they are there or another process is at them."""
        if self._store.kind == self._acoustic.kind:
            return []
        wanted = {task for task in tasks if task.acoustic and not self._acoustic.has(task.acoustic.key)}
        lock = self._acoustic.claim(name) if wanted else None
        for task in tasks:
            measured = task.acoustic
            if lock is None or measured is None or task not in wanted or self._acoustic.has(measured.key):
                task.acoustic = None
        return [] if lock is None else [lock]
