"""What is measured of the sound of each clip, and what the clips of a label usually sound like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.diagnosis.rules import Rules

MIN_CLIPS = 8
"""Clips of a label from which on something is said of how they usually sound."""


class Sound:
    """Columns of the sound and the boxes of n clips, by name; NaN where unknown, or not measured."""

    def __init__(self, columns: Mapping[str, np.ndarray], n: int) -> None:
        self._columns, self._n = columns, n

    def __contains__(self, name: str) -> bool:
        """Whether it was measured."""
        return name in self._columns

    def __getitem__(self, name: str) -> np.ndarray:
        return np.asarray(self._columns.get(name, np.full(self._n, np.nan)), dtype=np.float64)

    @property
    def boxed(self) -> np.ndarray:
        """(n,) bool, a call is annotated in it."""
        return np.nan_to_num(self["call_share"]) > 0

    @property
    def height_db(self) -> np.ndarray:
        """(n,) dB above the noise: of the annotated call, or of the loudest sound where none is."""
        return np.where(self.boxed, self["snr_db"], self["loudest_db"])

    def clear(self, rules: Rules) -> np.ndarray:
        """(n,) bool: a sound is clear enough to say what it is."""
        with np.errstate(invalid="ignore"):
            stands_out = np.isnan(self.height_db) & (self["prominence_db"] >= rules.stands_out_db)
            return (self.height_db >= rules.clear_db) | stands_out


@dataclass(frozen=True)
class Usual:
    """What the clips of each target that are not confused sound like, for each of n clips by its target.

    Attributes
    ----------
    band : (n, 2)
        Hz, median edges of what stands out; NaN unknown.
    weak_db : (n,)
        Height above the noise that a quarter of them fall short of; NaN unknown.

    """

    band: np.ndarray
    weak_db: np.ndarray


def usual(sound: Sound, target: np.ndarray, sure: np.ndarray) -> Usual:
    """Of the `sure` (n,) clips of each target (n,) with a sound that stands out; unknown below `MIN_CLIPS`."""
    edges = np.stack([sound["call_low_hz"], sound["call_high_hz"]], axis=1)
    sounds = Usual(np.full((len(target), 2), np.nan), np.full(len(target), np.nan))
    for each in np.unique(target[target > 0]):
        own = sure & (target == each) & np.isfinite(sound.height_db)
        if own.sum() >= MIN_CLIPS:
            sounds.weak_db[target == each] = np.quantile(sound.height_db[own], 0.25)
        own &= np.isfinite(edges).all(axis=1)
        if own.sum() >= MIN_CLIPS:
            sounds.band[target == each] = np.median(edges[own], axis=0)
    return sounds
