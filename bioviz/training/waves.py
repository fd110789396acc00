"""The clips of a dataset as waveforms, decoded and resampled once for all epochs and trainings.

They are stored as 16-bit integers with one scale a clip. That is exact for 16-bit recordings at their own rate, and
some 98 dB below a clip's peak otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bioviz.audio.decode import RESAMPLER, load_clip, stream_windows
from bioviz.config import settings
from bioviz.datasets.library import check_unchanged
from bioviz.datasets.types import Dataset, Problem
from bioviz.embedding.ahead import Ahead
from bioviz.embedding.compute import decoding_threads
from bioviz.embedding.recipe import rows_by_recording
from bioviz.errors import BadInput
from bioviz.progress import Progress
from bioviz.store.digest import digest
from bioviz.store.files import Corrupt, load_array, read_json, save_array, save_rows, write_json
from bioviz.store.usage import touch

LIMIT_BYTES = 8 << 30  # of stored waveforms for one dataset and rate
_AHEAD_BYTES = 64 << 20
_FULL = 32767
_VERSION = 1


@dataclass(frozen=True)
class Waves:
    """Waveforms of a dataset's clips at one rate.

    Attributes:
        rate: Hz.
        width: samples in a clip.
        usable: (N,) bool, whether a clip could be read.
        failures: recordings that could not.
    """

    dataset: Dataset
    rate: int
    width: int
    usable: np.ndarray
    failures: tuple[Problem, ...]
    _samples: np.ndarray | None = None  # (N, T) int16 in order of recordings; None where they are not stored
    _scales: np.ndarray | None = None
    _place: np.ndarray | None = None  # (N,) place of a row in _samples

    @property
    def stored(self) -> bool:
        return self._samples is not None

    def take(self, rows: np.ndarray) -> np.ndarray:
        """(n, T) float32 waveforms of some rows. Safe from any thread.

        Raises:
            BadInput: not stored, and a recording cannot be read any more.
        """
        if self._samples is not None:
            places = self._place[rows]
            return self._samples[places].astype(np.float32) * self._scales[places, None]
        clips, made = self.dataset.clips, np.empty((len(rows), self.width), np.float32)
        for at, row in enumerate(rows):
            path, start = self.dataset.recordings[clips.recording[row]].path, clips.start_s[row]
            made[at] = load_clip(path, start, start + self.dataset.plan.width_s, self.rate)
        return made


def open_waves(dataset: Dataset, rate: int, progress: Progress, limit_bytes: int = LIMIT_BYTES) -> Waves:
    """Open the stored waveforms, storing them first; where they pass the limit, clips are decoded when taken.

    Raises:
        Cancelled: from `progress`.
        BadInput: not one recording can be read.
        DiskFull.
    """
    width = round(dataset.plan.width_s * rate)
    changed = {problem.file: problem for problem in check_unchanged(dataset)}
    if 2 * width * len(dataset.clips) > limit_bytes:
        return _checked(dataset, rate, width, _without(dataset, set(changed)), tuple(changed.values()))
    folder = settings().cache_dir / "waves" / digest(_VERSION, dataset.version, rate, width, RESAMPLER)[:32]
    order = np.argsort(dataset.clips.recording, kind="stable")
    found = _read(folder)
    if found is None or changed or found[2]:  # what could not be read before may be readable now
        _store(folder, dataset, rate, width, changed, progress)
        found = _read(folder)
        if found is None:
            raise Corrupt(f"{folder} does not hold what was just written to it. Check the disk.")
    samples, scales, failures = found
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    usable = np.isfinite(scales)[place]
    return _checked(dataset, rate, width, usable, failures, samples, scales, place)


def _checked(dataset: Dataset, rate: int, width: int, usable: np.ndarray, failures, *stored) -> Waves:
    if not usable.any():
        detail = failures[0].detail if failures else "It has no clips."
        raise BadInput(f"None of the recordings of {dataset.name} can be used. {detail}")
    return Waves(dataset, rate, width, usable, failures, *stored)


def _without(dataset: Dataset, names: set[str]) -> np.ndarray:
    fine = np.array([recording.name not in names for recording in dataset.recordings], dtype=bool)
    return fine[dataset.clips.recording]


def _read(folder: Path) -> tuple[np.ndarray, np.ndarray, tuple[Problem, ...]] | None:
    try:
        about = read_json(folder / "waves.json")
        samples = load_array(folder / "samples.npy", mmap=True)
        scales = load_array(folder / "scales.npy")
        failures = tuple(Problem(**failure) for failure in about["failures"])
    except FileNotFoundError:
        return None
    except (Corrupt, KeyError, TypeError):
        (folder / "waves.json").unlink(missing_ok=True)
        return None
    touch(folder / "waves.json")
    return samples, scales, failures


@dataclass(frozen=True)
class _Block:
    """Some clips of a recording by their places, or why there are none."""

    places: np.ndarray
    samples: np.ndarray
    scales: np.ndarray
    failure: Problem | None = None

    @property
    def nbytes(self) -> int:
        return self.samples.nbytes


def _store(
    folder: Path, dataset: Dataset, rate: int, width: int, changed: dict[str, Problem], progress: Progress
) -> None:
    clips, failures = dataset.clips, dict(changed)
    scales = np.full(len(clips), np.nan, dtype=np.float32)
    by_recording = rows_by_recording(dataset)
    firsts = np.cumsum([0, *map(len, by_recording)])
    units = [i for i, r in enumerate(dataset.recordings) if len(by_recording[i]) and r.name not in changed]

    def produce(index: int) -> Iterator[_Block]:
        recording, rows = dataset.recordings[index], by_recording[index]
        try:
            for local, windows in stream_windows(
                recording.path, clips.start_s[rows], dataset.plan.width_s, rate
            ):
                yield _Block(firsts[index] + local, *_as_integers(windows))
        except BadInput as error:
            problem = Problem("unreadable", recording.name, str(error))
            yield _Block(firsts[index] + np.arange(len(rows)), _NONE, _NONE, problem)

    def parts() -> Iterator[tuple[slice, np.ndarray]]:
        done = 0
        with Ahead(
            units, produce, threads=decoding_threads(), limit_bytes=_AHEAD_BYTES, alternate=False
        ) as ahead:
            for block in ahead:
                if block.failure is not None:
                    failures[block.failure.file] = block.failure
                    scales[block.places] = np.nan  # what came before the damage is left out too
                    continue
                scales[block.places] = block.scales
                for place, samples in zip(block.places, block.samples, strict=True):
                    yield slice(int(place), int(place) + 1), samples[None]
                done += len(block.places)
                progress.report("Reading the recordings", done, len(clips))

    (folder / "waves.json").unlink(missing_ok=True)  # written last: without it, nothing counts
    save_rows(folder / "samples.npy", (len(clips), width), np.int16, parts())
    save_array(folder / "scales.npy", scales)
    told = [{"kind": p.kind, "file": p.file, "detail": p.detail} for p in failures.values()]
    write_json(folder / "waves.json", {"dataset": dataset.id, "rate": rate, "failures": told})


_NONE = np.zeros((0, 1), dtype=np.int16)


def _as_integers(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(b, T) float32 to int16 and (b,) float32 scales; exact where the samples are 16-bit already."""
    peak = np.abs(windows).max(axis=1)
    steps = windows * np.float32(32768)
    exact = (np.rint(steps) == steps).all(axis=1) & (peak < 1)
    scales = np.where(exact, np.float32(1 / 32768), np.maximum(peak, 1e-30) / _FULL).astype(np.float32)
    return np.rint(windows / scales[:, None]).clip(-_FULL, _FULL).astype(np.int16), scales
