"""How far an annotated call stands above the noise, where that can be told.

The noise beside a call is not the noise during it. Real background (rain, water, crackling) comes in gusts, and a gust
within the box counts as call. So a ratio is given only where the call is three times what the noise alone rises by in
any stretch a third as long as the box; `tests/calibration/simulations/snr.py` counts how often it is right then.
"""

from __future__ import annotations

import numpy as np

SNR_RANGE_DB = (-30.0, 90.0)
_CLEARS = 3.0  # times the strongest gust
_STRETCH = 3  # gusts are looked for over a third of the box, and of what there is beside it
_BY_COUNT = 2.0  # standard errors of steady noise in so many cells that a call must clear too


def box_snr_db(signal: np.ndarray, cells: np.ndarray, frames: int, beside: np.ndarray) -> float:
    """SNR of what boxes hold, dB; NaN where it cannot be told from what the noise does by itself.

    Parameters
    ----------
    signal : ndarray, shape (B,)
        Power in the boxes, by band.
    cells : ndarray, shape (B,)
        Cells (bins times frames) of each band in the boxes.
    frames : int
        Frames of a box, on average.
    beside : ndarray, shape (B, K)
        Mean power of a cell, by band and frame, outside of all boxes, in order of time.
    """
    track = cells @ beside  # what the boxes would hold, were each of their frames as this one
    if not len(track):
        return np.nan
    noise, energy = float(track.mean()), float(signal.sum())
    if energy <= 0 and noise <= 0:
        return np.nan
    ratio = energy / max(noise, 1e-30) - 1
    if ratio <= max(_CLEARS * gust(track, frames), _BY_COUNT / np.sqrt(max(cells.sum(), 1))):
        return np.nan
    return float(np.clip(10 * np.log10(ratio), *SNR_RANGE_DB))


def gust(track: np.ndarray, frames: int) -> float:
    """How far noise power (K,), as a share of its mean, rises above it over a third of so many frames."""
    length = max(min(frames, len(track)) // _STRETCH, 1)
    total = np.concatenate([[0.0], np.cumsum(track, dtype=np.float64)])
    if total[-1] <= 0:
        return 0.0
    return float((total[length:] - total[:-length]).max() / length / (total[-1] / len(track)) - 1)
