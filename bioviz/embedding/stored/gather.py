"""Embeddings of recordings that are under way, gathered until each recording is complete."""

from __future__ import annotations

import threading

import numpy as np

from bioviz.embedding.keys import Recipe
from bioviz.embedding.scores import as_stored, score_store
from bioviz.embedding.source import Chunk, RecordingTask
from bioviz.embedding.stored.block_writer import BlockWriter
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.work import Counter


class Outputs:
    """Where what a model gives of a recording is stored: its embeddings and, where the recipe has some, its scores.

    Parameters
    ----------
    store
        The one whose missing blocks are computed: of the embeddings or of the scores.
    writer
        Stores them.

    """

    def __init__(self, store: BlockStore, recipe: Recipe, writer: BlockWriter) -> None:
        self._store, self._recipe, self._writer = store, recipe, writer
        self._scores = score_store(recipe)
        self._is_scores = store.kind == self._scores.kind
        self._other = BlockStore(recipe.fingerprint[:32], recipe.dim) if self._is_scores else self._scores

    def put(self, task: RecordingTask, block: np.ndarray) -> None:
        """Have the parts of a recording's block stored, and the task released then. Raises DiskFull."""
        parts = block[:, : self._recipe.dim], as_stored(block[:, self._recipe.dim :])
        own, other = parts[::-1] if self._is_scores else parts
        if task.beside and other.shape[1] and not self._other.has(task.beside):
            self._writer.put(self._other, task.beside, np.ascontiguousarray(other))
        self._writer.put(self._store, task.key, np.ascontiguousarray(own), task.release)


class Gatherer:
    """Gathers, from any thread, the embeddings of recordings under way, and has each stored when it is complete."""

    def __init__(self, outputs: Outputs, counter: Counter) -> None:
        self._outputs, self._counter = outputs, counter
        self._open: dict[str, tuple[np.ndarray, int]] = {}  # key -> block, rows still to come
        self._lock = threading.Lock()

    def deliver(self, task: RecordingTask, local: np.ndarray, embeddings: np.ndarray) -> None:
        """Take what the model gives (n, D) of positions `local` (n,) of a recording. Raises Cancelled, DiskFull."""
        with self._lock:
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
            is_complete = left == len(local)
            if is_complete:
                del self._open[task.key]
        if is_complete:
            self._outputs.put(task, block)
        self._counter.add(len(local))

    def fail(self, chunk: Chunk) -> None:
        """Forget what there was of a recording that gives no embeddings. Raises Cancelled."""
        task = chunk.task
        with self._lock:
            if task.failed is not None:
                return
            _, left = self._open.pop(task.key, (None, len(task.rows)))
            task.failed = chunk.failure
        task.release()
        self._counter.add(left, f"{task.name}: no embeddings")
