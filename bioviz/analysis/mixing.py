"""Mixing noise into a call at a set signal-to-noise ratio, and reading off where a label is lost."""

from __future__ import annotations

import numpy as np

from bioviz.errors import BadInput


def mix_at_snr(
    signal: np.ndarray, noise: np.ndarray, snr_db: float, active: np.ndarray | None = None
) -> np.ndarray:
    """signal + g noise, with g such that 10 log10(P_signal / (g^2 P_noise)) = snr_db.

    P is the mean square, of both over the `active` samples if given (such as where the call is annotated). Noise
    is repeated or cut to length. If the sum passes full scale, all of it is turned down, which leaves the ratio
    as it is.

    Args:
        signal: (T,) float samples. noise: (S,) likewise. snr_db: ratio asked for, dB. active: (T,) bool.

    Returns:
        (T,) float32.

    Raises:
        BadInput: an empty or silent signal or noise, or a ratio that is not a finite number.
    """
    gain = noise_gain(signal, noise, snr_db, active)
    signal = np.asarray(signal, np.float64)
    mixture = signal + gain * np.resize(np.asarray(noise, np.float64), len(signal))
    peak = np.abs(mixture).max()
    return (mixture / max(peak, 1.0)).astype(np.float32)


def noise_gain(
    signal: np.ndarray, noise: np.ndarray, snr_db: float, active: np.ndarray | None = None
) -> float:
    """The g of `mix_at_snr`: what noise must be multiplied by.

    Raises:
        BadInput: as there.
    """
    signal, noise = np.asarray(signal, np.float64), np.asarray(noise, np.float64)
    if not np.isfinite(snr_db):
        raise BadInput(f"The signal-to-noise ratio must be a number of dB, not {snr_db}.")
    if not len(signal) or not len(noise):
        raise BadInput("There is no sound to mix: the call or the noise is empty.")
    fitted = np.resize(noise, len(signal))
    where = slice(None) if active is None else np.asarray(active, bool)
    power, noise_power = (float(np.mean(np.square(each[where]))) for each in (signal, fitted))
    if not power > 0 or not noise_power > 0:
        raise BadInput("A ratio cannot be set: the call or the noise is silent.")
    return float(np.sqrt(power / noise_power / 10 ** (snr_db / 10)))


def lost_at(snr_db: np.ndarray, share_in_background: np.ndarray) -> np.ndarray:
    """The SNR at which each label is lost: half of its clips have neighbourhoods with a majority of background.

    Read between the steps by straight lines, coming from the highest SNR.

    Args:
        snr_db: (s,) float. share_in_background: (s, L) float, share of each label's clips, 0 to 1.

    Returns:
        (L,) float64 dB; infinity if lost from the start, minus infinity if never, NaN if not measured.
    """
    order = np.argsort(-np.asarray(snr_db, np.float64))
    snr, share = np.asarray(snr_db, np.float64)[order], np.asarray(share_in_background, np.float64)[order]
    out = np.full(share.shape[1], -np.inf)
    for i, column in enumerate(share.T):
        if not np.isfinite(column).all():
            out[i] = np.nan
            continue
        lost = np.flatnonzero(column >= 0.5)
        if not len(lost):
            continue
        j = lost[0]
        if j == 0:
            out[i] = np.inf
        else:
            step = (0.5 - column[j - 1]) / (column[j] - column[j - 1])
            out[i] = snr[j - 1] + step * (snr[j] - snr[j - 1])
    return out
