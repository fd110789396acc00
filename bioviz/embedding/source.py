"""Turn recordings into windows for the model, checking that each is still the file that was added."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from bioviz.audio.decode import stream_windows
from bioviz.datasets.types import Problem, Recording
from bioviz.embedding.acoustic import AcousticTask
from bioviz.embedding.shards import Shard
from bioviz.errors import BadInput
from bioviz.store.hashes import FileState, file_state

_NO_WINDOWS = np.zeros((0, 1), dtype=np.float32)
UNIT_ROWS = 128  # windows that one thread decodes in one go; a long recording is many units


class Hashes(Protocol):
    """What knows content hashes of files, as `store.hashes.HashMemory` does."""

    def content_hash(self, path: Path | str) -> str:
        """SHA-256 (hex) of the file's bytes. Raises OSError."""
        ...


@dataclass(eq=False)  # a task is itself, whatever it holds
class RecordingTask:
    """One recording to embed.

    Attributes
    ----------
    recording
        What to read.
    rows : (n,)
        Rows of its clips in the dataset.
    starts_s : (n,)
        Where they start.
    key
        Of its block.
    beside
        Key of the block of its scores, where they come with its embeddings (or the reverse); "" for none.
    acoustic
        The acoustic columns to measure along the way, if they are missing.
    shard
        That it is computed with, while it is.
    failed
        Why it has no embeddings.
    left
        Whether it was left to another process, which has taken it over.

    """

    recording: Recording
    rows: np.ndarray
    starts_s: np.ndarray
    key: str
    beside: str = ""
    acoustic: AcousticTask | None = None
    shard: Shard | None = None
    failed: Problem | None = None
    left: bool = False
    _check: threading.Lock = field(default_factory=threading.Lock)
    _state: FileState | None = None

    @property
    def name(self) -> str:
        return self.recording.name

    def release(self) -> None:
        """Tell that it is stored, or failed, or given up."""
        shard, self.shard = self.shard, None
        if shard is not None:
            shard.leave()

    def is_lost(self) -> bool:
        """Whether another process has taken it over; then it is left to that one."""
        if self.shard is not None and self.shard.lost:
            self.left, self.acoustic = True, None
        return self.left

    def check(self, memory: Hashes) -> None:
        """Make sure that the file is the one that was added; cheap after the first call.

        Raises
        ------
        BadInput
            It is not there, or its content has changed.

        """
        try:
            with self._check:
                now = file_state(self.recording.path)
                if self._state is None:
                    read = memory.content_hash(self.recording.path)
                    if self.recording.sound.identity(read) == self.recording.content_hash:
                        self._state = now
        except OSError as error:
            raise BadInput(f"{self.recording.path} cannot be read ({error.strerror or error}).") from error
        if self._state != now:
            raise Changed(
                f"{self.name} has changed since the dataset was added: its content is another now. "
                "Add the dataset again to use the new file."
            )


class Changed(BadInput):
    """A file is not the one that was added."""


@dataclass(frozen=True)
class Unit:
    """A part of a recording: `local` are positions in its `rows`."""

    task: RecordingTask
    local: np.ndarray


@dataclass(frozen=True)
class Chunk:
    """Windows of a recording, or why there are none.

    Attributes
    ----------
    local : (b,)
        Positions in the recording's rows.
    windows : (b, T) float32

    """

    task: RecordingTask
    local: np.ndarray
    windows: np.ndarray
    failure: Problem | None = None

    @property
    def nbytes(self) -> int:
        return self.windows.nbytes


def units_of(task: RecordingTask) -> Iterator[Unit]:
    """Units in order of time, so that each reads one stretch of the file."""
    order = np.argsort(task.starts_s, kind="stable")
    for at in range(0, len(order), UNIT_ROWS):
        yield Unit(task, order[at : at + UNIT_ROWS])


def decode(
    unit: Unit,
    width_s: float,
    rate: int | None,
    memory: Hashes,
    measured_whole: Callable[[RecordingTask, np.ndarray], object] = lambda *_: None,
) -> Iterator[Chunk]:
    """Yield the windows of a unit at `rate` Hz, or a Chunk with a failure; measure its acoustic columns.

    The columns are measured at the recording's own rate, in a reading of their own unless `rate` is the same.
    With `rate` None only they are measured, and the Chunk has no windows. Those of a whole recording are handed to
    `measured_whole`.
    """
    task, measured = unit.task, unit.task.acoustic
    if task.failed is not None or task.is_lost():
        return
    starts = task.starts_s[unit.local]
    try:
        task.check(memory)
        if measured is not None and rate != measured.rate:
            for local, windows in stream_windows(task.recording.sound, starts, width_s, measured.rate):
                measured.take(unit.local[local], windows)
        if rate is not None:
            for local, windows in stream_windows(task.recording.sound, starts, width_s, rate):
                if measured is not None and rate == measured.rate:
                    measured.take(unit.local[local], windows)
                task.check(memory)  # it was not replaced while it was read
                yield Chunk(task, unit.local[local], windows)
        task.check(memory)
        block = None if measured is None else measured.finish(len(unit.local))
        if block is not None:
            measured_whole(task, block)
        if rate is None:
            yield Chunk(task, unit.local, _NO_WINDOWS)
    except BadInput as error:
        kind = "changed" if isinstance(error, Changed) else "unreadable"
        yield Chunk(task, np.zeros(0, dtype=np.int64), _NO_WINDOWS, Problem(kind, task.name, str(error)))
