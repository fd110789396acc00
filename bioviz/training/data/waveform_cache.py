"""The clips of a dataset as waveforms, decoded once for all epochs and trainings.

They are kept as float32, exactly as an embedding's computation decodes them and by the same function
(`embedding.source.decode`). Anything coarser is heard: where a recording of a low rate was resampled to a higher one
the upper frequencies are empty, and the logarithm of a mel spectrogram makes the rounding of 16 bits there as loud as
a call.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bioviz.audio.decode import RESAMPLER, load_clip
from bioviz.config import settings
from bioviz.datasets.sound_files.unchanged import check_unchanged
from bioviz.datasets.types import Dataset, Problem
from bioviz.embedding.compute import decode_ahead, decoding_threads
from bioviz.embedding.keys import rows_by_recording
from bioviz.embedding.source import RecordingTask, units_of
from bioviz.errors import BadInput
from bioviz.progress import Progress
from bioviz.store.arrays import load_array, save_array, save_rows
from bioviz.store.files import Corrupt, read_json, write_json
from bioviz.store.hashes import HashMemory
from bioviz.store.keys import key_of
from bioviz.store.usage import touch

LIMIT_BYTES = 8 << 30  # of stored waveforms for one dataset and rate
RESERVE_BYTES = 1 << 30  # of the disk that stays free
_VERSION = 2  # 1 was 16-bit integers


@dataclass(frozen=True)
class WaveformInputs:
    """What decides the stored waveforms: version of the dataset, rate (Hz), width (samples) and the resampler."""

    dataset: str
    rate: int
    width: int
    resampler: str


@dataclass(frozen=True)
class WaveformCache:
    """Waveforms of a dataset's clips at one rate.

    Attributes
    ----------
    rate : int
        Hz.
    width : int
        Samples in a clip.
    usable : ndarray of bool, shape (N,)
        Whether a clip could be read.
    failures : tuple of Problem
        Recordings that could not.
    note : str
        Why nothing is stored, in a sentence; "" where the waveforms are.
    """

    dataset: Dataset
    rate: int
    width: int
    usable: np.ndarray
    failures: tuple[Problem, ...]
    note: str = ""
    _samples: np.ndarray | None = None  # (N, T) float32; None where they are not stored

    @property
    def stored(self) -> bool:
        return self._samples is not None

    def take(self, rows: np.ndarray) -> np.ndarray:
        """(n, T) float32 waveforms of some rows. Safe from any thread.

        Raises
        ------
        BadInput
            They are not stored, and a recording cannot be read any more.
        """
        if self._samples is not None:
            return self._samples[rows]
        waveforms = np.empty((len(rows), self.width), np.float32)

        def decode(at: int) -> None:
            row = rows[at]
            recording = self.dataset.recordings[self.dataset.clips.recording[row]]
            start = float(self.dataset.clips.start_s[row])
            waveforms[at] = load_clip(recording.sound, start, start + self.dataset.plan.width_s, self.rate)

        list(_decoders(decoding_threads()).map(decode, range(len(rows))))  # raises what one of them raised
        return waveforms


@lru_cache(maxsize=1)
def _decoders(threads: int) -> ThreadPoolExecutor:
    """Return the threads that decode clips which are not stored: as many as cores, however many batches are read."""
    return ThreadPoolExecutor(threads, thread_name_prefix="clips")


def open_waves(
    dataset: Dataset, rate: int, progress: Progress, limit_bytes: int = LIMIT_BYTES
) -> WaveformCache:
    """Open the stored waveforms, storing them first; where there is no room, clips are decoded when taken.

    Raises
    ------
    Cancelled
        From `progress`.
    BadInput
        Not one recording can be read.
    DiskFull
    """
    width = round(dataset.plan.width_s * rate)
    key = key_of("waves", _VERSION, WaveformInputs(dataset.version, rate, width, RESAMPLER))
    folder = settings().cache_dir / "waves" / key[:32]
    changed = {problem.file: problem for problem in check_unchanged(dataset)}
    stored = _read(folder)
    if stored is not None and not changed and not stored[2]:
        return _checked(dataset, rate, width, stored[1], stored[2], "", stored[0])
    if note := no_room(4 * width * len(dataset.clips), limit_bytes, settings().cache_dir):
        return _checked(dataset, rate, width, _without(dataset, set(changed)), tuple(changed.values()), note)
    _store(folder, dataset, rate, width, changed, progress)
    stored = _read(folder)
    if stored is None:
        raise Corrupt(f"{folder} does not hold what was just written to it. Check the disk.")
    samples, usable, failures = stored
    return _checked(dataset, rate, width, usable, failures, "", samples)


def no_room(wanted_bytes: int, limit_bytes: int, folder: Path) -> str:
    """Why waveforms are not kept, in a sentence; "" where there is room for them."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
    free = shutil.disk_usage(existing).free - RESERVE_BYTES
    slower = "The recordings are decoded anew in every epoch, which is slower."
    if wanted_bytes > limit_bytes:
        return (
            f"The decoded clips would take {wanted_bytes / 1e9:,.1f} GB, more than the {limit_bytes / 1e9:,.1f} GB "
            f"that are kept for one dataset. {slower}"
        )
    if wanted_bytes > free:
        return (
            f"The decoded clips would take {wanted_bytes / 1e9:,.1f} GB, and the disk of the cache has "
            f"{max(free, 0) / 1e9:,.1f} GB to spare. {slower} Make room for a quicker training."
        )
    return ""


def _checked(
    dataset: Dataset, rate: int, width: int, usable: np.ndarray, failures: tuple[Problem, ...], *more: Any
) -> WaveformCache:
    if not usable.any():
        detail = failures[0].detail if failures else "It has no clips."
        raise BadInput(f"None of the recordings of {dataset.name} can be used. {detail}")
    return WaveformCache(dataset, rate, width, usable, failures, *more)


def _without(dataset: Dataset, names: set[str]) -> np.ndarray:
    fine = np.array([recording.name not in names for recording in dataset.recordings], dtype=bool)
    return fine[dataset.clips.recording]


def _read(folder: Path) -> tuple[np.ndarray, np.ndarray, tuple[Problem, ...]] | None:
    """Return samples, which rows are usable, failures."""
    try:
        about = read_json(folder / "waves.json")
        samples = load_array(folder / "samples.npy", mmap=True)
        usable = load_array(folder / "usable.npy")
        failures = tuple(Problem(**failure) for failure in about["failures"])
    except FileNotFoundError:
        return None
    except (Corrupt, KeyError, TypeError):
        (folder / "waves.json").unlink(missing_ok=True)
        return None
    touch(folder / "waves.json")
    return samples, usable, failures


def _store(
    folder: Path, dataset: Dataset, rate: int, width: int, changed: dict[str, Problem], progress: Progress
) -> None:
    clips, failures = dataset.clips, dict(changed)
    usable = np.zeros(len(clips), dtype=bool)
    tasks = [
        RecordingTask(recording, rows, clips.start_s[rows], key="")
        for recording, rows in zip(dataset.recordings, rows_by_recording(dataset), strict=True)
        if len(rows) and recording.name not in changed
    ]

    def parts() -> Iterator[tuple[slice, np.ndarray]]:
        count = 0
        units = (unit for task in tasks for unit in units_of(task))
        with HashMemory() as memory, decode_ahead(units, dataset.plan.width_s, rate, memory, "cpu") as ahead:
            for chunk in ahead:
                if chunk.failure is not None:
                    chunk.task.failed = chunk.failure
                    failures[chunk.task.name] = chunk.failure
                    continue
                rows = chunk.task.rows[chunk.local]
                usable[rows] = True
                for row, samples in zip(rows, chunk.windows, strict=True):
                    yield slice(int(row), int(row) + 1), samples[None]
                count += len(rows)
                progress.report("Reading the recordings", count, len(clips))
        for task in tasks:
            if task.failed is not None:
                usable[task.rows] = False  # what came before the damage is left out too

    (folder / "waves.json").unlink(missing_ok=True)  # written last: without it, nothing counts
    save_rows(folder / "samples.npy", (len(clips), width), np.float32, parts())
    save_array(folder / "usable.npy", usable)
    failed = [{"kind": p.kind, "file": p.file, "detail": p.detail} for p in failures.values()]
    write_json(folder / "waves.json", {"dataset": dataset.id, "rate": rate, "failures": failed})
