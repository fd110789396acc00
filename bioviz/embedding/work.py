"""Which recordings are still to be computed: claimed shard by shard, so that processes share the work."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from bioviz.embedding.acoustic import acoustic_store
from bioviz.embedding.shards import Shard, shard_of
from bioviz.embedding.source import RecordingTask
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.progress import Progress
from bioviz.store.claims.locks import Claim
from bioviz.store.hashes import HashMemory

log = logging.getLogger(__name__)

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


def rounds(
    tasks: Iterable[RecordingTask],
    store: BlockStore,
    run: Callable[[Iterator[RecordingTask], HashMemory], None],
    counter: Counter,
) -> None:
    """Run what can be claimed; come back for what another process had, until it is there or can be claimed.

    Parameters
    ----------
    tasks
        Whose blocks are wanted.
    store
        Of the blocks.
    run
        Called as run(tasks, memory) with tasks that are claimed as they are taken; stores their blocks, or notes in
        `task.failed` why there is none.
    counter
        Told of what is there already, and while another process is waited for.

    """
    todo = list(tasks)
    with HashMemory() as memory:
        while todo:
            work = Work(todo, store, counter)
            claimed = iter(work)
            try:
                first = next(claimed, None)
                if first is not None:  # otherwise no model need be opened
                    run(itertools.chain([first], claimed), memory)
            finally:
                for task in work.claimed:
                    task.release()
            if first is None and work.postponed:
                counter.wait()
            left = [task for task in work.claimed if task.left]
            for task in left:
                task.left = False
            todo = work.postponed + left


class Work:
    """The tasks that have no block yet and can be claimed, shard by shard.

    Attributes
    ----------
    claimed
        Tasks that were given out.
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

    def __iter__(self) -> Iterator[RecordingTask]:
        for name, tasks in self._shards.items():
            missing = self._missing(tasks)
            if not missing:
                continue
            lock = self._store.claim(name, [task.key for task in missing])
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
            for at, task in enumerate(claimed):
                if shard.lost:
                    self._leave(claimed[at:])
                    break
                yield task

    def _leave(self, tasks: list[RecordingTask]) -> None:
        """Leave recordings to the process that has taken them over."""
        log.warning("This process stood still for so long that another has taken over its recordings.")
        for task in tasks:
            task.left = True
            task.release()

    def _missing(self, tasks: list[RecordingTask]) -> list[RecordingTask]:
        stored = {task for task in tasks if self._store.has(task.key)}
        if stored:
            self._counter.add(sum(len(task.rows) for task in stored))
        return [task for task in tasks if task not in stored]

    def _claim_acoustic(self, name: str, tasks: list[RecordingTask]) -> list[Claim]:
        """Acoustic columns are measured along the way, unless they are there or another process is at them."""
        if self._store.kind == self._acoustic.kind:
            return []
        wanted = {task for task in tasks if task.acoustic and not self._acoustic.has(task.acoustic.key)}
        lock = (
            self._acoustic.claim(name, [task.acoustic.key for task in wanted if task.acoustic])
            if wanted
            else None
        )
        for task in tasks:
            measured = task.acoustic
            if lock is None or measured is None or task not in wanted or self._acoustic.has(measured.key):
                task.acoustic = None
        return [] if lock is None else [lock]
