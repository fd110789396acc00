"""Compute blocks of recordings on a cluster, in place of `embedding.compute`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bioviz.cluster.connect import Connection
from bioviz.cluster.spread import Parcel, Spread
from bioviz.embedding.acoustic import acoustic_store
from bioviz.embedding.keys import Recipe
from bioviz.embedding.scores import score_store
from bioviz.embedding.source import RecordingTask
from bioviz.embedding.spreading.on_worker import ToEmbed, ToMeasure, embed_parcel, measure_parcel
from bioviz.embedding.spreading.parcels import Outcome, Parcels
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.work import Counter, rounds
from bioviz.store.hashes import HashMemory

if TYPE_CHECKING:
    from bioviz.models.base import Model

VISIBLE_S = 60.0
"""Network file systems may show what another computer wrote as late as this."""


@dataclass(frozen=True)
class Workers:
    """Those that compute.

    Attributes
    ----------
    cluster
        As the user named it.
    connection
        To it.
    among
        See `cluster.spread.Spread`.

    """

    cluster: str
    connection: Connection
    among: list[str] | None = None


def spread_embeddings(
    tasks: Iterable[RecordingTask],
    store: BlockStore,
    recipe: Recipe,
    open_model: Callable[[], Model],
    counter: Counter,
    workers: Workers,
) -> None:
    """`compute.compute_embeddings` on the workers of a cluster.

    Parameters
    ----------
    open_model
        Sent to the workers, so found there by its name; opens the model on the worker's device.

    """
    scores = store.kind == score_store(recipe).kind
    stores = {store.kind: store, acoustic_store().kind: acoustic_store()}
    for each in (BlockStore(recipe.fingerprint[:32], recipe.dim), score_store(recipe)):
        stores.setdefault(each.kind, each)

    def run(claimed: Iterator[RecordingTask], memory: HashMemory) -> None:
        parcels = Parcels(claimed, memory, lambda sent: ToEmbed(sent, recipe, scores, open_model))
        _spread(parcels, embed_parcel, stores, store, counter, workers.connection, workers.among)

    rounds(tasks, store, run, counter)


def spread_acoustic(
    tasks: Iterable[RecordingTask], width_s: float, counter: Counter, connection: Callable[[], Connection]
) -> None:
    """`compute.compute_acoustic` on the workers of a cluster, which is connected to where a block is missing."""
    store = acoustic_store()

    def run(claimed: Iterator[RecordingTask], memory: HashMemory) -> None:
        parcels = Parcels(claimed, memory, lambda sent: ToMeasure(sent, width_s))
        _spread(parcels, measure_parcel, {store.kind: store}, store, counter, connection(), None)

    rounds(tasks, store, run, counter)


def _spread(
    parcels: Parcels,
    function: Callable[[Any, Any], list[Outcome]],
    stores: dict[str, BlockStore],
    own: BlockStore,
    counter: Counter,
    connection: Connection,
    among: list[str] | None,
) -> None:
    def take(parcel: Parcel[Sequence[RecordingTask]], outcomes: list[Outcome], seconds: float) -> None:
        parcels.took(parcel.clips, seconds)
        for task, outcome in zip(parcel.owner, outcomes, strict=True):
            task.failed = outcome.failed
            for kind, key, block in outcome.blocks:
                stores[kind].save(key, block)
            if task.failed is None:
                stored.append(task.key)
            task.release()

    stored: list[str] = []
    Spread(connection, function, take, counter.add, among).run(iter(parcels))
    _await_blocks(own, stored, counter)


def _await_blocks(store: BlockStore, keys: list[str], counter: Counter) -> None:
    """Wait until this computer sees what workers stored; what is not seen in the end is computed again."""
    deadline = time.monotonic() + VISIBLE_S
    store.look_again()
    for key in keys:
        while not store.has(key) and time.monotonic() < deadline:
            counter.add(0, "waiting for the shared disk to show what workers stored")
            time.sleep(0.2)
            store.look_again([key])
