"""Hold every clip against the annotated calls of other units, a minute of a recording at a time.

And against the same calls played backwards: a sound that has nothing to do with the calls resembles them as much one
way as the other, in the same bands, as loud and as long. That is what chance is taken from.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bioviz.audio.measures.templates import FRAME_S, HeldPicture, loudest, picture, spectra_of, template
from bioviz.errors import BadInput
from bioviz.progress import Progress
from bioviz.runs.templates.chosen import BEST, LabelTemplates
from bioviz.runs.templates.inputs import ResemblanceInputs

STRETCH_S = 60.0
"""Of a recording, pictured at a time: the median of a band is that of a minute."""
MAX_STRETCHES = 12_000
"""Minutes that clips are held against calls in; of more (above 200 hours) so many are drawn by lot."""
_SEED = 0
_MIN_RATE, _MAX_RATE = 8000, 48000
"""Hz; more only where boxes ask for it."""
_THREADS = 4
_SIZES = 2
"""Lengths of a picture for which the templates' spectra are kept: most are a whole minute. 150 MB each at most."""
STAGE_NAME = "Clips beside annotated calls"

Load = Callable[[int, float, float, int], np.ndarray]
"""Samples (T,) of recording i from start_s to end_s at a rate in Hz. Raises BadInput."""


@dataclass(frozen=True, eq=False)
class _Stretch:
    """A part of a recording, and the clips (rows) that begin in it."""

    recording: int
    start_s: float
    end_s: float
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class _Bank:
    """Templates of a label, (t, B, F), and the unit of each (t,)."""

    of: LabelTemplates
    shapes: np.ndarray
    units: np.ndarray


def measure_resemblance(
    inputs: ResemblanceInputs, load: Load, progress: Progress
) -> tuple[np.ndarray, list[int]]:
    """Measure how much each clip sounds like the annotated calls of other units.

    Returns
    -------
    alike : ndarray of float32, shape (n, L, 2)
        Of each clip and each label of `inputs.templates()`: mean of the normalised cross-correlation with the `BEST`
        templates that fit best, each at its best moment; and likewise with the calls played backwards. NaN where there
        are fewer, where the clip is shorter than they are, where its recording cannot be read, and where its minute was
        not among the `MAX_STRETCHES` drawn.
    unreadable : list of int
        Recordings that could not be read.

    Raises
    ------
    Cancelled
        Through `progress`.
    """
    labels = inputs.templates()
    rate = _rate(inputs, labels)
    alike = np.full((len(inputs.recording), len(labels), 2), np.nan, dtype=np.float32)
    unreadable: set[int] = set()

    def pictured(stretch: _Stretch) -> tuple[np.ndarray, np.ndarray] | None:
        try:
            return picture(load(stretch.recording, stretch.start_s, stretch.end_s, rate), rate)
        except BadInput:
            return None

    def scored(stretch: _Stretch) -> np.ndarray | None:
        seen = pictured(stretch)
        return None if seen is None else _scores(inputs, stretch, banks, seen, spectra)

    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
        progress.report(STAGE_NAME, 0, len(alike))
        banks = _banks(inputs, labels, pool, pictured, progress)
        spectra = _kept_spectra(banks)
        stretches, done = _drawn(list(_stretches(inputs))), 0
        clips = sum(len(stretch.rows) for stretch in stretches)
        for stretch, scores in _in_order(pool, scored, stretches):
            if scores is None:
                unreadable.add(stretch.recording)
            else:
                alike[stretch.rows] = scores
            done += len(stretch.rows)
            progress.report(STAGE_NAME, done, clips)
    return alike, sorted(unreadable)


def _rate(inputs: ResemblanceInputs, labels: tuple[LabelTemplates, ...]) -> int:
    """Hz: as much as the bands need, and no more than the recordings hold."""
    highest = max((each.high_hz for each in labels if np.isfinite(each.high_hz)), default=0.0)
    everything = any(not np.isfinite(each.high_hz) for each in labels)
    needed = max(2.2 * highest, _MAX_RATE if everything else _MIN_RATE)
    return max(int(min(needed, inputs.rate)), 1)


def minutes(inputs: ResemblanceInputs) -> int:
    """Return in how many minutes of recordings clips begin."""
    part = np.floor(inputs.start_s / STRETCH_S).astype(np.int64)
    return len(np.unique(inputs.recording * (int(part.max(initial=0)) + 1) + part))


def _drawn(stretches: list[_Stretch]) -> list[_Stretch]:
    """All, or `MAX_STRETCHES` of them by lot, in their order."""
    if len(stretches) <= MAX_STRETCHES:
        return stretches
    drawn = np.random.default_rng(_SEED).choice(len(stretches), MAX_STRETCHES, replace=False)
    return [stretches[i] for i in np.sort(drawn)]


def _stretches(inputs: ResemblanceInputs) -> Iterator[_Stretch]:
    part = np.floor(inputs.start_s / STRETCH_S).astype(np.int64)
    order = np.lexsort((part, inputs.recording))
    changes = (np.diff(inputs.recording[order]) != 0) | (np.diff(part[order]) != 0)
    for rows in np.split(order, np.flatnonzero(changes) + 1):
        if len(rows):
            yield _stretch(
                inputs,
                int(inputs.recording[rows[0]]),
                int(part[rows[0]]),
                float(inputs.end_s[rows].max()),
                rows,
            )


def _stretch(
    inputs: ResemblanceInputs, recording: int, part: int, end_s: float, rows: np.ndarray
) -> _Stretch:
    """Return a whole minute, so that a band's median does not hang on where clips and boxes lie."""
    start_s = part * STRETCH_S
    end_s = min(max(end_s, start_s + STRETCH_S), float(inputs.duration_s[recording]))
    return _Stretch(recording, start_s, end_s, rows)


def _banks(
    inputs: ResemblanceInputs,
    labels: tuple[LabelTemplates, ...],
    pool: ThreadPoolExecutor,
    pictured: Callable[[_Stretch], tuple[np.ndarray, np.ndarray] | None],
    progress: Progress,
) -> list[_Bank]:
    """Cut the templates out of the recordings that hold them."""
    wanted: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for i, each in enumerate(labels):
        for box in each.boxes:
            part = int(inputs.boxes[box, 0] // STRETCH_S)
            wanted.setdefault((int(inputs.box_recording[box]), part), []).append((i, int(box)))
    none = np.zeros(0, np.int64)
    stretches = [
        _stretch(inputs, recording, part, max(float(inputs.boxes[box, 1]) for _, box in held), none)
        for (recording, part), held in wanted.items()
    ]
    cut: list[list[tuple[int, np.ndarray]]] = [[] for _ in labels]
    for (stretch, seen), held in zip(_in_order(pool, pictured, stretches), wanted.values(), strict=True):
        progress.report(STAGE_NAME, 0, len(inputs.recording))
        if seen is None:
            continue
        for i, box in held:
            shape = _cut(_band(seen, labels[i]), inputs.boxes[box, :2] - stretch.start_s, labels[i].length_s)
            if shape is not None:
                cut[i].append((box, shape))
    banks = []
    for of, shapes in zip(labels, cut, strict=True):
        boxes = np.array([box for box, _ in shapes], dtype=np.int64)
        banks.append(
            _Bank(of, np.array([shape for _, shape in shapes]), inputs.units[inputs.box_recording[boxes]])
        )
    return banks


def _kept_spectra(banks: list[_Bank]) -> Callable[[int, int], tuple[np.ndarray, np.ndarray]]:
    """Return a function of bank and size: spectra of its templates and of these backwards, kept for `_SIZES` sizes."""

    @lru_cache(_SIZES * max(len(banks), 1))
    def spectra(bank: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        shapes = banks[bank].shapes
        return spectra_of(shapes, size), spectra_of(shapes[:, :, ::-1], size)

    return spectra


def _cut(seen: np.ndarray, box: np.ndarray, length_s: float) -> np.ndarray | None:
    """(B, F) template of a box (start_s, end_s within the picture): about its middle, or its loudest part if longer."""
    frames = round(length_s / FRAME_S)
    first, last = (round(float(edge) / FRAME_S) for edge in box)
    if last - first > frames:
        first += loudest(seen[:, max(first, 0) : last], frames)
    else:
        first = (first + last - frames) // 2
    part = seen[:, max(first, 0) : max(first, 0) + frames]
    return template(part) if part.shape[1] == frames and len(part) else None


def _band(seen: tuple[np.ndarray, np.ndarray], of: LabelTemplates) -> np.ndarray:
    above, middle_hz = seen
    return above[(middle_hz >= of.low_hz) & (middle_hz <= of.high_hz)]


def _scores(
    inputs: ResemblanceInputs,
    stretch: _Stretch,
    banks: list[_Bank],
    seen: tuple[np.ndarray, np.ndarray],
    spectra: Callable[[int, int], tuple[np.ndarray, np.ndarray]],
) -> np.ndarray:
    """(rows, L, 2) of the clips of a stretch."""
    out = np.full((len(stretch.rows), len(banks), 2), np.nan, dtype=np.float32)
    first = _frame(inputs.start_s[stretch.rows] - stretch.start_s)
    end = _frame(inputs.end_s[stretch.rows] - stretch.start_s)
    held: dict[tuple[float, float, int], HeldPicture] = {}  # labels often share a band
    for i, bank in enumerate(banks):
        others = bank.units != inputs.units[stretch.recording]
        if others.sum() < BEST:
            continue
        of, frames = bank.of, bank.shapes.shape[2]
        key = (of.low_hz, of.high_hz, frames)
        if key not in held:
            held[key] = HeldPicture(_band(seen, of), frames)
        for way, shapes in enumerate(spectra(i, held[key].size)):
            at = held[key].against(shapes)[others]
            best = np.sort(_highest(at, first, end - frames), axis=1)[:, -BEST:]
            out[:, i, way] = best.mean(axis=1)
    return out


def _frame(seconds: np.ndarray) -> np.ndarray:
    return np.round(seconds / FRAME_S).astype(np.int64)


def _highest(at: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(rows, t) of (t, moments): the highest from each row's first moment to its last; NaN where there are none."""
    moments = at.shape[1]
    first, end = np.clip(first, 0, moments), np.clip(last + 1, 0, moments)
    some = first < end
    out = np.full((len(first), len(at)), np.nan, dtype=at.dtype)
    if some.any():
        edges = np.column_stack([first[some], end[some]]).ravel()
        padded = np.pad(at, ((0, 0), (0, 1)))  # an edge may be the end of all
        out[some] = np.maximum.reduceat(padded, edges, axis=1)[:, ::2].T
    return out


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[_Stretch], object], stretches: list[_Stretch]
) -> Iterator:
    """(stretch, result) in order, a few worked at ahead; those ahead are dropped when the loop is left."""
    ahead: deque[tuple[_Stretch, Future]] = deque()
    waiting = iter(stretches)
    try:
        while True:
            for stretch in waiting:
                ahead.append((stretch, pool.submit(work, stretch)))
                if len(ahead) > 2 * _THREADS:
                    break
            if not ahead:
                return
            stretch, future = ahead.popleft()
            yield stretch, future.result()
    finally:
        for _, future in ahead:
            future.cancel()
