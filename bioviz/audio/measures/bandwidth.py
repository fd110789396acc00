"""Up to which frequency a recording holds sound at all, as its spectrum tells."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

N_BANDS = 100  # from 0 Hz to half the rate
DROP_DB = 25.0  # of the level from one side of an edge to the other
STEP = 1 / 32768  # of 16-bit samples
EMPTY = 2.0  # times the noise of rounding
_WIDE = 4  # bands below an edge whose level counts
_GAP = 2  # bands of a filter's slope
_TOP = 3  # bands below half the rate that say nothing: every recorder's filter falls there


def bandwidth(samples: np.ndarray, rate: int) -> float:
    """Return the frequency above which a recording is empty, Hz; half the rate where it is nowhere.

    A recording that was resampled from a lower rate, or compressed, falls off a cliff: from one band to all those
    above it the level drops by 25 dB or more, to no more than what the rounding to 16 bits alone leaves. A loud call
    below a quiet background drops as far, but not as low. Silence tells nothing and counts as full.

    Parameters
    ----------
    samples : ndarray, shape (T,)
        Mono, of at least a tenth of a second.
    rate : int
        Hz.
    """
    from scipy.signal import welch

    _, power = welch(
        np.asarray(samples, dtype=np.float64),
        rate,
        nperseg=min(len(samples), 4096),
        detrend=False,  # pyright: ignore[reportArgumentType] (scipy has no types; its default is a str)
    )
    edges = np.linspace(0, len(power), N_BANDS + 1).astype(int)
    level = np.array([np.median(power[a : max(b, a + 1)]) for a, b in pairwise(edges)])
    if not level.max() > 0:
        return rate / 2
    floor = EMPTY * STEP**2 / 12 / (rate / 2)  # of the density that rounding leaves
    level_db = 10 * np.log10(np.maximum(level, level.max() * 1e-20))
    for edge in range(_WIDE, N_BANDS - _GAP - _TOP):
        below, above = level_db[edge - _WIDE : edge], level_db[edge + _GAP :]
        is_cliff = min(np.median(below) - DROP_DB, below.min() - DROP_DB / 2) >= above.max()
        if is_cliff and level[edge + _GAP :].max() <= floor:
            fallen = level_db[edge:] < np.median(below) - DROP_DB / 2
            return (edge + int(fallen.argmax())) / N_BANDS * rate / 2
    return rate / 2
