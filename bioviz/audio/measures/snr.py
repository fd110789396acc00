"""How far the loudest sound of a clip stands above the noise, where nobody marked a call.

Whether that sound is the animal's the clip does not tell: in real calls mixed with real background at 5 dB and less
it is the background's own in nine of ten (`tests/calibration/simulations/snr.py`). So it is called the loudest sound,
not the call, and decides nothing alone.

The signal-to-noise ratio (SNR) is taken where a bioacoustician would draw the box: in the band that holds 90 % of the
call's power (5 to 95 %), over the frames within 10 dB of its loudest one. So the answer depends neither on how much of
the clip is silent nor on how far the recorder hears beyond the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bioviz.audio.measures.noise_floor import SMOOTHING, Bands, Floor, degrees_of, floor_beside, smoothed

_BAND = (0.05, 0.95)  # share of the power below the band's edges
LOUD = 0.1  # of the loudest frame
_CHANCE, _GROWTH = 1e-8, 0.02  # of steady noise passing the threshold in a cell: of a call's core, of its rim
_LEAST_CORE, _LEAST_RIM = 2.5, 1.5  # thresholds, as ratios, for noise that is not quite steady
_DISTRUST = 2.0  # power of the unsteadiness that thresholds are raised by
_MOST_DISTRUST = 2.5  # a call that fills most of the clip varies like unsteady noise
LEAST_QUIET = 0.08
UNSTEADY = 2.0  # mean noise beside the call to the floor, from where on neither is believed
_RUMBLE_HZ = 200.0


@dataclass(frozen=True)
class Call:
    """Where the loudest sound of a clip is.

    Attributes
    ----------
    band
        Of rows of the banded power: 5 to 95 % of its power.
    frames : (K,) bool
        Within 10 dB of its loudest frame.
    noise : (B,) float64
        Mean noise power a frame beside it.

    """

    band: slice
    frames: np.ndarray
    noise: np.ndarray


def find_call(power: np.ndarray, smooth: np.ndarray, floor: Floor, bands: Bands) -> tuple[Call | None, float]:
    """Return what stands out of a clip, and the prominence in dB (NaN without a floor).

    Of many clips only the ratio is wanted: `loudest.loudest_sounds`, which does the same in compiled passes.

    Parameters
    ----------
    power : (B, K)
        Band power of the clip.
    smooth
        The same, `noise_floor.smoothed`.
    floor
        Of the clip and the recording around it.

    Returns
    -------
    None where nothing stands out, or where the noise cannot be told from what does.

    """
    if not (floor.power > 0).all() or not power.shape[1]:
        return None, np.nan
    calls, highest = _stands_out(smooth, floor, bands)
    prominence = _db(highest)
    if calls is None:
        return None, prominence
    ground = floor_beside(floor, bands, calls.mean(axis=1))
    noise = _noise_beside(power, calls, ground)
    excess = power - noise[:, None]
    of_band = np.where(calls, excess, 0).sum(axis=1, dtype=np.float64)
    total = of_band.sum()
    if total <= 0:
        return None, prominence
    band = band_of(of_band)
    if noise[band].sum() > UNSTEADY * ground[band].sum():  # calls that were not made out, or noise in gusts
        return None, prominence
    is_call = np.any(calls[band], axis=0)
    return Call(band, loud_frames(excess[band].sum(axis=0), is_call), noise), prominence


def band_of(power: np.ndarray) -> slice:
    """Return the bands that hold the middle 90 % of band powers (B,)."""
    share = np.cumsum(power) / power.sum()
    low, high = np.searchsorted(share, _BAND)
    return slice(int(low), int(min(high, len(share) - 1)) + 1)


def loud_frames(level: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """(K,) bool: allowed frames whose level (K,), smoothed, is within 10 dB of the loudest of them."""
    level = smoothed(level[None])[0]
    return allowed & (level >= LOUD * level[allowed].max())


def _stands_out(smooth: np.ndarray, floor: Floor, bands: Bands) -> tuple[np.ndarray | None, float]:
    """(cells (B, K) bool of what stands out, or None; the highest ratio to the floor)."""
    from scipy.ndimage import label, uniform_filter1d

    around = uniform_filter1d(smooth, 3, axis=0, mode="constant")
    ratio = around / ground_of(floor)[:, None]
    core, rim = raised_thresholds(floor, bands)
    cores = ratio > core[:, None]
    highest = float(ratio.max())
    if not cores.any():
        return None, highest
    labelled: Any = label(ratio > rim[:, None])
    regions, count = labelled
    mask = np.zeros(count + 1, dtype=bool)
    mask[regions[cores]] = True
    mask[0] = False
    return mask[regions], highest


def ground_of(floor: Floor) -> np.ndarray:
    """(B,) float32 floor, the mean of each band and its neighbors."""
    from scipy.ndimage import uniform_filter1d

    return np.maximum(uniform_filter1d(floor.power, 3, mode="constant"), 1e-30).astype(np.float32)


def raised_thresholds(floor: Floor, bands: Bands) -> tuple[np.ndarray, np.ndarray]:
    """((B,), (B,)) ratios to the floor from which a smoothed cell is a call's core, and its rim."""
    core, rim = _thresholds(bands)
    distrust = np.minimum(floor.unsteady**_DISTRUST, _MOST_DISTRUST)
    return core * distrust, rim * distrust


@lru_cache(maxsize=32)
def _thresholds(bands: Bands) -> tuple[np.ndarray, np.ndarray]:
    """((B,), (B,)) ratios to the floor from which a smoothed cell is a call's core, and its rim."""
    from scipy.special import gammainccinv

    joined = np.convolve(bands.bins, np.ones(3), "same")
    # Rumble varies more slowly than frames follow each other: there smoothing makes nothing steadier.
    shape = degrees_of(joined) * np.where(bands.edges_hz[:-1] < _RUMBLE_HZ, 1, SMOOTHING)
    core, rim = (gammainccinv(shape, chance) / shape for chance in (_CHANCE, _GROWTH))
    return np.maximum(core, _LEAST_CORE), np.maximum(rim, _LEAST_RIM)


def _noise_beside(power: np.ndarray, calls: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """(B,) mean noise power a frame, of the clip's own frames beside the call; (B,) `ground` where they are few."""
    near = calls.copy()
    for ahead, behind in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        grown = near.copy()
        grown[ahead] |= near[behind]
        grown[behind] |= near[ahead]
        near = grown
    count = power.shape[1] - near.sum(axis=1)
    mean = (power * ~near).sum(axis=1) / np.maximum(count, 1)
    enough = (count >= LEAST_QUIET * power.shape[1]) & (mean > 0)
    return np.where(enough, mean, ground)


def _db(ratio: float) -> float:
    return float(10 * np.log10(max(ratio, 1e-30)))
