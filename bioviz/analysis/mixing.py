"""Mixing noise into a call at a set signal-to-noise ratio, and reading off where a label is lost."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.bootstrap import group_sums, resample
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
        snr_db: (s,) float. share_in_background: (..., s, L) float, share of each label's clips, 0 to 1.

    Returns:
        (..., L) float64 dB; infinity if lost from the start, minus infinity if never, NaN if not measured.
    """
    order = np.argsort(-np.asarray(snr_db, np.float64))
    snr = np.asarray(snr_db, np.float64)[order]
    share = np.asarray(share_in_background, np.float64)[..., order, :]
    lost = share >= 0.5
    first = lost.argmax(axis=-2)
    before = np.maximum(first - 1, 0)
    above, below = (np.take_along_axis(share, at[..., None, :], -2)[..., 0, :] for at in (before, first))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = snr[before] + (0.5 - above) / (below - above) * (snr[first] - snr[before])
    found = np.where(lost[..., 0, :], np.inf, found)
    found = np.where(lost.any(axis=-2), found, -np.inf)
    return np.where(np.isfinite(share).all(axis=-2), found, np.nan)


def lost_interval(
    snr_db: np.ndarray,
    in_background: np.ndarray,
    members: np.ndarray,
    recording: np.ndarray,
    n_boot: int = 500,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of `lost_at` by drawing whole recordings again, as clips of one fail together.

    Args:
        snr_db: (s,) float. in_background: (s, m), 1 where a clip has a majority of background around it, 0 where
            not, NaN where that is not known.
        members: (m, L) bool, clips of each label. recording: (m,) ints. seed: of the draws.

    Returns:
        (low, high), each (L,) float64 dB, infinite as in `lost_at`; NaN for labels with clips in one recording only.
    """
    steps, labels = len(in_background), members.shape[1]
    member = members.astype(np.float64)

    def by_recording(values: np.ndarray) -> np.ndarray:
        return np.stack([group_sums(member * each[:, None], recording) for each in values], axis=1)

    clips = by_recording(np.isfinite(in_background))  # (G, s, L)
    sums = np.stack([by_recording(np.nan_to_num(in_background)), clips], axis=1).reshape(len(clips), -1)

    def statistic(totals: np.ndarray) -> np.ndarray:
        hit, all_ = totals.reshape(-1, 2, steps, labels).swapaxes(0, 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return lost_at(snr_db, hit / all_)

    drawn = np.sort(
        resample(sums, statistic, n_boot, seed), axis=0
    )  # NaN, of draws without the label, come last
    count = (~np.isnan(drawn)).sum(axis=0)
    # Percentiles that are drawn values themselves: between infinities there is nothing to read off.
    ends = (np.floor(0.025 * (count - 1)), np.ceil(0.975 * (count - 1)))
    places = (np.maximum(end, 0).astype(np.int64)[None] for end in ends)
    low, high = (np.take_along_axis(drawn, at, 0)[0] for at in places)
    judged = ((clips.max(axis=1) > 0).sum(axis=0) > 1) & (count >= n_boot / 2)
    return np.where(judged, low, np.nan), np.where(judged, high, np.nan)
