"""Bringing clips to one loudness: the level asked for, never a clipped peak, silence left alone."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.audio.playback import loudness_db, render

RATE = 22_050


def decoded(playback) -> np.ndarray:
    return soundfile.read(io.BytesIO(playback.wav))[0]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(-70, -10),
    st.floats(-40, -6),
    st.floats(-0.2, 0.2),
    st.floats(0, 0.6),
)
def test_what_is_said_is_what_is_served_and_the_peak_stays_below_full_scale(
    seed, level, wanted, offset, spike
):
    samples = np.random.default_rng(seed).normal(0, 10 ** (level / 20), RATE).astype(np.float32) + np.float32(
        offset
    )
    samples[100] += np.float32(spike)
    made = render(samples, RATE, loudness=wanted)
    served = decoded(made)
    rms = 20 * np.log10(np.sqrt(np.mean(served**2)))
    assert rms == pytest.approx(made.loudness_db, abs=0.05)
    assert np.abs(served).max() <= 10 ** (-1 / 20) + 1e-4
    assert made.loudness_db <= wanted + 0.01
    if np.abs(served).max() < 0.89 and made.gain_db < 59.9:
        assert rms == pytest.approx(wanted, abs=0.05)


def test_ultrasound_that_is_not_heard_does_not_count():
    t = np.arange(192_000) / 192_000
    audible = 0.01 * np.sin(2 * np.pi * 3_000 * t)
    samples = (audible + 0.3 * np.sin(2 * np.pi * 60_000 * t)).astype(np.float32)
    made = render(samples, 192_000, loudness=-30)
    assert made.rate == 48_000
    assert made.gain_db == pytest.approx(-30 - loudness_db(audible), abs=0.1)


def test_silence_stays_silent():
    made = render(np.zeros(100, np.float32), RATE, loudness=-30)
    assert made.loudness_db is None and made.gain_db == 0
    assert not decoded(made).any()
    assert loudness_db(np.zeros(0)) is None
    offset = render(np.full(1_000, 0.25, np.float32), RATE, loudness=-30)
    assert not decoded(offset).any()


def test_an_offset_is_not_heard_and_does_not_count():
    sound = 0.1 * np.sin(np.arange(RATE) * 0.3)
    assert loudness_db(sound + 0.5) == pytest.approx(loudness_db(sound), abs=1e-6)
    assert loudness_db(sound) == pytest.approx(-23.0, abs=0.02)
