"""How much each clip of a dataset sounds like the annotated calls of other units: measured by a job, and kept."""

from __future__ import annotations

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.datasets.types import Dataset
from bioviz.progress import Progress
from bioviz.runs import stages
from bioviz.runs.templates import measure
from bioviz.runs.templates.inputs import ResemblanceInputs, resemblance_inputs
from bioviz.runs.templates.measure import measure_resemblance
from bioviz.store.keys import Stored, key_of

VERSION = 1  # raise it when the measure changes, and what is cached is computed anew
STAGE = "templates"


def resemblance_key(dataset: Dataset) -> str:
    """Key of the measure; another one as soon as anything it rests on changes."""
    return _key(resemblance_inputs(dataset))


def _key(inputs: ResemblanceInputs) -> str:
    """Return the key; only where a part is drawn by lot does it hang on how much."""
    is_whole = measure.minutes(inputs) <= measure.MAX_STRETCHES
    return key_of(STAGE if is_whole else f"{STAGE} in {measure.MAX_STRETCHES} minutes", VERSION, inputs)


def resemblance_note(dataset: Dataset) -> tuple[str, ...]:
    """Say that clips are held against calls in a part of the sound; nothing where they are in all of it."""
    if not dataset.annotations:
        return ()
    inputs = resemblance_inputs(dataset)
    there = measure.minutes(inputs)
    if there <= measure.MAX_STRETCHES or not inputs.templates():
        return ()
    return (
        f"Clips were held against annotated calls in {measure.MAX_STRETCHES:,} of {there:,} minutes, drawn by lot.",
    )


def open_resemblance(dataset: Dataset, rows: np.ndarray) -> Stored[np.ndarray] | None:
    """Return the measure of some clips, (rows, L, 2) as from `measure_resemblance`; None while it is not there."""
    if not dataset.annotations:
        return None
    key = resemblance_key(dataset)
    meta, arrays = stages.read_meta(STAGE, key), stages.read(STAGE, key, "alike")
    if meta is None or arrays is None:
        return None
    alike = arrays[0]
    return Stored(f"{STAGE} {key} without {meta['unreadable']}", lambda: alike[rows])


def measure_missing_resemblance(dataset: Dataset, progress: Progress) -> None:
    """Measure and keep what is missing, where calls enough are annotated.

    Recordings that could not be read before are tried again.

    Raises
    ------
    Cancelled, DiskFull.
    """
    if not dataset.annotations:
        return
    inputs = resemblance_inputs(dataset)
    key = _key(inputs)
    meta = stages.read_meta(STAGE, key)
    if not inputs.templates() or (meta is not None and not meta["unreadable"]):
        return

    def load(recording: int, start_s: float, end_s: float, rate: int) -> np.ndarray:
        return load_clip(dataset.recordings[recording].sound, start_s, end_s, rate)

    alike, unreadable = measure_resemblance(inputs, load, progress)
    stages.save(STAGE, key, {"alike": alike}, {"dataset": dataset.id, "unreadable": unreadable})
