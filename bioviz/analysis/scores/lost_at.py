"""Reading off at which signal-to-noise ratio a label can no longer be told from background."""

from __future__ import annotations

import numpy as np

TOLD = 0.75
"""AUROC from which on a label counts as told from background: halfway between chance (0.5) and perfect (1)."""


def lost_at(snr_db: np.ndarray, recognized: np.ndarray) -> np.ndarray:
    """Return the SNR at which each label is lost: told from background (AUROC) falls below `TOLD`.

    Read between the steps by straight lines, coming from the highest SNR.

    Parameters
    ----------
    snr_db : (s,) float
    recognized : (..., s, L) float
        0.5 by chance.

    Returns
    -------
    (..., L) float64 dB; infinity if lost from the start, minus infinity if never, NaN if not measured.

    """
    order = np.argsort(-np.asarray(snr_db, np.float64))
    snr = np.asarray(snr_db, np.float64)[order]
    value = np.asarray(recognized, np.float64)[..., order, :]
    lost = value < TOLD
    first = lost.argmax(axis=-2)
    before = np.maximum(first - 1, 0)
    above, below = (np.take_along_axis(value, at[..., None, :], -2)[..., 0, :] for at in (before, first))
    with np.errstate(invalid="ignore", divide="ignore"):
        at = snr[before] + (above - TOLD) / (above - below) * (snr[first] - snr[before])
    at = np.where(lost[..., 0, :], np.inf, at)
    at = np.where(lost.any(axis=-2), at, -np.inf)
    return np.where(np.isfinite(value).all(axis=-2), at, np.nan)


def lost_range(snr_db: np.ndarray, recognized: np.ndarray) -> np.ndarray:
    """(L, 3) where each label is lost, and the ends of a 95 % interval: where the ends of `told` cross `TOLD`.

    A label that is not told as recorded cannot be lost: NaN. It is told where its AUROC is at least `TOLD` and the
    lower end of its interval is above chance.

    Parameters
    ----------
    snr_db : (S,)
        Falling, first infinity: as recorded.
    recognized : (S, L, 3)
        AUROC and its interval.

    """
    at, high, low = (lost_at(snr_db[1:], recognized[1:, :, end]) for end in range(3))
    bounds = np.stack([at, low, high], axis=1)
    bounds[~told_as_recorded(recognized)] = np.nan
    return bounds


def told_as_recorded(recognized: np.ndarray) -> np.ndarray:
    """(L,) bool of (S, L, 3) AUROC with interval, first as recorded; an interval that is unknown tells nothing.

    Intervals are widened for the number of labels (Bonferroni), so that none of many is told by chance.
    """
    from scipy.stats import norm

    value, low = recognized[0, :, 0], recognized[0, :, 1]
    known = max(int(np.isfinite(low).sum()), 1)
    wider = norm.ppf(1 - 0.025 / known) / norm.ppf(0.975)
    with np.errstate(invalid="ignore"):
        return (value >= TOLD) & (value - wider * (value - low) > 0.5)


def lost_apart(lost_at_db: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ((a,), (b,)) labels lost before all others, and after all others, as their intervals leave no doubt.

    Parameters
    ----------
    lost_at_db : (L, 3)
        As from `lost_range`.

    """
    known = np.flatnonzero(~np.isnan(lost_at_db).any(axis=1))
    if len(known) < 2:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    low, high = lost_at_db[known, 1], lost_at_db[known, 2]
    others_high = [np.delete(high, i).max() for i in range(len(known))]
    others_low = [np.delete(low, i).min() for i in range(len(known))]
    return known[low > others_high], known[high < others_low]
