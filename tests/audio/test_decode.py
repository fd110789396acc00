"""A clip is the same samples as in the whole recording, whatever the format, rate and place."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.audio import decode
from bioviz.audio.decode import load_clip, stream_windows
from bioviz.errors import BadInput
from tests.sounds import load_windows


def noise(frames: int, channels: int = 1, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal((frames, channels)).astype(np.float32)


@pytest.fixture(scope="module")
def wav(tmp_path_factory):
    path = tmp_path_factory.mktemp("audio") / "noise.wav"
    soundfile.write(path, noise(8 * 22050, 2), 22050, subtype="FLOAT")
    return path


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_a_clip_equals_the_same_stretch_of_the_whole_recording(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, noise(44100 * 5, 2), 44100)
    whole, _ = soundfile.read(path, dtype="float32")
    expected = soxr.resample(whole.mean(axis=1), 44100, 16000)[int(1.7 * 16000) : int(3.2 * 16000)]
    np.testing.assert_allclose(load_clip(path, 1.7, 3.2, 16000), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("native", "rate"),
    [
        (16000, 22050),
        (384000, 16000),
        (250000, 22050),
        (8000, 48000),
        (44101, 16000),
        (9600, 9600),
        (96000, 250000),
    ],
)
def test_edges_of_a_clip_resample_as_in_the_whole(tmp_path, native, rate):
    path = tmp_path / "a.wav"
    samples = noise(native * 3)
    soundfile.write(path, samples, native, subtype="FLOAT")
    whole = soxr.resample(samples[:, 0], native, rate) if native != rate else samples[:, 0]
    for start in (0.0, 0.5, 1.00007, 2.0):
        first = round(start * rate)
        clip = load_clip(path, start, start + 1, rate, width_samples=rate)
        np.testing.assert_allclose(clip, whole[first : first + rate], atol=5e-6)


@settings(max_examples=40, deadline=None)
@given(
    starts=st.lists(st.floats(0, 7.99), min_size=1, max_size=6), rate=st.sampled_from([8000, 22050, 32000])
)
def test_windows_equal_clips_in_any_order(wav, starts, rate):
    windows = load_windows(wav, starts, 0.5, rate)
    assert windows.shape == (len(starts), rate // 2)
    assert windows.dtype == np.float32
    for window, start in zip(windows, starts, strict=True):
        clip = load_clip(wav, start, start + 0.5, rate, width_samples=rate // 2)
        np.testing.assert_allclose(window, clip, atol=2e-6)


def test_zeros_follow_the_recordings_end_and_the_stretchs_end(wav):
    passing = load_clip(wav, 7.5, 9.5, 22050)
    assert passing[: 22050 // 2].any()
    assert not passing[22050 // 2 :].any()
    padded = load_clip(wav, 0, 1, 22050, width_samples=3 * 22050)
    assert len(padded) == 3 * 22050
    assert padded[22049] != 0
    assert not padded[22050:].any()
    cut = load_clip(wav, 0, 1, 22050, width_samples=100)
    np.testing.assert_array_equal(cut, padded[:100])


def test_before_the_start_is_zeros(wav):
    clip = load_clip(wav, -0.5, 0.5, 22050)
    assert not clip[: 22050 // 2].any()
    np.testing.assert_array_equal(clip[22050 // 2 :], load_clip(wav, 0, 0.5, 22050)[: len(clip) - 22050 // 2])


def test_channels_are_averaged(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.tile([[0.5, -0.25]], (800, 1)), 8000, subtype="FLOAT")
    np.testing.assert_array_equal(
        load_clip(tmp_path / "a.wav", 0, 0.1, 8000), np.full(800, 0.125, np.float32)
    )


def test_offsets_do_not_drift_late_in_a_long_recording(tmp_path):
    path = tmp_path / "long.wav"
    hours = np.zeros(3 * 3600 * 1000, dtype=np.int16)
    place = 10_000_123
    hours[place] = 30000
    soundfile.write(path, hours, 1000)
    clip = load_clip(path, place / 1000, place / 1000 + 1, 1000)
    assert np.flatnonzero(clip).tolist() == [0]


def test_a_long_recording_streams_in_bounded_memory(tmp_path):
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros(3 * 3600 * 2000, dtype=np.int16), 2000)
    starts = np.arange(0, 3 * 3600 - 2)
    tracemalloc.start()
    seen = sum(len(rows) for rows, _ in stream_windows(path, starts, 2.0, 1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen == len(starts)
    assert peak < 10e6  # the windows together are 86 MB


def test_windows_far_apart_are_not_bridged_by_reading(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(8000 * 120), 8000)
    asked = []
    original = decode._read_mono

    def counting(sound, start, stop):
        asked.append(stop - start)
        return original(sound, start, stop)

    monkeypatch.setattr(decode, "_read_mono", counting)
    load_windows(path, [0, 100], 1.0, 8000)
    assert sum(asked) == 16000


def test_no_window_is_no_array_row(wav):
    assert load_windows(wav, [], 1.0, 8000).shape == (0, 8000)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.wav", None, "not there"),
        ("empty.wav", b"", "cannot be read as audio"),
        ("text.wav", b"this is no sound at all" * 50, "cannot be read as audio"),
    ],
)
def test_an_unreadable_file_is_named(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    for read in (lambda: load_clip(path, 0, 1, 8000), lambda: load_windows(path, [0], 1, 8000)):
        with pytest.raises(BadInput, match=says) as caught:
            read()
        assert name in str(caught.value)


def test_a_recording_of_no_samples_is_named(tmp_path):
    soundfile.write(tmp_path / "nothing.wav", np.zeros(0), 8000)
    with pytest.raises(BadInput, match=r"nothing\.wav holds no sound"):
        load_clip(tmp_path / "nothing.wav", 0, 1, 8000)


def test_a_truncated_flac_is_named_rather_than_padded(tmp_path):
    path = tmp_path / "cut.flac"
    soundfile.write(path, noise(16000 * 20), 16000)
    path.write_bytes(path.read_bytes()[:200_000])
    with pytest.raises(BadInput, match=r"cut\.flac is damaged"):
        load_clip(path, 15, 18, 16000)


def test_samples_that_are_not_numbers_are_refused(tmp_path):
    samples = noise(8000)
    samples[4000] = np.nan
    soundfile.write(tmp_path / "nan.wav", samples, 8000, subtype="FLOAT")
    with pytest.raises(BadInput, match="not numbers"):
        load_clip(tmp_path / "nan.wav", 0, 1, 8000)


def test_a_clip_past_the_end_or_of_no_length_is_refused(wav):
    with pytest.raises(BadInput, match=r"only 8\.00 s long"):
        load_clip(wav, 8.5, 9.5, 8000)
    with pytest.raises(BadInput, match="no length"):
        load_clip(wav, 1, 1, 8000)
