"""The columns of clips are those that plain NumPy gives, up to the rounding of float32."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.audio.measures.clip import measure
from bioviz.audio.measures.columns import NAMES
from bioviz.audio.measures.passes import highest_rise
from tests.audio.slow_measures import slow_measure

DB = [NAMES.index(name) for name in ("snr_db", "loudest_db", "prominence_db", "steady_db", "onset_db")]


def windows(rate: int, seconds: float, seed: int, count: int = 4) -> np.ndarray:
    """Noise with a rumble, a rising call in most windows, an offset, and a stretch of digital silence."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(seconds * rate)) / rate
    sound = 0.02 * rng.normal(size=(count, len(times))) + 0.3
    sound += 0.05 * np.sin(2 * np.pi * 70 * times) * rng.uniform(0, 1, (count, 1))
    for i in range(count - 1):
        inside = slice(round(0.3 * len(times)), round((0.4 + 0.1 * i) * len(times)))
        sound[i, inside] += 0.1 * 4.0**-i * np.sin(2 * np.pi * rate / 9 * times[inside] ** 1.5)
    sound[1, : len(times) // 5] = 0.3
    return sound.astype(np.float32)


def boxes_of(seconds: float) -> list[np.ndarray]:
    inside = [0.3 * seconds, 0.45 * seconds, 500.0, np.nan]
    return [
        np.array([inside]),
        np.array([inside, [0.4 * seconds, 0.6 * seconds, np.nan, np.nan]]),
        np.array([[0.0, seconds, np.nan, np.nan], [-5.0, -4.0, 100.0, 200.0]]),
        np.zeros((0, 4)),
    ]


@pytest.mark.parametrize(
    ("rate", "seconds"), [(4000, 3.0), (16000, 5.0), (22050, 0.5), (48000, 1.0), (384000, 0.3)]
)
@pytest.mark.parametrize("boxed", [False, True])
def test_columns_are_those_of_numpy(rate, seconds, boxed):
    sound, boxes = windows(rate, seconds, rate), boxes_of(seconds) if boxed else None
    lengths = [sound.shape[1]] * 3 + [sound.shape[1] * 2 // 3]
    ours, slow = (function(sound, rate, lengths, boxes) for function in (measure, slow_measure))
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(slow))
    np.testing.assert_allclose(ours[:, DB], slow[:, DB], rtol=0, atol=2e-4)
    others = [i for i in range(len(NAMES)) if i not in DB]
    np.testing.assert_allclose(ours[:, others], slow[:, others], rtol=1e-5, atol=1e-6)
    assert np.isfinite(ours[0, NAMES.index("loudest_db")]), "a call that is made out"
    assert not boxed or np.isfinite(ours[0, NAMES.index("snr_db")])


@pytest.mark.parametrize("samples", [1, 2, 31, 350, 700, 1100])
def test_so_are_those_of_very_short_clips(samples):
    sound = windows(16000, 1.0, samples)[:, :samples]
    ours, slow = measure(sound, 16000), slow_measure(sound, 16000)
    if samples == 1:  # all bins of a click are equal: which is the strongest hangs on rounding
        ours, slow = ours[:, :-1], slow[:, :-1]
    np.testing.assert_allclose(ours, slow, rtol=1e-4, atol=2e-4)


def test_a_rise_of_any_height_is_a_number():
    power = np.full((90, 12), 1e-12, dtype=np.float32)
    power[:, 6:] = 1e12
    assert highest_rise(power, np.full(90, 1e-12, dtype=np.float32)) == pytest.approx(240, rel=1e-5)
