"""Mixing at a set ratio: of the whole clip, and of the call within its band over its loudest stretch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.audio.mixing import call_gain, factors, noise_gain
from bioviz.errors import BadInput
from tests.audio.known_signals import call, noise, true_ratio

RATE = 16000


@settings(max_examples=50, deadline=None)
@given(
    st.floats(-20, 30), st.integers(10, 3000), st.integers(5, 3000), st.integers(0, 99), st.floats(0.001, 3)
)
def test_the_whole_clip_gets_the_ratio_asked_for(snr, length, noise_length, seed, loudness):
    rng = np.random.default_rng(seed)
    signal, added = loudness * rng.normal(size=length), rng.normal(size=noise_length)
    gain = noise_gain(signal, added, snr)
    fitted = gain * np.resize(added, length)
    assert 10 * np.log10((signal**2).mean() / (fitted**2).mean()) == pytest.approx(snr, abs=1e-6)
    of_signal, of_noise = factors(signal, np.resize(added, length), gain)
    assert max(of_signal, of_noise) <= 1 and of_noise / of_signal == pytest.approx(gain)
    assert np.abs(of_signal * signal + of_noise * np.resize(added, length)).max() <= 1 + 1e-9


def test_the_whole_clip_can_be_measured_where_the_call_is():
    signal = np.zeros(1000)
    signal[400:500] = np.sin(np.arange(100))
    active = signal != 0
    added = np.random.default_rng(0).normal(size=1000)
    gain = noise_gain(signal, added, 0, active)
    assert (signal[active] ** 2).mean() == pytest.approx(((gain * added[active]) ** 2).mean())


@pytest.mark.parametrize("kind", ["white", "pink", "red"])
@pytest.mark.parametrize("what", ["tone", "sweep", "harmonics", "burst", "three notes"])
def test_the_call_gets_the_ratio_asked_for_in_its_own_band_and_time(kind, what):
    rng = np.random.default_rng(3)
    clean = call(what, 3 * RATE, RATE, 6000, rng)
    added = noise(kind, 3 * RATE, RATE, rng)
    own = 1e-3 * noise("white", 3 * RATE, RATE, rng)
    for snr_db in (10.0, -5.0):
        gain = call_gain(clean + own, added, RATE, snr_db)
        assert 10 * np.log10(true_ratio(clean, gain * added, RATE)) == pytest.approx(snr_db, abs=2.5)


def test_a_short_call_in_red_noise_is_not_what_the_clip_says():
    times = np.arange(3 * RATE) / RATE
    clean = np.sin(2 * np.pi * 4000 * times) * ((times > 1) & (times < 1.3))
    added = noise("red", 3 * RATE, RATE, np.random.default_rng(0))
    own = 1e-4 * noise("white", 3 * RATE, RATE, np.random.default_rng(1))
    apart = 20 * np.log10(call_gain(clean + own, added, RATE, 0) / noise_gain(clean + own, added, 0))
    assert apart > 30, "in its band the call stands far above the red noise that drowns the clip as a whole"


def test_only_the_marked_call_counts():
    times = np.arange(3 * RATE) / RATE
    faint = 0.1 * np.sin(2 * np.pi * 2000 * times) * ((times > 0.5) & (times < 0.8))
    loud = np.sin(2 * np.pi * 2000 * times) * ((times > 2) & (times < 2.5))
    own = 1e-3 * noise("white", 3 * RATE, RATE, np.random.default_rng(1))
    added = noise("white", 3 * RATE, RATE, np.random.default_rng(2))
    marked = (times > 0.5) & (times < 0.8)
    of_faint = call_gain(faint + loud + own, added, RATE, 0, marked)
    assert 20 * np.log10(call_gain(faint + loud + own, added, RATE, 0) / of_faint) == pytest.approx(
        20, abs=2.5
    )
    assert of_faint == pytest.approx(call_gain(faint + own, added, RATE, 0), rel=0.2)


@settings(max_examples=10, deadline=None)
@given(gain_db=st.floats(-40, 0), snr=st.floats(-20, 30))
def test_loudness_does_not_change_the_ratio(gain_db, snr):
    rng = np.random.default_rng(0)
    signal = call("sweep", RATE, RATE, 6000, rng) + 0.01 * noise("white", RATE, RATE, rng)
    added = noise("pink", RATE, RATE, rng)
    gain = call_gain(signal, added, RATE, snr)
    assert call_gain(10 ** (gain_db / 20) * signal, added, RATE, snr) == pytest.approx(
        gain * 10 ** (gain_db / 20), rel=1e-3
    )


@pytest.mark.parametrize(
    ("signal", "added", "snr", "message"),
    [
        (np.zeros(500), np.ones(500), 0, "silent"),
        (np.random.default_rng(0).normal(size=500), np.zeros(500), 0, "silent"),
        (np.ones(0), np.ones(500), 0, "empty"),
        (np.ones(500), np.ones(500), np.nan, "must be a number"),
    ],
)
def test_what_cannot_be_mixed_is_said(signal, added, snr, message):
    with pytest.raises(BadInput, match=message):
        noise_gain(signal, added, snr)
    with pytest.raises(BadInput, match=message):
        call_gain(signal, added, RATE, snr)


def test_noise_that_is_in_the_recording_already_is_no_call():
    rng = np.random.default_rng(8)
    clean, added = call("sweep", 3 * RATE, RATE, 3000, rng), noise("white", 3 * RATE, RATE, rng)
    # As much noise in the call's own band as there is call, over its loudest stretch: twice the power, the same call.
    own = np.sqrt(true_ratio(clean, added, RATE)) * noise("white", 3 * RATE, RATE, rng)
    alone, within = (call_gain(each, added, RATE, 0.0) for each in (clean, clean + own))
    assert 20 * np.log10(within / alone) == pytest.approx(0, abs=1.0)


@pytest.mark.parametrize("level", [1.0, 30.0])
@pytest.mark.parametrize(
    ("what", "seed", "hz"), [("tone", 2, 1330.0), ("sweep", 2, 3000.0), ("burst", 0, 1000.0)]
)
def test_a_tone_through_all_of_the_recording_is_no_call(what, seed, hz, level):
    rng = np.random.default_rng(seed)
    clean, added = call(what, 3 * RATE, RATE, 6000, rng), noise("pink", 3 * RATE, RATE, rng)
    own = 1e-3 * noise("white", 3 * RATE, RATE, rng)
    tone = level * np.sin(2 * np.pi * hz * np.arange(3 * RATE) / RATE)
    alone, beside = (call_gain(each, added, RATE, 0.0) for each in (clean + own, clean + own + tone))
    assert 20 * np.log10(beside / alone) == pytest.approx(0, abs=1.0)


def test_a_tone_counts_as_the_call_where_there_is_no_other():
    tone = np.sin(2 * np.pi * 1330 * np.arange(3 * RATE) / RATE)
    added = noise("white", 3 * RATE, RATE, np.random.default_rng(0))
    ten, alone = (call_gain(level * tone, added, RATE, 0.0) for level in (10.0, 1.0))
    assert ten == pytest.approx(10 * alone, rel=1e-3)
