"""Mixtures of clips with background: the sound itself.

The ratio is set on the recording's own samples, where calls are annotated (in all of the clip up to the recording's
end where none are), so that the same sound goes to every model whatever its rate. By default it is that of the call's
loudest stretch within the call's band, without the clip's own noise, to the background added to the same stretch and
band; "clip" takes mean squares, as recorded, its own noise included. Resampling is linear: the same gains are
applied to both sounds at the model's rate.

Neither sound is made louder than it was recorded: where the background would have to be, the clip is turned down
instead, as if the animal were further away. Otherwise mixtures would be louder than anything in the dataset, and
a model that hears level would find them among loud calls.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.audio.mixing import CALL, call_gain, factors, gain_for, noise_gain
from bioviz.experiments.draw import Noise, Pair


def native(pair: Pair) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clip (T,) float32, background (T,) float32 and where the clip's power is measured (T,) bool, at `pair.rate`.

    Raises
    ------
    BadInput
        a file cannot be read.

    """
    width = round(pair.width_s * pair.rate)
    signal, noise = _sounds(pair, pair.rate, width)
    times = (np.arange(width) + 0.5) / pair.rate
    inside = times < pair.duration_s - pair.start_s
    has_call = np.zeros(width, dtype=bool)
    for start, end in pair.calls:
        has_call |= (times >= start) & (times < end)
    has_call &= inside
    return signal, noise, has_call if has_call.any() else inside


def mixture(pair: Pair, snr_db: float) -> np.ndarray:
    """(T,) float32 at `pair.rate`: what is embedded, before resampling; infinity adds nothing.

    Raises
    ------
    BadInput
        a file cannot be read, or the clip or the background is silent.

    """
    signal, noise, active = native(pair)
    if np.isposinf(snr_db):
        return signal
    ((of_signal, of_noise),) = gains(pair, signal, noise, [snr_db], active)
    return (of_signal * signal + of_noise * noise).astype(np.float32)


def gains(
    pair: Pair, signal: np.ndarray, noise: np.ndarray, snrs_db: Sequence[float], active: np.ndarray
) -> np.ndarray:
    """(s, 2) factors, at most 1, of signal and noise (T,) at `pair.rate` in their mixture at each ratio.

    Raises
    ------
    BadInput
        As `noise_gain`.

    """
    if pair.measured == CALL:
        even = call_gain(signal, noise, pair.rate, 0.0, active)
    else:
        even = noise_gain(signal, noise, 0.0, active)
    return np.array([factors(signal, noise, even * float(gain_for(1.0, 1.0, snr))) for snr in snrs_db])


def mixtures(pair: Pair, snrs_db: Sequence[float], rate: int, width: int) -> np.ndarray:
    """(s, width) float32 at `rate` Hz, one row a ratio. Raises BadInput as `mixture`."""
    signal, noise, active = native(pair)
    weights = gains(pair, signal, noise, snrs_db, active)
    if rate != pair.rate or width != len(signal):
        signal, noise = _sounds(pair, rate, width)
    return (weights @ np.stack([signal, noise]).astype(np.float64)).astype(np.float32)


def _sounds(pair: Pair, rate: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    signal = load_clip(pair.sound, pair.start_s, pair.start_s + pair.width_s, rate, width_samples=width)
    return signal, np.resize(_stretch(pair.noise, rate), width)


def _stretch(noise: Noise, rate: int) -> np.ndarray:
    return load_clip(noise.sound, noise.start_s, noise.end_s, rate)
