"""The noise around a sound: its power band by band, from the quiet moments of the recording nearby.

Minimum statistics (Martin 2001): in every band the power that is undercut a sixth of the time, brought to a mean by
what noise of a steady level would do. The bands lie at the same frequencies whatever the sample rate, so that the
same sound gets the same floor from any recorder.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

QUIET_SHARE = 1 / 6
SMOOTHING = 3  # frames of 50 % overlap: 40 ms
MIN_FRAMES_GIVEN = 12
_SILENT = 1e-9  # of the mean power of the frames
_MOST_OF_THE_REST = 0.8
_NARROW_HZ, _WIDER_FROM_HZ, _RATIO = 50.0, 600.0, 2 ** (1 / 8)
_HANN_1, _HANN_2 = 4 / 9, 1 / 36  # correlation of the power in bins next to each other, and one apart


@dataclass(frozen=True, eq=False)  # known by itself: what follows from one is kept
class Bands:
    """Bins of a spectrum put together.

    Attributes
    ----------
    first : (B,) int64
        First bin of each band.
    bins : (B,) int64
        How many.
    edges_hz : (B+1,) float64
    degrees : (B,) float64
        Shape of the gamma distribution that a band's power has in Gaussian noise.

    """

    first: np.ndarray
    bins: np.ndarray
    edges_hz: np.ndarray
    degrees: np.ndarray

    def pool(self, power: np.ndarray) -> np.ndarray:
        """(B, K) float32 power in each band of a spectrogram (F, K)."""
        return np.add.reduceat(power, self.first, axis=0)


@dataclass(frozen=True)
class Floor:
    """The noise near a clip.

    Attributes
    ----------
    power : (B,) float64
        Mean power a frame; NaN where too few frames tell it.
    unsteady : (B,) float64
        At least 1: how much more the quiet half of the frames varies than steady noise.

    """

    power: np.ndarray
    unsteady: np.ndarray


@lru_cache(maxsize=32)
def bands_for(n_bins: int, bin_hz: float) -> Bands:
    """Bands of about 50 Hz up to 600 Hz, then an eighth of an octave; the bin at 0 Hz is in none."""
    top = n_bins * bin_hz
    edges = [*np.arange(_NARROW_HZ / 2, _WIDER_FROM_HZ, _NARROW_HZ)]
    while edges[-1] < top:
        edges.append(edges[-1] * _RATIO if edges[-1] >= _WIDER_FROM_HZ - _NARROW_HZ else top)
    first = np.unique(np.maximum(np.ceil(np.array(edges) / bin_hz).astype(np.int64), 1))
    first = first[first < n_bins]
    bins = np.diff(np.append(first, n_bins))
    edges_hz = (np.append(first, n_bins) - 0.5) * bin_hz
    return Bands(first, bins, edges_hz, degrees_of(bins))


def degrees_of(bins: np.ndarray) -> np.ndarray:
    """Independent values that the summed power of so many neighboring Hann bins is worth."""
    bins = np.asarray(bins, dtype=np.float64)
    return bins**2 / (bins + 2 * (bins - 1) * _HANN_1 + 2 * np.maximum(bins - 2, 0) * _HANN_2)


def sounding(power: np.ndarray) -> np.ndarray:
    """(K,) bool: frames of band powers (B, K) that are not digital silence, which tells nothing of the noise."""
    level = power[1:].sum(axis=0)  # a recorder's offset reaches into the lowest band
    return level > _SILENT * level.mean()


def smoothed(power: np.ndarray) -> np.ndarray:
    """(B, K) mean over `SMOOTHING` frames, fewer at the ends."""
    from scipy.ndimage import uniform_filter1d

    return uniform_filter1d(power, SMOOTHING, axis=1, mode="nearest")


def noise_floor(power: np.ndarray, bands: Bands) -> Floor:
    """Return the floor of band powers (B, K), of a clip and the recording around it."""
    frames = power.shape[1]
    if frames < MIN_FRAMES_GIVEN:
        return Floor(np.full(len(power), np.nan), np.ones(len(power)))
    low, middle = (max(int(share * frames), 1) for share in (QUIET_SHARE, 0.5))
    ordered = np.sort(power, axis=1)  # quicker than to partition at two places
    at_low, at_middle = ordered[:, low].astype(np.float64), ordered[:, middle].astype(np.float64)
    quiet, median = quantiles(bands)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(at_low > 0, at_middle / at_low, 1.0) * quiet / median
    return Floor(at_low / quiet, np.maximum(spread, 1.0))


def share_of_the_rest(filled: np.ndarray) -> np.ndarray:
    """Which share of the frames beside calls the quiet sixth of all is, where calls fill a share of the frames."""
    return np.minimum(QUIET_SHARE / np.maximum(1 - filled, 1e-6), _MOST_OF_THE_REST)


def floor_beside(floor: Floor, bands: Bands, filled: np.ndarray) -> np.ndarray:
    """(B,) the floor where calls fill a share (B,) of the frames: the quiet sixth of all is more of the rest."""
    from scipy.special import gammaincinv

    share = share_of_the_rest(filled)
    quiet, _ = quantiles(bands)
    return floor.power * quiet * bands.degrees / gammaincinv(bands.degrees, share)


def steady_db(floor: Floor, bands: Bands) -> float:
    """DB of the strongest band of the floor above the median of the bands within an octave of it; NaN without one."""
    from scipy.ndimage import median_filter

    if not (floor.power > 0).all():
        return np.nan
    density = 10 * np.log10(floor.power / bands.bins)
    return float((density - median_filter(density, 17, mode="nearest")).max())


@lru_cache(maxsize=32)
def quantiles(bands: Bands) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of steady noise power, QUIET_SHARE and a half, as shares of its mean."""
    from scipy.special import gammaincinv

    shape = bands.degrees
    return gammaincinv(shape, QUIET_SHARE) / shape, gammaincinv(shape, 0.5) / shape
