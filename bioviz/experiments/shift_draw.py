"""Which clips are shifted, and by how much: drawn from the seed, within what their recordings leave room for."""

from __future__ import annotations

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.experiments.settings import ShiftSettings


def farthest_reach(dataset: Dataset, rows: np.ndarray, clips: int = 20) -> float:
    """Return how far windows can be shifted, as a share of the window in steps of 0.05 up to 1.

    Parameters
    ----------
    dataset : Dataset
        Whose recordings leave the room.
    rows : (n,) int64
        Clips that may be drawn.
    clips
        So many of them must have the room, or all where there are fewer.

    Returns
    -------
    float
        0 where their recordings are hardly longer than the clips.
    """
    if not len(rows):
        return 0.0
    durations = np.array([recording.duration_s for recording in dataset.recordings])
    before, width = dataset.clips.start_s[rows], dataset.plan.width_s
    after = durations[dataset.clips.recording[rows]] - width - before
    room = np.sort(np.maximum(before, after) / width)[::-1]
    enough = float(room[min(clips, len(room)) - 1])
    return min(1.0, max(0.0, np.floor(enough * 20 + 1e-6) / 20))


def draw_shifts(dataset: Dataset, rows: np.ndarray, settings: ShiftSettings) -> tuple[np.ndarray, np.ndarray]:
    """Draw clips among `rows` and shift their windows within the recording.

    A shift that would leave the recording goes as far the other way; a clip with no room for it on either side
    is not drawn.

    Returns
    -------
    (m,) int64 rows, ascending, and (m, s) float64 starts in seconds.

    Raises
    ------
    BadInput
        No clip has room.

    """
    durations = np.array([recording.duration_s for recording in dataset.recordings])
    start, width = dataset.clips.start_s[rows, None], dataset.plan.width_s
    last = durations[dataset.clips.recording[rows], None] - width + 1e-6
    wanted = start + settings.fractions * width
    mirrored = start - settings.fractions * width
    fits, fits_mirrored = ((each >= 0) & (each <= last) for each in (wanted, mirrored))
    starts = np.where(fits, wanted, mirrored)
    able = np.flatnonzero((fits | fits_mirrored).all(axis=1))
    if not len(able):
        raise BadInput(
            f"No clip of {dataset.name} can be shifted by {settings.reach * width:.2f} s: its recordings are hardly "
            "longer than the clips. Choose a shorter shift, or a dataset with long recordings."
        )
    rows_drawn = np.sort(np.random.default_rng(settings.seed).permutation(able)[: settings.clips])
    return rows[rows_drawn].astype(np.int64), starts[rows_drawn]
