"""What a worker does with a parcel of recordings: what is stored already is left alone, the rest is computed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bioviz.cluster.on_worker import Place
from bioviz.embedding.acoustic import acoustic_store
from bioviz.embedding.compute import embed_tasks, measure_tasks
from bioviz.embedding.keys import Recipe
from bioviz.embedding.scores import score_store
from bioviz.embedding.source import RecordingTask
from bioviz.embedding.spreading.parcels import Outcome, Sent, SentHashes
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.work import Counter

if TYPE_CHECKING:
    from bioviz.models.base import Model

_opened: dict[Any, Model] = {}
_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class ToEmbed:
    """Recordings for a model.

    Attributes
    ----------
    scores
        Whether the scores are what is asked for, with embeddings beside them.
    open_model
        Opens the model there; equal ones open the same.

    """

    recordings: list[Sent]
    recipe: Recipe
    scores: bool
    open_model: Callable[[], Model]


@dataclass(frozen=True, eq=False)
class ToMeasure:
    """Recordings whose acoustic columns are wanted."""

    recordings: list[Sent]
    width_s: float


def embed_parcel(parcel: ToEmbed, place: Place) -> list[Outcome]:
    """Embed recordings; returns what became of each."""
    recipe = parcel.recipe
    embeddings, scores = BlockStore(recipe.fingerprint[:32], recipe.dim), score_store(recipe)
    own, other = (scores, embeddings) if parcel.scores else (embeddings, scores)
    tasks = [each.task() for each in parcel.recordings]
    counter = Counter(place, "", sum(len(task.rows) for task in tasks))
    todo = _missing(tasks, own, counter)
    if todo:
        # A recording whose embeddings were stored before its worker ended may lack its columns: they are measured
        # with all others that lack them, after the embedding.
        model = opened(parcel.open_model)
        embed_tasks(todo, own, recipe, [model], counter, SentHashes(parcel.recordings))
    if place.shares_cache:
        return [Outcome(task.failed) for task in tasks]
    return [_with_blocks(task, own, other) for task in tasks]


def measure_parcel(parcel: ToMeasure, place: Place) -> list[Outcome]:
    """Measure the acoustic columns of recordings; returns what became of each."""
    store = acoustic_store()
    tasks = [each.task() for each in parcel.recordings]
    counter = Counter(place, "", sum(len(task.rows) for task in tasks))
    measure_tasks(_missing(tasks, store, counter), parcel.width_s, counter, SentHashes(parcel.recordings))
    if place.shares_cache:
        return [Outcome(task.failed) for task in tasks]
    return [_with_blocks(task, store, None) for task in tasks]


def _missing(tasks: Sequence[RecordingTask], store: BlockStore, counter: Counter) -> list[RecordingTask]:
    """Return the tasks without a block: a worker that ended may have stored those of others."""
    missing = [task for task in tasks if not store.has(task.key)]
    counter.add(sum(len(task.rows) for task in tasks) - sum(len(task.rows) for task in missing))
    acoustic = acoustic_store()
    for task in missing:
        if task.acoustic is not None and store.kind != acoustic.kind and acoustic.has(task.acoustic.key):
            task.acoustic = None
    return missing


def _with_blocks(task: RecordingTask, own: BlockStore, other: BlockStore | None) -> Outcome:
    """Return a recording's outcome with its blocks, read from this worker's own cache."""
    if task.failed is not None:
        return Outcome(task.failed)
    wanted = [(own, task.key)]
    if other is not None and task.beside:
        wanted.append((other, task.beside))
    if task.acoustic is not None and task.acoustic.key != task.key:
        wanted.append((acoustic_store(), task.acoustic.key))
    blocks = [(store.kind, key, store.load(key, len(task.rows))) for store, key in wanted]
    return Outcome(None, tuple((kind, key, block) for kind, key, block in blocks if block is not None))


def opened(open_model: Callable[[], Model]) -> Model:
    """Return the model, which is kept for the next parcel in place of the one before."""
    with _lock:
        if open_model not in _opened:
            _opened.clear()
            _opened[open_model] = open_model()
        return _opened[open_model]
