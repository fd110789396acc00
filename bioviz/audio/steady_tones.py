"""Taking steady tones out of a sound: hum of the mains, whistles of a recorder, engines.

A tone that runs through the whole recording is no call, yet where it lies in a call's band it decides what power is
found there: the two beat, and neither frames nor bands tell them apart. Its phase does: followed from block to block
a tone stays where it is, and its median over time knows nothing of a call that sounds for less than half of it.
No animal holds its phase so.
"""

from __future__ import annotations

import numpy as np

MAX_TONES = 12
_ABOVE = 100.0  # power of a tone to the median of what lies round it
_ROUND_HZ = 60.0
_BLOCK_S = 0.1
_BLOCKS = 12  # fewer tell nothing of steadiness
_WANDERS = 0.3  # of its amplitude, in the block in the middle: more is no steady tone
_REFINED = 3  # times that its frequency is read off its phase


def without_tones(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the sound without the tones that run through it at one pitch and level.

    Parameters
    ----------
    samples : ndarray, shape (T,)
    rate : int
        Hz.

    Returns
    -------
    ndarray of float64, shape (T,)
        `samples` themselves where there is no such tone.
    """
    from scipy.ndimage import median_filter
    from scipy.signal.windows import blackmanharris

    left = np.asarray(samples, dtype=np.float64)
    if len(left) < _BLOCKS * round(_BLOCK_S * rate):
        return left
    bin_hz = rate / len(left)
    window = blackmanharris(len(left), sym=False)
    width = 2 * round(_ROUND_HZ / bin_hz) + 1
    refused = np.zeros(len(left) // 2 + 1, dtype=bool)
    refused[: int(2 * _ROUND_HZ / 6 / bin_hz)] = True  # an offset, and rumble
    around: np.ndarray | None = None
    for _ in range(2 * MAX_TONES):
        power = np.square(np.abs(np.fft.rfft(left * window)))
        if around is None:
            around = np.maximum(median_filter(power, width, mode="nearest"), power.max() * 1e-14)
        height = np.where(refused, 0.0, power / around)
        peak = int(height.argmax())
        if height[peak] < _ABOVE:
            break
        tone = _steady(left, rate, peak * bin_hz)
        if tone is None:
            refused[max(peak - 4, 0) : peak + 5] = True
        else:
            left = left - tone
    return left


def _steady(samples: np.ndarray, rate: int, hz: float) -> np.ndarray | None:
    """(T,) the tone nearest to `hz`, None where what is there comes and goes."""
    from scipy.signal.windows import blackmanharris

    block = round(_BLOCK_S * rate)
    count = len(samples) // block
    times = np.arange(len(samples)) / rate
    taper = blackmanharris(block, sym=False)
    for _ in range(_REFINED):
        turned = samples * np.exp(-2j * np.pi * hz * times)
        blocks = turned[: count * block].reshape(count, block) @ taper / taper.sum()
        turns = np.angle(blocks[1:] * np.conj(blocks[:-1]))
        hz += float(np.median(turns)) / (2 * np.pi * block / rate)
    turned = samples * np.exp(-2j * np.pi * hz * times)
    blocks = turned[: count * block].reshape(count, block) @ taper / taper.sum()
    middle = complex(np.median(blocks.real), np.median(blocks.imag))
    if not np.median(np.abs(blocks - middle)) < _WANDERS * abs(middle):
        return None
    return 2 * np.real(middle * np.exp(2j * np.pi * hz * times))
