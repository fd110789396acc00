"""Whether recordings are still what they were when their dataset was added: by size, then time, then content."""

from __future__ import annotations

import math
from contextlib import nullcontext

from bioviz.datasets.problems import problem
from bioviz.datasets.types import Dataset, Problem, Recording
from bioviz.errors import BadInput
from bioviz.store.hashes import HashMemory


def is_unchanged(recording: Recording, memory: HashMemory | None = None) -> bool:
    """Tell whether a recording's file holds the bytes that it held when its dataset was made.

    It is read only where its time of change differs, and its size does not.

    Parameters
    ----------
    memory
        That is open already.

    Raises
    ------
    OSError, BadInput
        It is not there, or cannot be read.

    """
    status = recording.path.stat()
    if (status.st_size, status.st_mtime_ns) == (recording.size, recording.mtime_ns):
        return True
    if recording.size > 0 and status.st_size != recording.size:
        return False
    with HashMemory() if memory is None else nullcontext(memory) as opened:
        hashed = opened.content_hash(recording.path)
    return recording.sound.identity(hashed) == recording.content_hash


def check_unchanged(dataset: Dataset, most_bytes: float = math.inf) -> list[Problem]:
    """Return the recordings whose files are gone or hold other bytes than when the dataset was made.

    Only files whose time of change differs, but not their size, are read again, each once, so that this is quick.

    Parameters
    ----------
    dataset
        The dataset.
    most_bytes
        How much may be read for it; files beyond are taken for unchanged for now. What was read before does not count,
        so that the next look goes further.

    """
    problems = []
    left = most_bytes
    with HashMemory() as memory:
        for recording in dataset.recordings:
            try:
                status = recording.path.stat()
                touched = status.st_mtime_ns != recording.mtime_ns and status.st_size == recording.size
                if touched and not memory.knows(recording.path):
                    if status.st_size > left:
                        continue
                    left -= status.st_size
                if is_unchanged(recording, memory):
                    continue
                detail = "the file changed since the dataset was added; add the dataset again"
            except (OSError, BadInput):
                detail = "the file is no longer there"
            problems.append(problem("changed", recording.name, detail))
    return problems
