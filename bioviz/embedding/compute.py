"""Compute the blocks of recordings, sharing the work with any other process that does the same."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock

from bioviz.embedding.acoustic import acoustic_store
from bioviz.embedding.batches.batch_embedder import BatchEmbedder
from bioviz.embedding.batches.turns import turn_on
from bioviz.embedding.blocks import BlockStore
from bioviz.embedding.keys import Recipe
from bioviz.embedding.prefetch import Prefetcher
from bioviz.embedding.scores import as_stored, score_store
from bioviz.embedding.shards import Shard, shard_of
from bioviz.embedding.source import Chunk, RecordingTask, Unit, decode, units_of
from bioviz.models.base import Scorer
from bioviz.progress import Progress
from bioviz.store.hashes import HashMemory

if TYPE_CHECKING:
    from bioviz.models.base import Model

AHEAD_BYTES = {"cuda": 512 << 20, "mps": 128 << 20, "cpu": 64 << 20}
GPU_TAKEN = "waiting for another job that embeds on the same GPU"
_WAIT_S = 0.3


class Counter:
    """Counts the clips done of a stage and tells `progress`, from any thread."""

    def __init__(self, progress: Progress, stage: str, total: int) -> None:
        self._progress, self._stage, self._total, self._done = progress, stage, total, 0
        self._lock = threading.Lock()

    def add(self, clips: int, note: str = "") -> None:
        """Raise Cancelled."""
        with self._lock:
            self._done += clips
            self._progress.report(self._stage, self._done, self._total, "clips", note)

    def wait(self) -> None:
        """Tell that another process is at it, and wait a little. Raises Cancelled."""
        self.add(0, "waiting for another job that computes the same")
        time.sleep(_WAIT_S)


def decoding_threads() -> int:
    """As many as the cores that this process may use, 16 at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 16)


def decode_ahead(
    units: Iterable[Unit], width_s: float, rate: int | None, memory: HashMemory, device: str
) -> Prefetcher[Unit, Chunk]:
    """Chunks of the units, decoded in threads ahead of a model on `device`."""
    return Prefetcher(
        units,
        lambda unit: decode(unit, width_s, rate, memory),
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
            blocks = stack.enter_context(_Blocks(Outputs(store, recipe), counter))
            embed = model.embed_and_score if recipe.scores and isinstance(model, Scorer) else model.embed
            forward = BatchEmbedder(model, recipe.rate, recipe.width, blocks.deliver, embed)
            ahead = decode_ahead(units, recipe.width_s, recipe.rate, memory, model.device.type)
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
        with decode_ahead(units, width_s, None, memory, "cpu") as ahead:
            for chunk in ahead:
                task = chunk.task
                task.failed = task.failed or chunk.failure
                if task.failed or task.acoustic is None or task.acoustic.stored:
                    task.release()
                counter.add(len(chunk.local))

    _rounds(tasks, acoustic_store(), run, counter)


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


class Outputs:
    """Where what a model gives of a recording is stored: its embeddings and, where the recipe has some, its scores.

    Parameters
    ----------
    store
        The one whose missing blocks are computed: of the embeddings or of the scores.

    """

    def __init__(self, store: BlockStore, recipe: Recipe) -> None:
        self._store, self._recipe = store, recipe
        self._scores = score_store(recipe)
        self._is_scores = store.kind == self._scores.kind
        self._other = BlockStore(recipe.fingerprint[:32], recipe.dim) if self._is_scores else self._scores

    def save(self, task: RecordingTask, block: np.ndarray) -> None:
        """Store the parts of a recording's block. Raises DiskFull."""
        parts = block[:, : self._recipe.dim], as_stored(block[:, self._recipe.dim :])
        own, other = parts[::-1] if self._is_scores else parts
        if task.beside and other.shape[1] and not self._other.has(task.beside):
            self._other.save(task.beside, np.ascontiguousarray(other))
        self._store.save(task.key, np.ascontiguousarray(own))


class _Blocks:
    """Gathers the embeddings of recordings that are under way, and stores each when it is complete.

    A thread writes, so that the model does not wait for the disk. Leaving the context waits for it.
    """

    def __init__(self, outputs: Outputs, counter: Counter) -> None:
        self._outputs, self._counter = outputs, counter
        self._open: dict[str, tuple[np.ndarray, int]] = {}  # key -> block, rows still to come
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="blocks")
        self._writing: list[Future[None]] = []

    def __enter__(self) -> _Blocks:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._writer.shutdown(wait=True)
        if kind is None:
            self._raise_errors()

    def deliver(self, task: RecordingTask, local: np.ndarray, embeddings: np.ndarray) -> None:
        """Take what the model gives (n, D) of positions `local` (n,) of a recording. Raises Cancelled, DiskFull."""
        if task.failed is not None:
            return
        if task.key not in self._open:
            self._open[task.key] = (
                np.empty((len(task.rows), embeddings.shape[1]), np.float32),
                len(task.rows),
            )
        block, left = self._open[task.key]
        block[local] = embeddings
        self._open[task.key] = block, left - len(local)
        if left == len(local):
            del self._open[task.key]
            self._writing.append(self._writer.submit(self._write, task, block))
        self._raise_errors()
        self._counter.add(len(local))

    def fail(self, chunk: Chunk) -> None:
        """Forget what there was of a recording that gives no embeddings. Raises Cancelled."""
        task = chunk.task
        if task.failed is None:
            _, left = self._open.pop(task.key, (None, len(task.rows)))
            task.failed = chunk.failure
            task.release()
            self._counter.add(left, f"{task.name}: no embeddings")

    def _write(self, task: RecordingTask, block: np.ndarray) -> None:
        self._outputs.save(task, block)
        task.release()

    def _raise_errors(self) -> None:
        while self._writing and self._writing[0].done():
            self._writing.pop(0).result()
