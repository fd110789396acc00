"""Recordings put into parcels for workers, each of some seconds of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz.cluster.spread import Parcel
from bioviz.datasets.types import Problem, Recording
from bioviz.embedding.acoustic import AcousticInputs, AcousticTask
from bioviz.embedding.source import RecordingTask
from bioviz.store.hashes import FileState, HashMemory, file_state

FIRST_CLIPS = 32
AIM_S = 3.0
"""Seconds that a parcel should take: what a worker that is ended may lose of recordings that it has not stored."""
MOST_CLIPS = 4096
MOST_RECORDINGS = 256


@dataclass(frozen=True, eq=False)
class Sent:
    """One recording as it is sent to a worker; see `RecordingTask`.

    Attributes
    ----------
    known
        State and content hash of the file, where this computer remembers them: who finds it in that state need not
        read it all to know its content.

    """

    recording: Recording
    starts_s: np.ndarray
    key: str
    beside: str
    acoustic: AcousticInputs | None
    known: tuple[FileState, str] | None

    def task(self) -> RecordingTask:
        """Return the task as it was here; rows are counted within the recording."""
        measured = None if self.acoustic is None else AcousticTask(self.acoustic)
        rows = np.arange(len(self.starts_s))
        return RecordingTask(self.recording, rows, self.starts_s, self.key, self.beside, measured)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one recording.

    Attributes
    ----------
    failed
        Why there is nothing.
    blocks
        (kind of the store, key, block) of each that could not be stored where all see it.

    """

    failed: Problem | None
    blocks: tuple[tuple[str, str, np.ndarray], ...] = ()


def sent(task: RecordingTask, memory: HashMemory) -> Sent:
    """Return what a worker must know of a task."""
    known = None
    try:
        if memory.knows(task.recording.path):
            known = file_state(task.recording.path), memory.content_hash(task.recording.path)
    except OSError:
        pass  # the worker will find, and say, that it is not there
    measured = None if task.acoustic is None else task.acoustic.inputs
    return Sent(task.recording, task.starts_s, task.key, task.beside, measured, known)


class Parcels:
    """Parcels of tasks, cut as they are asked for, so that each takes about `AIM_S`.

    Parameters
    ----------
    tasks
        Claimed as they are taken.
    memory
        Of content hashes.
    payload
        What is sent of some recordings.

    """

    def __init__(self, tasks: Iterator[RecordingTask], memory: HashMemory, payload: Any) -> None:
        self._tasks, self._memory, self._payload = tasks, memory, payload
        self._clips = float(FIRST_CLIPS)

    def took(self, clips: int, seconds: float) -> None:
        """Tell how long a worker had a parcel."""
        fitting = clips * AIM_S / max(seconds, 1e-3)
        self._clips = float(np.clip(fitting, self._clips / 2, min(self._clips * 2, MOST_CLIPS)))

    def __iter__(self) -> Iterator[Parcel[Sequence[RecordingTask]]]:
        while True:
            chosen: list[RecordingTask] = []
            clips = 0
            while clips < self._clips and len(chosen) < MOST_RECORDINGS:
                task = next(self._tasks, None)
                if task is None:
                    break
                chosen.append(task)
                clips += len(task.rows)
            if not chosen:
                return
            yield Parcel(chosen, self._payload([sent(task, self._memory) for task in chosen]), clips)


class SentHashes:
    """Content hashes on a worker: as the client remembers them, else read. Keeps nothing on a disk that many share."""

    def __init__(self, recordings: Sequence[Sent]) -> None:
        self._known = {each.recording.path: each.known for each in recordings}

    def content_hash(self, path: Any) -> str:
        """SHA-256 (hex) of the file's bytes. Raises OSError."""
        from bioviz.store.hashes import hash_file

        known = self._known.get(path)
        if known is not None:
            state, now = known[0], file_state(path)
            if (state.size, state.mtime_ns) == (
                now.size,
                now.mtime_ns,
            ):  # a shared disk may number files anew
                return known[1]
        return hash_file(path)
