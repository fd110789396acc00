"""Recordings in sound, with calls that are annotated, and some that nobody annotated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.progress import Silent
from bioviz.runs.templates.inputs import ResemblanceInputs
from bioviz.runs.templates.measure import measure_resemblance

LENGTH_S, WIDTH_S, HOP_S, CALL_S = 15.0, 3.0, 1.5, 1.0
_EVERY_S = 5.0
MIN_OVERLAP = 0.2


@dataclass(frozen=True)
class SoundWorld:
    """Windows of recordings, one label.

    Attributes:
        sounds: (R, S) float32 at `rate`. boxes: (b, 4). box_recording: (b,).
        missed: (m, 2) recording and start in s of calls without a box.
    """

    sounds: np.ndarray
    rate: int
    boxes: np.ndarray
    box_recording: np.ndarray
    missed: np.ndarray

    @property
    def starts(self) -> np.ndarray:
        return np.arange(0, LENGTH_S - WIDTH_S + 1e-6, HOP_S)

    @property
    def recording(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.sounds)), len(self.starts))

    @property
    def start_s(self) -> np.ndarray:
        return np.tile(self.starts, len(self.sounds))

    @property
    def call_share(self) -> np.ndarray:
        """(n,) most of an annotated call that a window holds."""
        return self._held(np.column_stack([self.box_recording, self.boxes[:, 0]]))

    @property
    def missed_share(self) -> np.ndarray:
        """(n,) most of a call without a box that it holds."""
        return self._held(self.missed)

    def _held(self, calls: np.ndarray) -> np.ndarray:
        out = np.zeros(len(self.recording))
        for recording, start in calls:
            inside = np.minimum(self.start_s + WIDTH_S, start + CALL_S) - np.maximum(self.start_s, start)
            out = np.maximum(out, np.where(self.recording == recording, np.clip(inside / CALL_S, 0, 1), 0))
        return out

    def alike(self) -> np.ndarray:
        """(n, L, 2) as the job measures it."""
        n, units = len(self.recording), np.arange(len(self.sounds))
        inputs = ResemblanceInputs(
            hashes=tuple(str(i) for i in units),
            duration_s=np.full(len(units), LENGTH_S),
            units=units,
            rate=self.rate,
            recording=self.recording,
            start_s=self.start_s,
            end_s=self.start_s + WIDTH_S,
            boxes=self.boxes,
            box_recording=self.box_recording,
            box_label=np.zeros(len(self.boxes), dtype=np.int64),
            width_s=WIDTH_S,
        )
        alike, unreadable = measure_resemblance(inputs, self._load, Silent())
        assert len(alike) == n and not unreadable
        return alike

    def _load(self, recording: int, start_s: float, end_s: float, rate: int) -> np.ndarray:
        import soxr

        part = self.sounds[recording, round(start_s * self.rate) : round(end_s * self.rate)]
        return part if rate == self.rate else soxr.resample(part, self.rate, rate)


def world(
    rng: np.random.Generator,
    noise: np.ndarray,
    rate: int,
    calls: list[np.ndarray],
    band_hz: tuple[float, float],
    unboxed: float,
    snr_db: tuple[float, float] = (5.0, 20.0),
) -> SoundWorld:
    """Put calls into the first recordings, one animal (a call each, (CALL_S * rate,)) a recording.

    Args:
        noise: (R, S) without any call. unboxed: share of the calls that gets no box. snr_db: drawn evenly, over the
            time of the call.
    """
    sounds = np.array(noise, dtype=np.float32)
    boxes: list[tuple[float, float, float, float]] = []
    of: list[int] = []
    missed: list[tuple[float, float]] = []
    for recording, call in enumerate(calls):
        for first in np.arange(0, LENGTH_S - 1e-6, _EVERY_S):
            start = first + rng.uniform(0, _EVERY_S - CALL_S - 0.1)
            at = sounds[recording, round(start * rate) :][: len(call)]
            ratio = at.var() / max(float(call.var()), 1e-12) * 10 ** (rng.uniform(*snr_db) / 10)
            at += (np.sqrt(ratio) * call[: len(at)]).astype(np.float32)
            if rng.random() < unboxed:
                missed.append((recording, start))
            else:
                boxes.append((start, start + CALL_S, *band_hz))
                of.append(recording)
    return SoundWorld(
        sounds,
        rate,
        np.array(boxes).reshape(-1, 4),
        np.array(of, dtype=np.int64),
        np.array(missed).reshape(-1, 2),
    )
