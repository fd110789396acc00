"""The measures of a clip: their names, titles, units, and what is said where one is unknown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NOTHING_STANDS_OUT_DB = 10.0  # prominence below which there may be noise alone


@dataclass(frozen=True)
class Column:
    """One measure of a clip: column name, what to call it on screen, unit, and a sentence of help."""

    name: str
    title: str
    unit: str
    about: str


COLUMNS = (
    Column(
        "level_dbfs", "Level", "dBFS", "Root mean square against full scale 1 (a full-scale sine has -3)."
    ),
    Column("peak_dbfs", "Peak", "dBFS", "Largest sample against full scale 1."),
    Column("clipped_share", "Clipped", "share", "Share of samples at or above 0.999 of full scale."),
    Column(
        "snr_db",
        "SNR",
        "dB",
        "Signal-to-noise ratio of annotated calls: power within their boxes against the same frequencies outside of "
        "their times. Unknown without a box, where the noise alone rises as high, and where too little of the "
        "recording lies beside calls.",
    ),
    Column(
        "loudest_db",
        "Loudest sound",
        "dB",
        "How far the loudest sound that stands out, the animal's or not, is above the noise: in its own band and over "
        "at least 20 ms. Unknown where nothing stands out.",
    ),
    Column(
        "prominence_db",
        "Prominence",
        "dB",
        "How far the loudest moment of any band stands above the noise; 5 to 7 where there is noise alone.",
    ),
    Column("call_low_hz", "Lower edge", "Hz", "Of the loudest sound: 5 % of its power lie below."),
    Column("call_high_hz", "Upper edge", "Hz", "Of the loudest sound: 5 % of its power lie above."),
    Column(
        "steady_db",
        "Steady sound",
        "dB",
        "How far the strongest steady band stands above those beside it: hum, or a call without a pause.",
    ),
    Column(
        "onset_db",
        "Onset strength",
        "dB",
        "The most that the level rises from one moment (10 ms) to the next, mean over all bands.",
    ),
    Column(
        "band_limit_hz",
        "Bandwidth limit",
        "Hz",
        "The highest frequency that the recording holds: above it a recorder, a resampling or a compressed format "
        "cut everything off.",
    ),
    Column("flatness", "Spectral flatness", "0 to 1", "0 for a pure tone, towards 1 for white noise."),
    Column("centroid_hz", "Spectral centroid", "Hz", "Mean frequency, weighted with power."),
    Column("bandwidth_hz", "Bandwidth", "Hz", "Spread of frequency round the centroid, weighted with power."),
    Column("peak_hz", "Peak frequency", "Hz", "Frequency of the strongest bin of the mean spectrum."),
)
NAMES = tuple(column.name for column in COLUMNS)


def why_no_snr(prominence_db: float, boxed: bool = False) -> str:
    """Why there is no ratio, to follow "unknown:"; of an annotated call if `boxed`, else of the loudest sound."""
    if np.isnan(prominence_db):
        return "the clip is too short, or silent"
    if boxed:
        return "the noise beside the call rises as high as what its box holds, or too little lies beside it"
    if prominence_db < NOTHING_STANDS_OUT_DB:
        return "no sound stands out of the noise"
    return "the noise cannot be told from what stands out of it"
