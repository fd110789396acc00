"""Mixing background into calls at a set signal-to-noise ratio: every place that mixes does it by these functions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bioviz.audio.measures.cells import spectrogram
from bioviz.audio.measures.noise_floor import Bands, bands_for, noise_floor, smoothed, sounding
from bioviz.audio.measures.snr import Call, band_of, find_call, loud_frames
from bioviz.audio.steady_tones import without_tones
from bioviz.errors import BadInput

CALL, CLIP = "call", "clip"
"""Where the ratio is measured: over the call's loudest stretch and within its band, or over the whole clip."""

_SILENT = "A ratio cannot be set: the call or the noise is silent."


def gain_for(power: Any, noise_power: Any, snr_db: ArrayLike) -> Any:
    """Return the factor g of the noise for which 10 log10(power / (g^2 noise_power)) = snr_db."""
    return np.sqrt(power / noise_power / 10 ** (np.asarray(snr_db) / 10))


def noise_gain(
    signal: np.ndarray, noise: np.ndarray, snr_db: float, active: np.ndarray | None = None
) -> float:
    """Return the g of `signal + g noise` with that ratio of mean squares, over the `active` samples (T,) if given.

    Parameters
    ----------
    signal : (T,) float
        Samples.
    noise : (S,)
        Likewise, repeated or cut to length.
    snr_db
        Ratio asked for, dB.

    Raises
    ------
    BadInput
        An empty or silent signal or noise, or a ratio that is not a finite number.

    """
    signal, fitted = _checked(signal, noise, snr_db)
    part = slice(None) if active is None else np.asarray(active, bool)
    power, noise_power = (float(np.mean(np.square(each[part]))) for each in (signal, fitted))
    return _gain(power, noise_power, snr_db)


def call_gain(
    signal: np.ndarray, noise: np.ndarray, rate: int, snr_db: float, active: np.ndarray | None = None
) -> float:
    """Return the g of `signal + g noise` with that ratio within the call's band, over its loudest stretch.

    The call is what stands out of the clip's own noise (`snr.find_call`), which does not count as signal, and no more
    do tones that run through all of the clip; where nothing does, the band with 90 % of the clip's power. The stretch
    are the frames of 20 ms within 10 dB of the loudest one. Added noise counts over the same stretch.

    Parameters
    ----------
    rate
        Hz.
    active : (T,) bool
        Where the call is annotated: only there it is looked for.

    Raises
    ------
    BadInput
        As `noise_gain`.

    """
    signal, fitted = _checked(signal, noise, snr_db)
    own, inside, call = _call_in(signal, rate, active)
    clean = without_tones(signal, rate)
    if clean is not signal:
        of_clean = _call_in(clean, rate, active)
        if of_clean[2] is not None:  # else the tone may be the call
            own, inside, call = of_clean
    if not inside.any():
        raise BadInput(_SILENT)
    added = _banded(fitted, rate)[0][:, inside]
    if call is not None:
        band, frames = call.band, call.frames
        own = own - call.noise[:, None]
    elif (of_band := own.sum(axis=1, dtype=np.float64)).sum() > 0:
        band = band_of(of_band)
        frames = loud_frames(own[band].sum(axis=0), np.ones(own.shape[1], dtype=bool))
    else:
        raise BadInput(_SILENT)
    power, noise_power = (
        float(each[band, frames].sum(axis=0, dtype=np.float64).mean()) for each in (own, added)
    )
    return _gain(power, noise_power, snr_db)


def factors(signal: np.ndarray, noise: np.ndarray, gain: float) -> tuple[float, float]:
    """Factors, at most 1, of signal and noise (T,) in the mixture `signal + gain noise`.

    Neither is made louder than it was recorded: where the noise would have to be, the signal is turned down instead,
    as if the animal were further away. Both are turned down if their sum would pass full scale.
    """
    louder = max(1.0, gain)
    peak = max(1.0, float(np.abs(signal + gain * noise).max()) / louder)
    return 1 / louder / peak, gain / louder / peak


def _call_in(
    signal: np.ndarray, rate: int, active: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, Call | None]:
    """(Band powers (B, K') of the frames inside, (K,) bool which those are, the call that stands out of them)."""
    own, bands, times = _banded(signal, rate)
    inside = heard = sounding(own)
    smooth, floor = smoothed(own), noise_floor(own[:, heard], bands)
    if active is not None:
        marked = np.asarray(active, bool)[np.minimum((times * rate).astype(np.int64), len(signal) - 1)]
        inside = heard & marked if (heard & marked).any() else heard
    if not inside.any():
        return own[:, inside], inside, None
    return own[:, inside], inside, find_call(own[:, inside], smooth[:, inside], floor, bands)[0]


def _banded(samples: np.ndarray, rate: int) -> tuple[np.ndarray, Bands, np.ndarray]:
    power, frequencies, times = spectrogram(samples, rate)
    bands = bands_for(len(power), float(frequencies[1]))
    return bands.pool(power), bands, times


def _checked(signal: np.ndarray, noise: np.ndarray, snr_db: float) -> tuple[np.ndarray, np.ndarray]:
    """Both as (T,) float64."""
    if not np.isfinite(snr_db):
        raise BadInput(f"The signal-to-noise ratio must be a number of dB, not {snr_db}.")
    if not len(signal) or not len(noise):
        raise BadInput("There is no sound to mix: the call or the noise is empty.")
    return np.asarray(signal, np.float64), np.resize(np.asarray(noise, np.float64), len(signal))


def _gain(power: float, noise_power: float, snr_db: float) -> float:
    if not power > 0 or not noise_power > 0:
        raise BadInput(_SILENT)
    return float(gain_for(power, noise_power, snr_db))
