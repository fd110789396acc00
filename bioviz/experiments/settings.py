"""What an experiment is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from bioviz.audio.mixing import CALL, CLIP
from bioviz.errors import BadInput
from bioviz.store.keys import settle_numbers

SNRS_DB = (20.0, 15.0, 10.0, 5.0, 0.0, -5.0, -10.0)
DATASET, FOLDER = "dataset:", "folder:"  # how another source of background is named


@dataclass(frozen=True)
class NoiseSettings:
    """An SNR experiment.

    Attributes
    ----------
    labels
        Those whose clips are used; empty for all.
    per_label
        Clips of each label, drawn by the seed; fewer where there are fewer.
    snrs_db
        signal-to-noise ratios, dB; kept from high to low.
    background
        "" for background clips of the same dataset, "dataset:<id>" for those of another one,
        "folder:<path>" for all recordings in a folder.
    k
        Neighbors looked at.
    seed
        Of the clips and of the background that each gets.
    measured
        "call" for the ratio over the call's loudest stretch and within its band, "clip" for that of the
        whole clip.
    same_site
        a clip gets background of its own site alone; clips of a site without any are left out.

    Raises
    ------
    BadInput
        a setting that cannot be.

    """

    labels: tuple[str, ...] = ()
    per_label: int = 20
    snrs_db: tuple[float, ...] = SNRS_DB
    background: str = ""
    k: int = 20
    seed: int = 0
    measured: str = CALL
    same_site: bool = False

    def __post_init__(self) -> None:
        settle_numbers(self)
        snrs = sorted({float(snr) for snr in self.snrs_db}, reverse=True)
        if not snrs or not np.isfinite(snrs).all() or max(np.abs(snrs)) > 100:
            raise BadInput("Give one or more signal-to-noise ratios from -100 to 100 dB.")
        object.__setattr__(self, "snrs_db", tuple(snrs))
        object.__setattr__(self, "labels", tuple(sorted(self.labels)))
        if not 1 <= self.per_label <= 10_000 or not 1 <= self.k <= 1000:
            raise BadInput("The clips of a label must be 1 to 10,000 and the neighbors 1 to 1000.")
        if self.background and not self.background.startswith((DATASET, FOLDER)):
            raise BadInput(f"{self.background!r} is no source of background.")
        if self.measured not in (CALL, CLIP):
            raise BadInput(f"The ratio is measured over the call or the clip, not {self.measured!r}.")
        if self.same_site and self.background:
            raise BadInput("Background of the same site can only come from the dataset itself.")

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, for `from_dict`."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NoiseSettings:
        """Raise BadInput for a setting that is unknown or cannot be."""
        return cls(**_known(cls, values))


@dataclass(frozen=True)
class ShiftSettings:
    """A window-shift experiment.

    Attributes
    ----------
    clips
        How many are drawn.
    reach
        Farthest shift, as a share of the window.
    steps
        Shifts to either side, evenly spaced up to `reach`.
    k
        Neighbors looked at.
    seed
        Of the clips.

    Raises
    ------
    BadInput
        a setting that cannot be.

    """

    clips: int = 200
    reach: float = 0.5
    steps: int = 2
    k: int = 20
    seed: int = 0

    def __post_init__(self) -> None:
        settle_numbers(self)
        if not 1 <= self.clips <= 100_000 or not 1 <= self.steps <= 20 or not 1 <= self.k <= 1000:
            raise BadInput("Clips, steps and neighbors must be at least 1 (and reasonably few).")
        if not 0 < self.reach <= 1:
            raise BadInput("The farthest shift must be a share of the window, above 0 and up to 1.")

    @property
    def fractions(self) -> np.ndarray:
        """(2 * steps,) float64 shifts as shares of the window, from earlier to later, without 0."""
        late = self.reach * np.arange(1, self.steps + 1) / self.steps
        return np.concatenate([-late[::-1], late])

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, for `from_dict`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ShiftSettings:
        """Raise BadInput for a setting that is unknown or cannot be."""
        return cls(**_known(cls, values))


def _known(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - {f.name for f in fields(cls)}
    if unknown:
        raise BadInput(f"The experiment knows no {sorted(unknown)}.")
    return dict(values)
