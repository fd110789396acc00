"""WAVs for the browser: the samples, the rates, and ultrasound that must not get lost."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.audio.playback import default_slow, quieter_text, render, wav_bytes


def strongest_hz(samples: np.ndarray, rate: int) -> float:
    return float(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))).argmax() * rate / len(samples))


def tone(hz: float, rate: int, seconds: float = 0.5) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def decoded(playback) -> np.ndarray:
    samples, rate = soundfile.read(io.BytesIO(playback.wav), dtype="float32")
    assert rate == playback.rate
    return samples


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=500))
def test_sixteen_bit_samples_come_out_the_same(pcm):
    samples = np.array(pcm, dtype=np.float32) / 32768
    assert (decoded(render(samples, 44_100)) == samples).all()


@pytest.mark.parametrize("rate", [96_001, 192_000, 250_000, 384_000, 500_000])
def test_slowed_ultrasound_keeps_every_native_sample(rate):
    assert default_slow(rate) == 10
    samples = np.round(tone(40_000, rate) * 32768) / np.float32(32768)
    playback = render(samples, rate, slow=10)
    assert (decoded(playback) == samples).all()
    assert playback.slow == pytest.approx(10, rel=1e-4)
    assert strongest_hz(decoded(playback), playback.rate) == pytest.approx(4_000, rel=0.01)


def test_usual_recordings_play_at_their_speed():
    for rate in (16_000, 44_100, 48_000, 96_000):
        assert default_slow(rate) == 1
        assert render(tone(1_000, rate), rate).rate == rate


@pytest.mark.parametrize(
    ("rate", "slow"), [(384_000, 1), (250_000, 2), (8_000, 20), (44_100, 8), (22_050, 20)]
)
def test_pitch_and_length_follow_the_factor_at_any_rate(rate, slow):
    playback = render(tone(1_000, rate), rate, slow=slow)
    samples = decoded(playback)
    assert 8_000 <= playback.rate <= 96_000
    assert len(samples) / playback.rate == pytest.approx(0.5 * slow, rel=1e-3)
    assert strongest_hz(samples, playback.rate) == pytest.approx(1_000 / slow, rel=0.02)


def test_normalising_brings_the_peak_to_minus_one_dbfs():
    playback = render(tone(1_000, 16_000) / 100, 16_000, normalise=True)
    assert 20 * np.log10(np.abs(decoded(playback)).max()) == pytest.approx(-1, abs=0.01)
    assert playback.gain_db == pytest.approx(20 * np.log10(100 / 0.3) - 1, abs=0.05)


def test_silence_is_not_blown_up():
    assert not decoded(render(np.zeros(100, np.float32), 16_000, normalise=True)).any()
    barely = np.zeros(100, np.float32)
    barely[3] = 1e-6
    assert render(barely, 16_000, normalise=True).gain_db == pytest.approx(60)


def test_no_samples_give_an_empty_wav():
    assert len(decoded(render(np.zeros(0, np.float32), 16_000))) == 0


@pytest.mark.parametrize(("peak", "quieter_db"), [(0.5, 0.0), (1.0, 0.0), (8.0, 18.06)])
def test_sound_above_full_scale_tells_by_how_much_it_is_played_quieter(peak, quieter_db):
    samples = tone(1_000, 16_000)
    samples = samples / np.abs(samples).max() * np.float32(peak)
    playback = render(samples, 16_000)
    assert playback.quieter_db == pytest.approx(quieter_db, abs=0.01)
    assert np.abs(decoded(playback)).max() == pytest.approx(min(peak, 1.0), abs=1e-3), "scaled, not cut off"
    assert bool(quieter_text(playback.quieter_db)) == (peak > 1)
    assert (
        render(samples, 16_000, normalise=True).quieter_db == 0
    )  # that it is brought to a peak is asked for


def test_samples_beyond_full_scale_stay_there():
    pcm = np.frombuffer(wav_bytes(np.array([1.5, -1.5, 1.0, -1.0, 0.5]), 8000)[44:], "<i2")
    assert pcm.tolist() == [32767, -32768, 32767, -32768, 16384]


@pytest.mark.parametrize(("rate", "slow"), [(44_100, 3.3), (22_050, 1.7), (48_000, 1)])
def test_the_factor_that_is_told_is_the_one_that_is_played(rate, slow):
    playback = render(tone(500, rate), rate, slow)
    assert playback.slow * playback.rate == pytest.approx(rate, rel=1e-12)
    assert playback.slow == pytest.approx(slow, rel=1e-3)
