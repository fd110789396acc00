"""What can be measured of one box of a clip, drawn or annotated: its level, its peak, how far it is above the noise.

The ratio is that of `measures.measure` ("snr_db"), of one box alone: other calls that are known count neither as
signal nor as noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioviz.audio.measures.box_snr import box_snr_db
from bioviz.audio.measures.cells import box_mask, spectrogram
from bioviz.audio.measures.clip import QUIET_SHARE
from bioviz.audio.measures.heard import GUARD
from bioviz.audio.measures.noise_floor import bands_for, sounding

ROSE_AS_HIGH = "the noise beside the box rises as high as what it holds"
TOO_LITTLE_BESIDE = "too little of the clip lies beside the box and other calls to tell the noise from"
LEAST_BESIDE = 0.2  # of the clip's frames
SILENT = "there is digital silence in the box"


@dataclass(frozen=True)
class BoxMeasures:
    """Measures of a box.

    Attributes
    ----------
    snr_db
        Power in the box above that of the same frequencies beside it in time; NaN where it cannot be told.
    unknown
        Why not, to follow "unknown:"; "" where it is known.
    peak_hz
        Frequency of the strongest bin of the box's mean spectrum; NaN for silence.

    """

    snr_db: float
    unknown: str
    peak_hz: float


def measure_box(
    samples: np.ndarray,
    rate: int,
    box: Sequence[float],
    others: Sequence[Sequence[float]] = (),
) -> BoxMeasures:
    """Measure a box of a stretch of sound.

    Parameters
    ----------
    samples : (T,) float32
        Full scale 1; the stretch that the noise is told from.
    rate
        Hz.
    box
        start_s, end_s from the first sample, low_hz, high_hz; NaN frequencies mean the whole band.
    others
        More such boxes, of calls that are no noise either.

    """
    power, frequencies, times = spectrogram(samples, rate)
    bands = bands_for(len(power), float(frequencies[1]))
    drawn = np.asarray([box], dtype=np.float64)
    mask = box_mask(drawn, frequencies, times)
    inside = np.asarray(mask.any(axis=0))
    spectrum = (power * mask).sum(axis=1)
    if not spectrum.any():
        return BoxMeasures(np.nan, SILENT, np.nan)
    peak_hz = float(frequencies[spectrum.argmax()])
    banded = bands.pool(power)
    calls = np.concatenate([drawn, np.asarray(others, dtype=np.float64).reshape(-1, 4)])
    # Frames at the edge of a box hold some of its call: they are neither signal nor noise.
    sounds = sounding(banded)
    quiet = ~np.any(box_mask(calls + GUARD, frequencies, times), axis=0)[sounds]
    # As long, beside what is drawn, as `measure` asks for beside one call; and something of the clip at all events.
    needed = QUIET_SHARE / (1 - QUIET_SHARE) * inside[sounds].sum()
    if not len(quiet) or quiet.mean() < LEAST_BESIDE or quiet.sum() < needed:
        return BoxMeasures(np.nan, TOO_LITTLE_BESIDE, peak_hz)
    signal, cells = (bands.pool(each[:, None])[:, 0] for each in (spectrum, mask.sum(axis=1)))
    beside = banded[:, sounds][:, quiet] / bands.bins[:, None]
    snr = box_snr_db(signal, cells, int(inside.sum()), beside)
    return BoxMeasures(snr, ROSE_AS_HIGH if np.isnan(snr) else "", peak_hz)
