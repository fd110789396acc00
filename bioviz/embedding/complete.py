"""Bring a set to completion: compute the blocks it lacks, then put all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bioviz.config import settings
from bioviz.datasets.types import Problem
from bioviz.embedding.source import RecordingTask
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.stored.sets import EmbeddingSet, folder_of, read_set, write_set
from bioviz.embedding.work import Counter
from bioviz.errors import BadInput
from bioviz.store.claims.locks import locked
from bioviz.store.files import Corrupt
from bioviz.store.keys import key_of

_ATTEMPTS = 5  # blocks may be pruned or found damaged between computing them and putting them together


class _Gone(Exception):
    """A block that was there a moment ago is not there, or was damaged."""


@dataclass(frozen=True)
class Target:
    """The set to complete.

    Attributes
    ----------
    key
        Of the set; decides its folder.
    made_by
        What the blocks are computed with, where the set's key leaves it open.
    shape : (N, D)
    store
        Where its blocks are.
    provenance
        Called when the set is put together.
    stored_as
        One of `config.STORED_AS`, as the key says.

    """

    key: str
    made_by: str
    shape: tuple[int, int]
    store: BlockStore
    provenance: Callable[[], Mapping[str, object]]
    stored_as: str = "float32"


def complete(
    target: Target,
    tasks: Sequence[RecordingTask],
    compute: Callable[[list[RecordingTask]], None],
    counter: Counter,
) -> EmbeddingSet:
    """Open the set, after computing what it lacks. Recordings that failed before are tried again.

    Parameters
    ----------
    tasks
        One a recording; those with `failed` set are not tried.
    compute
        Stores the blocks of tasks, or sets their `failed`.

    Raises
    ------
    BadInput
        Not one recording has a block.
    Corrupt
        Stored blocks keep vanishing or breaking. Cancelled, DiskFull.

    """
    folder = folder_of(target.key)
    for _ in range(_ATTEMPTS):
        previous = read_set(folder, *target.shape)
        if previous is not None and not previous.failures:
            return previous
        if previous is not None and previous.key != _content_key(target, tasks, previous.failures):
            previous = None  # computed with other numbers, say on another device: the two are not to be mixed
        tried = {failure.file for failure in previous.failures} if previous else {task.name for task in tasks}
        compute([task for task in tasks if task.name in tried and task.failed is None])
        failures = tuple(task.failed for task in tasks if task.failed is not None)
        if tasks and len(failures) == len(tasks):
            raise BadInput(f"None of the {len(tasks)} recordings can be used. {failures[0].detail}")
        with locked(settings().cache_dir / "locks" / f"set-{target.key[:3]}.lock", counter.wait):
            now = read_set(folder, *target.shape)  # another process may have been quicker
            if now is not None and now.failures == failures:
                return now
            try:
                return write_set(
                    folder,
                    target.shape,
                    _blocks(target.store, tasks, previous, tried),
                    key=_content_key(target, tasks, failures),
                    failures=failures,
                    provenance=target.provenance(),
                    stored_as=target.stored_as,
                )
            except _Gone:
                continue
    raise Corrupt(
        f"Stored blocks keep vanishing or breaking in {settings().cache_dir}. Check the disk, or raise the cache "
        "limit (BIOVIZ_CACHE_GB)."
    )


@dataclass(frozen=True)
class _Content:
    """What the content of a set follows from.

    Attributes
    ----------
    set_key, made_by
        Of its `Target`.
    failed
        Positions of the recordings without embeddings.

    """

    set_key: str
    made_by: str
    failed: tuple[int, ...]


def _content_key(target: Target, tasks: Sequence[RecordingTask], failures: Sequence[Problem]) -> str:
    names = {failure.file for failure in failures}
    failed = tuple(i for i, task in enumerate(tasks) if task.name in names)
    return key_of("set content", 1, _Content(target.key, target.made_by, failed))


def _blocks(
    store: BlockStore, tasks: Sequence[RecordingTask], previous: EmbeddingSet | None, tried: set[str]
) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    for position, task in enumerate(tasks):
        if task.failed is not None:
            yield task.rows, None
        elif previous is not None and task.name not in tried:
            yield task.rows, previous.matrix[task.rows]  # its block may have been pruned since
        else:
            block = store.load(task.key, len(task.rows))
            if block is None:
                for other in tasks[
                    position + 1 :
                ]:  # so that all damaged ones are dropped, and computed, at once
                    if other.failed is None and (previous is None or other.name in tried):
                        store.load(other.key, len(other.rows))
                raise _Gone
            yield task.rows, block
