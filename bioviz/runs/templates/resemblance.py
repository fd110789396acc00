"""How much each clip of a dataset sounds like the annotated calls of other units: measured by a job, and kept."""

from __future__ import annotations

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.datasets.types import Dataset
from bioviz.progress import Progress
from bioviz.runs import stages
from bioviz.runs.templates.inputs import resemblance_inputs
from bioviz.runs.templates.measure import measure_resemblance
from bioviz.store.keys import Stored, key_of

VERSION = 1  # raise it when the measure changes, and what is cached is computed anew
STAGE = "templates"


def resemblance_key(dataset: Dataset) -> str:
    """Key of the measure; another one as soon as anything it rests on changes."""
    return key_of(STAGE, VERSION, resemblance_inputs(dataset))


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
    key = key_of(STAGE, VERSION, inputs)
    meta = stages.read_meta(STAGE, key)
    if not inputs.templates() or (meta is not None and not meta["unreadable"]):
        return

    def load(recording: int, start_s: float, end_s: float, rate: int) -> np.ndarray:
        return load_clip(dataset.recordings[recording].sound, start_s, end_s, rate)

    alike, unreadable = measure_resemblance(inputs, load, progress)
    stages.save(STAGE, key, {"alike": alike}, {"dataset": dataset.id, "unreadable": unreadable})
