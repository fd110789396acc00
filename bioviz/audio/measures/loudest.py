"""How far the loudest sound of each of many clips stands above the noise: `snr.find_call` in compiled passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioviz.audio.measures.box_snr import SNR_RANGE_DB
from bioviz.audio.measures.noise_floor import Bands, Floor, quantiles, share_of_the_rest
from bioviz.audio.measures.snr import LEAST_QUIET, LOUD, UNSTEADY, band_of, ground_of, raised_thresholds


@dataclass(frozen=True)
class Loudest:
    """What stands out of a clip.

    Attributes
    ----------
    snr_db
        NaN where no call is made out.
    prominence_db
        The most that any moment of any band stands above the noise, smoothed; NaN without a floor.
    low_hz, high_hz
        Band of the call; NaN without one.

    """

    snr_db: float = np.nan
    prominence_db: float = np.nan
    low_hz: float = np.nan
    high_hz: float = np.nan


def loudest_sounds(clips: Sequence[np.ndarray], floor: Floor, bands: Bands) -> list[Loudest]:
    """Return what stands out of each clip.

    Parameters
    ----------
    clips
        (B, K) float32 band powers of each.
    floor
        Of all of them.

    """
    if not (floor.power > 0).all():
        return [Loudest()] * len(clips)
    from bioviz.audio.measures.passes import stands_out

    ground, (core, rim) = ground_of(floor), raised_thresholds(floor, bands)
    of_clips = []
    for power in clips:
        if not power.shape[1]:
            of_clips.append(Loudest())
            continue
        calls = np.zeros(power.shape, dtype=np.bool_)
        prominence = _db(stands_out(power, ground, core, rim, calls))
        of_clips.append(_ratio(power, calls, floor, bands, prominence))
    return of_clips


def _ratio(power: np.ndarray, calls: np.ndarray, floor: Floor, bands: Bands, prominence: float) -> Loudest:
    """Return the loudest sound among the cells (B, K) bool that stand out of a clip."""
    from bioviz.audio.measures.passes import beside, loud_power

    free, of_free, called, of_called = beside(power, calls)
    if not called.any():
        return Loudest(prominence_db=prominence)
    frames = power.shape[1]
    ground = _ground_beside(floor, bands, called / frames)
    mean = of_free / np.maximum(free, 1)
    noise = np.where((free >= LEAST_QUIET * frames) & (mean > 0), mean, ground)
    of_band = of_called - noise * called
    if of_band.sum() <= 0:
        return Loudest(prominence_db=prominence)
    band = band_of(of_band)
    of_noise = noise[band].sum()
    if of_noise > UNSTEADY * ground[band].sum():  # calls that were not made out, or noise in gusts
        return Loudest(prominence_db=prominence)
    ratio = loud_power(power, calls, noise, band.start, band.stop, LOUD) / of_noise - 1
    if ratio <= 0:
        return Loudest(prominence_db=prominence)
    edges = bands.edges_hz
    snr = float(np.clip(_db(ratio), *SNR_RANGE_DB))
    return Loudest(snr, prominence, float(edges[band.start]), float(edges[band.stop]))


def _ground_beside(floor: Floor, bands: Bands, filled: np.ndarray) -> np.ndarray:
    """Return `noise_floor.floor_beside`, computed only where there are calls: elsewhere it is the floor."""
    from scipy.special import gammaincinv

    own, (quiet, _) = np.flatnonzero(filled), quantiles(bands)
    degrees, ground = bands.degrees[own], floor.power.copy()
    ground[own] *= quiet[own] * degrees / gammaincinv(degrees, share_of_the_rest(filled[own]))
    return ground


def _db(ratio: float) -> float:
    return float(10 * np.log10(max(ratio, 1e-30)))
