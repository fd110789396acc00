"""Steady tones are taken out of a sound; calls and noise stay."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.audio.steady_tones import without_tones
from tests.audio.known_signals import call, noise

RATE = 16000
TIMES = np.arange(3 * RATE) / RATE


@pytest.mark.parametrize("hz", [217.0, 1330.3, 5000.0])
def test_a_tone_through_all_of_the_sound_is_taken_out_and_the_rest_stays(hz):
    rng = np.random.default_rng(0)
    rest = call("sweep", len(TIMES), RATE, 6000, rng) + 1e-3 * noise("white", len(TIMES), RATE, rng)
    left = without_tones(rest + 10 * np.sin(2 * np.pi * hz * TIMES + 1), RATE)
    assert np.square(left - rest).mean() < 1e-3 * np.square(rest).mean()


def test_a_hum_with_its_overtones_is_taken_out():
    rest = 1e-2 * noise("pink", len(TIMES), RATE, np.random.default_rng(1))
    hum = sum(np.sin(2 * np.pi * 50.02 * k * TIMES + k) / k for k in range(1, 9))
    left = without_tones(rest + hum, RATE)
    assert np.square(left - rest).mean() < 0.5 * np.square(rest).mean()  # 45 dB below the hum


@pytest.mark.parametrize("kind", ["white", "pink", "red"])
def test_noise_holds_no_tone(kind):
    sound = noise(kind, len(TIMES), RATE, np.random.default_rng(2))
    assert without_tones(sound, RATE) is sound


@pytest.mark.parametrize("what", ["tone", "sweep", "trill", "harmonics", "burst", "three notes"])
def test_a_call_is_no_steady_tone(what):
    rng = np.random.default_rng(3)
    sound = call(what, len(TIMES), RATE, 6000, rng) + 1e-3 * noise("white", len(TIMES), RATE, rng)
    assert np.array_equal(without_tones(sound, RATE), sound)


def test_a_sound_too_short_to_be_steady_stays():
    sound = np.sin(np.arange(300.0))
    assert without_tones(sound, RATE) is sound
