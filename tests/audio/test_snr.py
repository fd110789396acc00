"""The SNR estimate against calls in noise whose ratio is known, over sample rates from 4 to 256 kHz."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.audio.measures.band_limit import band_limit_hz
from bioviz.audio.measures.cells import spectrogram
from bioviz.audio.measures.clip import measure
from bioviz.audio.measures.columns import NAMES
from tests.audio.known_signals import NOISES, call, known_signals, mixed, noise, true_ratio


def one(samples: np.ndarray, rate: int, **options) -> dict[str, float]:
    found = measure(samples[None].astype(np.float32), rate, **options)[0]
    return dict(zip(NAMES, found.tolist(), strict=True))


def test_within_3_db_in_nine_of_ten_or_unknown():
    told = [(k, one(k.samples, k.rate)["loudest_db"]) for k in known_signals((4000, 16000, 256000))]
    known = [(k, found) for k, found in told if np.isfinite(found)]
    error = np.array([found - k.snr_db for k, found in known])
    assert (np.abs(error) <= 3).mean() >= 0.9
    assert abs(np.median(error)) < 0.3
    for snr_db, least in ((10, 0.85), (20, 0.95), (30, 0.95)):
        given = [np.isfinite(found) for k, found in told if k.snr_db == snr_db]
        assert np.mean(given) >= least, f"{snr_db} dB is told often enough to be of use"
    assert np.mean([np.isfinite(found) for k, found in told if k.snr_db == -10]) <= 0.1


@pytest.mark.parametrize("rate", [4000, 8000, 48000, 256000])
@pytest.mark.parametrize("kind", NOISES)
def test_noise_alone_has_no_ratio_at_any_rate(rate, kind):
    rng = np.random.default_rng(rate)
    found = [one(0.01 * noise(kind, rate * (3 if rate < 100_000 else 1), rate, rng), rate) for _ in range(8)]
    assert sum(np.isfinite(each["loudest_db"]) for each in found) <= 1
    assert max(each["prominence_db"] for each in found) < 9


def test_a_trill_that_fills_the_window_has_its_ratio():
    rng = np.random.default_rng(3)
    found = [
        one(m.samples, m.rate)["loudest_db"]
        for m in (mixed("trill without a rest", "white", 16000, 20, rng) for _ in range(8))
    ]
    assert np.nanmax(np.abs(np.array(found) - 20)) <= 3 and np.isfinite(found).sum() >= 6


@pytest.mark.parametrize("snr_db", [10, 25])
def test_the_same_sound_has_the_same_ratio_at_every_rate(snr_db):
    rng = np.random.default_rng(1)
    clean = call("sweep", 3 * 16000, 16000, 6000, rng)
    found = []
    for rate in (16000, 48000, 256000):
        # The noise of a better recorder goes on above what the call and the other recorder reach.
        added = noise("white", 3 * rate, rate, rng) * np.sqrt(rate / 16000)
        resampled = soxr.resample(clean, 16000, rate, quality="HQ")
        gain = np.sqrt(10 ** (snr_db / 10) / true_ratio(resampled, added, rate))
        found.append(one(0.003 * (gain * resampled + added), rate)["loudest_db"])
    assert np.ptp(found) < 1 and abs(np.mean(found) - snr_db) < 1


@given(gain_db=st.floats(-60, 0), seed=st.integers(0, 20))
@settings(max_examples=15, deadline=None)
def test_gain_changes_nothing(gain_db, seed):
    sound = mixed("harmonics", "pink", 8000, 15, np.random.default_rng(seed)).samples
    loud, soft = one(sound, 8000), one(sound * 10 ** (gain_db / 20), 8000)
    for name in ("loudest_db", "prominence_db", "steady_db", "onset_db", "call_low_hz", "call_high_hz"):
        assert soft[name] == pytest.approx(loud[name], abs=0.02, nan_ok=True), name


def test_noise_is_read_from_the_recording_around_a_clip():
    rng = np.random.default_rng(0)
    rate = 16000
    times = np.arange(rate) / rate
    full = 0.1 * np.sin(2 * np.pi * 3000 * times) + 0.01 * noise("white", rate, rate, rng)
    around = [0.01 * noise("white", rate, rate, rng) for _ in range(4)]
    assert np.isnan(one(full, rate)["loudest_db"]), "a tone from end to end: call or hum?"
    found = measure(np.stack([full, *around]).astype(np.float32), rate)[:, NAMES.index("loudest_db")]
    expected = 10 * np.log10(0.005 / (0.01**2 * 250 / 8000))  # the tone's band is some 250 Hz wide
    assert found[0] == pytest.approx(expected, abs=3) and np.isnan(found[1:]).all()


def test_a_steady_tone_is_told_from_noise():
    rng = np.random.default_rng(0)
    times = np.arange(3 * 16000) / 16000
    hum = 0.02 * np.sin(2 * np.pi * 1000 * times) + 0.01 * noise("white", len(times), 16000, rng)
    assert (
        one(hum, 16000)["steady_db"]
        > 10
        > 4
        > one(0.01 * noise("white", 48000, 16000, rng), 16000)["steady_db"]
    )


def test_the_edges_of_a_call_and_its_onset():
    rng = np.random.default_rng(2)
    found = one(mixed("burst", "white", 16000, 25, rng).samples, 16000)
    assert 100 < found["call_low_hz"] < found["call_high_hz"] < 8000
    assert found["onset_db"] > one(0.01 * noise("white", 48000, 16000, rng), 16000)["onset_db"] + 1


def test_digital_silence_around_a_call_is_no_noise_floor():
    rng = np.random.default_rng(0)
    sound = mixed("tone", "white", 16000, 20, rng).samples
    padded = np.concatenate([np.zeros(32000), sound, np.zeros(64000)])
    assert one(padded, 16000)["loudest_db"] == pytest.approx(one(sound, 16000)["loudest_db"], abs=1.5)


def test_a_box_that_holds_nothing_has_no_ratio():
    rng = np.random.default_rng(0)
    boxes = [np.array([[1.0, 2.0, 2000.0, 4000.0]])]
    found = [one(0.01 * noise("white", 48000, 16000, rng), 16000, boxes=boxes)["snr_db"] for _ in range(20)]
    assert np.isnan(found).mean() >= 0.9


def test_what_lies_beside_a_long_box_must_be_long_enough_to_tell_the_noise():
    rng = np.random.default_rng(0)
    times = np.arange(3 * 16000) / 16000
    hiss = 0.01 * noise("white", len(times), 16000, rng)
    bang = noise("white", len(times), 16000, rng) * (
        (times > 1) & (times < 1.2)
    )  # the background's, in the box
    box = [np.array([[0.2, 2.4, 1000.0, 6000.0]])]
    sound = (hiss + bang).astype(np.float32)
    assert np.isnan(one(sound, 16000, boxes=box)["snr_db"])
    short = [np.array([[0.9, 1.3, 1000.0, 6000.0]])]
    assert one(sound, 16000, boxes=short)["snr_db"] > 20
    around = np.stack([sound, *(0.01 * noise("white", len(times), 16000, rng) for _ in range(2))])
    none = np.empty((0, 4))
    told = measure(around.astype(np.float32), 16000, boxes=[*box, none, none])[0, NAMES.index("snr_db")]
    assert np.isfinite(told), "the recording around the clip tells it"


def test_a_gust_in_a_box_is_not_taken_for_a_call():
    """Noise that comes in gusts, one of them within the box and nothing else."""
    rng = np.random.default_rng(1)
    times = np.arange(48000) / 16000
    gusts = 1 + 5 * ((times % 0.6) < 0.15)
    found = one(
        0.01 * gusts * noise("white", 48000, 16000, rng),
        16000,
        boxes=[np.array([[1.2, 1.4, 2000.0, 4000.0]])],
    )
    assert np.isnan(found["snr_db"]) and np.isnan(
        one(0.01 * noise("white", 48000, 16000, rng), 16000)["snr_db"]
    )


@pytest.mark.parametrize("rate", [16000, 44100, 256000])
@pytest.mark.parametrize("kind", NOISES)
def test_a_recorder_that_cuts_off_is_told_from_one_that_does_not(rate, kind):
    rng = np.random.default_rng(0)
    sound = 0.05 * noise(kind, 3 * rate, rate, rng)
    assert one(sound, rate)["band_limit_hz"] == pytest.approx(rate / 2)
    narrow = soxr.resample(soxr.resample(sound, rate, rate // 2, quality="HQ"), rate // 2, rate, quality="HQ")
    assert one(narrow, rate)["band_limit_hz"] == pytest.approx(rate / 4, rel=0.12)


def test_no_limit_in_silence_and_a_call_is_none():
    assert np.isnan(band_limit_hz(np.zeros(100), np.arange(100.0)))
    sound = mixed("tone", "white", 16000, 30, np.random.default_rng(0)).samples
    power, frequencies, _ = spectrogram(sound, 16000)
    assert band_limit_hz(power.mean(axis=1), frequencies) == 8000
