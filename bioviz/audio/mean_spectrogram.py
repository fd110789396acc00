"""The mean spectrogram of a group of clips: what its sounds have in common, frame by frame.

Of each clip the power of every frame is taken, aligned by the clip's start; frames that pass the end of a
recording do not count. The mean is of power, so loud clips weigh most. 0 dB is a sine of full scale.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.audio.spectrogram import window_length
from bioviz.config import settings
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.progress import Progress, Silent
from bioviz.store.disk import open_cache
from bioviz.store.keys import key_of
from bioviz.store.pack import from_plain, to_plain

VERSION = 3  # raise it when the same clips give other figures, or what is stored has another form
MAX_COLUMNS = 160
MAX_ROWS = 128
_CACHE = "mean_spectrograms"
_CACHE_BYTES = 2**28
_FLOOR_POWER = 1e-14


@dataclass(frozen=True)
class MeanSpectrogram:
    """The mean of some clips.

    Attributes
    ----------
    levels : (F, K) float32
        dB re a sine of full scale, mean power per bin; NaN where no clip has sound.
    hz : (F,) float64
        Middles of the rows, lowest first.
    seconds : (K,) float64
        Middles of the columns.
    rate
        Samples per second at which the clips were read, Hz.
    averaged
        Clips in the mean.
    unreadable
        Clips that were asked for and could not be read.

    """

    levels: np.ndarray
    hz: np.ndarray
    seconds: np.ndarray
    rate: int
    averaged: int
    unreadable: int


@dataclass(frozen=True, eq=False)
class MeanInputs:
    """What a mean spectrogram follows from: version of the dataset, (n,) int64 rows, rate in Hz."""

    dataset: str
    rows: np.ndarray
    rate: int


def sample(rows: np.ndarray, most: int, seed: int = 0) -> np.ndarray:
    """At most `most` of (n,) rows, drawn by a seed, in increasing order; a larger sample holds the smaller."""
    rows = np.unique(np.asarray(rows, dtype=np.int64))
    return np.sort(np.random.default_rng(seed).permutation(rows)[:most])


def common_rate(dataset: Dataset, rows: np.ndarray) -> int:
    """Return the lowest native rate (Hz) of the recordings of `rows`: up to half of it every clip has something."""
    return min(dataset.recordings[i].sample_rate for i in np.unique(dataset.clips.recording[rows]).tolist())


def open_mean(dataset: Dataset, rows: np.ndarray, rate: int) -> MeanSpectrogram | None:
    """Return the mean of these clips if it was computed before, else None."""
    with open_cache(settings(), _CACHE, _CACHE_BYTES) as cache:
        stored: Any = cache.get(_key(dataset, rows, rate))
    return None if stored is None else from_plain(MeanSpectrogram, stored)


def mean_spectrogram(
    dataset: Dataset, rows: np.ndarray, rate: int, progress: Progress | None = None
) -> MeanSpectrogram:
    """Return the mean spectrogram of clips, from the cache or computed and kept there.

    Parameters
    ----------
    rows : (n,)
        Clip rows of the dataset, all of them averaged: see `sample`.
    rate
        Samples per second at which all are read, see `common_rate`.

    Raises
    ------
    BadInput
        There are no clips, or none of them can be read.
    Cancelled
        By `progress`.

    """
    rows = np.asarray(rows, dtype=np.int64)
    if not len(rows):
        raise BadInput("There are no clips to average.")
    mean = open_mean(dataset, rows, rate)
    if mean is None:
        mean = _compute(dataset, rows, rate, progress or Silent())
        with open_cache(settings(), _CACHE, _CACHE_BYTES) as cache:
            cache.set(_key(dataset, rows, rate), to_plain(mean))
    return mean


def means_job(params: Mapping[str, Any], progress: Progress) -> dict[str, object]:
    """Job: average several groups of clips; params {"dataset": id, "groups": [[row, ...], ...], "rate": Hz}."""
    dataset = library.load(params["dataset"])
    means = [mean_spectrogram(dataset, np.asarray(g), params["rate"], progress) for g in params["groups"]]
    return {"averaged": [mean.averaged for mean in means]}


def _compute(dataset: Dataset, rows: np.ndarray, rate: int, progress: Progress) -> MeanSpectrogram:
    clips = dataset.clips
    size = window_length(rate, "linear")
    width_s = dataset.plan.width_s  # of the dataset, so that any two of its means have the same axes
    frames = max(1, (round(width_s * rate) - size) // (size // 2) + 1)
    per_column = -(-frames // MAX_COLUMNS)
    columns = -(-frames // per_column)
    per_row = max(1, size // 2 // MAX_ROWS)
    height = size // 2 // per_row
    total, counts = np.zeros((columns, height)), np.zeros(columns, dtype=np.int64)
    unreadable = 0

    def power_of(row: int) -> np.ndarray | None:
        recording = dataset.recordings[int(clips.recording[row])]
        start = float(clips.start_s[row])
        end = min(float(clips.end_s[row]), start + width_s, recording.duration_s)
        try:
            samples = load_clip(recording.sound, start, end, rate)
        except BadInput:
            return None
        return frame_power(samples, size, per_row)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for count, power in enumerate(_in_order(pool, power_of, rows)):
            progress.report("averaging spectrograms", count, len(rows))
            if power is None:
                unreadable += 1
                continue
            if len(power) == 0:  # shorter than a frame
                continue
            first = np.arange(0, len(power), per_column)
            each = np.diff(np.append(first, len(power)))
            total[: len(first)] += np.add.reduceat(power, first, axis=0) / each[:, None]
            counts[: len(first)] += 1
    averaged = len(rows) - unreadable
    if not averaged:
        raise BadInput("None of these clips can be read; see the dataset's report.")
    mean = np.divide(total, counts[:, None], out=np.full(total.shape, np.nan), where=counts[:, None] > 0)
    levels = 10 * np.log10(np.maximum(mean, _FLOOR_POWER)).T.astype(np.float32)
    hz = (np.arange(height) * per_row + (per_row + 1) / 2) * rate / size
    middles = (np.arange(frames) + 1) * (size // 2) / rate
    seconds = np.array([middles[i : i + per_column].mean() for i in range(0, frames, per_column)])
    return MeanSpectrogram(levels, hz, seconds, rate, averaged, unreadable)


def frame_power(samples: np.ndarray, size: int, per_row: int) -> np.ndarray:
    """Power of Hann frames of `size` samples, half overlapping, `per_row` bins averaged into one.

    Returns
    -------
    (frames, size // 2 // per_row) float32, 1 for a sine of full scale in a bin; the bin at 0 Hz is left
    out.

    """
    from scipy.fft import rfft

    if len(samples) < size:
        return np.zeros((0, size // 2 // per_row), dtype=np.float32)
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[:: size // 2]
    transformed: Any = rfft(frames * window, axis=1)  # scipy has no types
    spectra = transformed[:, 1:]
    power = np.square(spectra.real) + np.square(spectra.imag)
    return power.reshape(len(power), -1, per_row).mean(axis=2) / np.float32((window.sum() / 2) ** 2)


def _in_order(pool: ThreadPoolExecutor, work: Callable[[int], Any], rows: np.ndarray) -> Iterable:
    """Results of `work` in the order of `rows`; few at a time, so that a stopped job stops soon."""
    for first in range(0, len(rows), 16):
        yield from pool.map(work, rows[first : first + 16].tolist())


def _key(dataset: Dataset, rows: np.ndarray, rate: int) -> str:
    inputs = MeanInputs(dataset.version, np.asarray(rows, dtype=np.int64), rate)
    return key_of("mean spectrogram", VERSION, inputs)
