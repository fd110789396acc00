"""Acoustic measures against sounds whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.audio.measures.cells import box_mask, spectrogram
from bioviz.audio.measures.clip import SILENCE_DB, measure, onset_db, spectral_measures
from bioviz.audio.measures.columns import NAMES
from bioviz.audio.measures.noise_floor import Floor

RATE = 16000
TIME = np.arange(2 * RATE) / RATE


def one(samples: np.ndarray, rate: int = RATE, **options) -> dict[str, float]:
    return dict(
        zip(NAMES, measure(samples[None].astype(np.float32), rate, **options)[0].tolist(), strict=True)
    )


def noise(level: float = 0.01, seed: int = 0, count: int = 2 * RATE) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, level, count)


def tone(hertz: float, amplitude: float = 0.5) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hertz * TIME)


def test_a_full_scale_sine_is_at_minus_3_dbfs():
    found = one(tone(1000, 1.0))
    assert found["level_dbfs"] == pytest.approx(-3.01, abs=0.01)
    assert found["peak_dbfs"] == pytest.approx(0, abs=0.01)


@given(gain_db=st.floats(-60, -1))
@settings(max_examples=20, deadline=None)
def test_level_and_peak_follow_the_gain_and_the_rest_does_not(gain_db):
    sound = noise(0.1) + tone(3000, 0.2)
    sound /= np.abs(sound).max() * 1.01
    loud, soft = one(sound), one(sound * 10 ** (gain_db / 20))
    for name in ("level_dbfs", "peak_dbfs"):
        assert soft[name] == pytest.approx(loud[name] + gain_db, abs=0.01)
    for name in ("loudest_db", "flatness", "centroid_hz", "bandwidth_hz", "peak_hz"):
        assert soft[name] == pytest.approx(loud[name], rel=1e-3, abs=1e-3, nan_ok=True)


def test_the_share_of_clipped_samples():
    sound = np.zeros(1000)
    sound[:30], sound[30:50], sound[50:60] = 1.0, -1.0, 0.99
    assert one(sound)["clipped_share"] == pytest.approx(0.05)


@pytest.mark.parametrize("hertz", [300, 2500, 7000])
def test_a_tone_has_its_frequency_and_no_width(hertz):
    found = one(tone(hertz))
    bin_hz = RATE / 256
    assert abs(found["peak_hz"] - hertz) <= bin_hz / 2 + 1
    assert found["centroid_hz"] == pytest.approx(hertz, abs=bin_hz)
    assert found["bandwidth_hz"] < 2 * bin_hz and found["flatness"] < 0.01


def test_white_noise_is_flat_and_centred():
    found = one(noise())
    assert found["flatness"] > 0.95
    assert found["centroid_hz"] == pytest.approx(RATE / 4, rel=0.03)
    assert found["bandwidth_hz"] == pytest.approx(RATE / 2 / np.sqrt(12), rel=0.03)


def test_an_offset_of_the_recorder_moves_no_frequency():
    assert one(tone(3000) + 0.3)["centroid_hz"] == pytest.approx(one(tone(3000))["centroid_hz"], abs=40)


@pytest.mark.parametrize("snr_db", [-5, 0, 10, 20, 40])
def test_snr_with_a_box_is_the_ratio_within_its_band(snr_db):
    # A band-limited call of known power over white noise: a third of the window, 2 to 4 kHz.
    spectrum = np.fft.rfft(noise(1.0, seed=1))
    hertz = np.fft.rfftfreq(len(TIME), 1 / RATE)
    call = np.fft.irfft(np.where((hertz > 2000) & (hertz < 4000), spectrum, 0))
    background = noise(0.01, seed=2)
    in_band = 0.01**2 * (2000 / (RATE / 2))
    call *= np.sqrt(in_band * 10 ** (snr_db / 10)) / call.std()
    call[: round(1.3 * RATE)] = 0
    found = one(background + call, boxes=[np.array([[1.3, 2.0, 2000.0, 4000.0]])])
    assert found["snr_db"] == pytest.approx(snr_db, abs=1.0)
    call[:RATE] = 0.0
    alone = one(background + call, boxes=[np.array([[0.9, 2.0, 2000.0, 4000.0]])])
    assert np.isnan(alone["snr_db"]), "beside it lies less than a gust and a half of its length"


def test_a_box_that_fills_its_window_is_compared_with_the_neighbors():
    quiet, full, calm = noise(0.01, seed=3), noise(0.01, seed=4) + tone(3000, 0.1), noise(0.01, seed=5)
    boxes = [np.zeros((0, 4)), np.array([[-1.0, 5.0, 2900.0, 3100.0]]), np.zeros((0, 4))]
    windows = np.stack([quiet, full, calm]).astype(np.float32)
    found = measure(windows, RATE, boxes=boxes)[:, NAMES.index("snr_db")]
    alone = one(quiet + tone(3000, 0.1) * (TIME > 1.3), boxes=[np.array([[1.3, 2.0, 2900.0, 3100.0]])])
    assert found[1] == pytest.approx(alone["snr_db"], abs=1.5)
    assert np.isnan(measure(windows[:2], RATE, boxes=boxes[:2])[1, NAMES.index("snr_db")]), (
        "one is too little"
    )


def test_the_loudest_sound_is_unknown_in_noise_and_rises_with_a_call():
    call = np.where((TIME > 0.5) & (TIME < 1.0), 1.0, 0.0)
    found = [one(noise() + tone(3000, amplitude) * call)["loudest_db"] for amplitude in (0, 0.02, 0.1, 0.5)]
    assert np.isnan(found[0]) and np.all(np.diff(found[1:]) > 0)
    # A tone of 0.1 has power 0.005; of noise of 0.0001 over 8 kHz some 250 Hz count.
    assert found[2] == pytest.approx(10 * np.log10(0.005 / (0.0001 * 250 / 8000)), abs=4)


def test_zeros_behind_the_end_of_a_recording_do_not_count():
    sound = noise(0.1)
    padded = np.concatenate([sound, np.zeros(RATE)])
    with_length = one(padded, lengths=[len(sound)])
    assert with_length == pytest.approx(one(sound), nan_ok=True)
    assert with_length["level_dbfs"] > one(padded)["level_dbfs"] + 1


def test_silence_is_finite_where_it_can_be():
    found = one(np.zeros(RATE))
    assert found["level_dbfs"] == found["peak_dbfs"] == SILENCE_DB and found["clipped_share"] == 0
    assert all(np.isnan(found[name]) for name in ("snr_db", "flatness", "centroid_hz", "peak_hz"))


def test_a_window_without_sound_is_nan():
    assert np.isnan(measure(np.zeros((1, 100), np.float32), RATE, lengths=[0])).all()


@pytest.mark.parametrize("rate", [8000, 44100, 384000])
@pytest.mark.parametrize("count", [1, 7, 100, 20000])
def test_any_length_and_rate(rate, count):
    found = one(noise(count=count), rate)
    assert np.isfinite(found["level_dbfs"]) and 0 < found["peak_hz"] <= rate / 2


def test_a_box_covers_its_cells_and_a_tiny_one_the_nearest():
    _, frequencies, times = spectrogram(noise(), RATE)
    mask = box_mask(np.array([[0.5, 1.0, 1000.0, 2000.0]]), frequencies, times)
    rows, columns = np.nonzero(mask)
    assert frequencies[rows].min() >= 1000 and frequencies[rows].max() <= 2000
    assert times[columns].min() >= 0.5 and times[columns].max() <= 1.0
    assert box_mask(np.array([[0.5001, 0.5002, 1001.0, 1002.0]]), frequencies, times).sum() == 1
    assert box_mask(np.array([[0.5, 1.0, np.nan, np.nan]]), frequencies, times).any(axis=0).mean() == (
        pytest.approx(0.25, abs=0.02)
    )
    assert not box_mask(np.array([[5.0, 6.0, 100.0, 200.0]]), frequencies, times).any()


@pytest.mark.parametrize("rate", [8000, 22_050, 250_000])
def test_compiled_squares_give_the_same_bytes_as_numpy(rate):
    from scipy.fft import rfft

    sound = noise(0.1, seed=3, count=rate // 2).astype(np.float32)
    power, _, _ = spectrogram(sound, rate)
    size = 2 * (len(power) - 1)
    frames = np.lib.stride_tricks.sliding_window_view(sound - sound.mean(), size)[:: size // 2]
    spectra = rfft(frames * np.hanning(size + 1)[:-1].astype(np.float32), axis=1)
    assert power.T.tobytes() == (np.square(spectra.real) + np.square(spectra.imag)).tobytes()


def test_shapes_and_onsets_are_those_of_librosa():
    from librosa import feature, onset

    rng = np.random.default_rng(0)
    power = rng.gamma(1.0, size=(200, 6)) * np.geomspace(1, 1e-5, 200)[:, None]
    frequencies = np.linspace(0, 8000, 200)
    scaled, inner = power[1:] / power[1:].mean(axis=0), frequencies[1:]
    centroid = feature.spectral_centroid(S=scaled, freq=inner)
    slow = [
        feature.spectral_flatness(S=scaled, amin=1e-12, power=1.0)[0],
        centroid[0],
        feature.spectral_bandwidth(S=scaled, freq=inner, centroid=centroid)[0],
    ]
    np.testing.assert_allclose(spectral_measures(power, frequencies)[:, :3].T, slow, rtol=1e-12)
    banded = rng.gamma(2.0, size=(30, 100)).astype(np.float32)
    floor = Floor(np.full(30, 0.7), np.ones(30))
    level = 10 * np.log10(np.maximum(banded / np.float32(0.7), 1))
    assert onset_db(banded, floor) == pytest.approx(
        onset.onset_strength(S=level, center=False).max(), rel=1e-6
    )
