"""Mean spectrograms against known sounds: levels, places, ends of recordings, unreadable clips, the cache."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bioviz.audio import mean_spectrogram as means
from bioviz.audio.mean_spectrogram import common_rate, frame_power, mean_spectrogram, open_mean, sample
from bioviz.audio.spectrogram import column_levels
from bioviz.datasets import library
from bioviz.datasets.types import Clips, Dataset, Recording, WindowPlan
from bioviz.errors import BadInput, Cancelled
from bioviz.progress import Silent

RATE, WIDTH_S = 16_000, 2.0


def dataset_of(root: Path, sounds: list[np.ndarray], rates: list[int] | None = None) -> Dataset:
    """One clip of 2 s from the start of each recording."""
    recordings = []
    for i, samples in enumerate(sounds):
        path, rate = root / f"{i}.wav", (rates or [RATE] * len(sounds))[i]
        soundfile.write(path, samples, rate, subtype="FLOAT")
        recordings.append(Recording(path, path.name, f"hash {i}", rate, 1, len(samples)))
    count = len(sounds)
    clips = Clips(
        np.arange(count, dtype=np.int32),
        np.zeros(count),
        np.full(count, WIDTH_S),
        np.zeros((count, 1), bool),
        np.full(count, "test"),
    )
    plan = WindowPlan(WIDTH_S, WIDTH_S)
    return Dataset("means", "Means", "detection", RATE, ("x",), tuple(recordings), (), plan, clips, {})


def tone(hz: float, amplitude: float, seconds: float = WIDTH_S, rate: int = RATE) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def test_the_mean_is_of_power_and_a_tone_is_where_it_belongs(tmp_path):
    dataset = dataset_of(tmp_path, [tone(2_000, 0.5), tone(2_000, 0.1), np.zeros(32_000, np.float32)])
    mean = mean_spectrogram(dataset, np.arange(3), RATE)
    assert (mean.averaged, mean.unreadable, mean.rate) == (3, 0, RATE)
    assert mean.levels.shape == (len(mean.hz), len(mean.seconds))
    row = int(np.abs(mean.hz - 2_000).argmin())
    assert (mean.levels.argmax(axis=0) == row).all()
    size = means.window_length(RATE, "linear")
    single = frame_power(tone(2_000, 1.0), size, size // 2 // len(mean.hz)).max()
    wanted = 10 * np.log10(single * (0.25 + 0.01) / 3)
    assert mean.levels[row] == pytest.approx(wanted, abs=0.3)
    assert mean.seconds[0] > 0 and mean.seconds[-1] < WIDTH_S
    assert mean.hz[-1] <= RATE / 2


def test_a_sine_of_full_scale_has_0_db_as_in_the_clip_pictures():
    size = 512
    samples = tone(100 * RATE / size, 1.0)  # in the middle of a bin
    power = frame_power(samples, size, 1)
    assert 10 * np.log10(power.max()) == pytest.approx(0, abs=0.05)
    assert 10 * np.log10(power.max()) == pytest.approx(column_levels(samples, size, 50).max(), abs=0.05)


def test_a_burst_is_seen_at_its_time(tmp_path):
    sound = np.zeros(round(WIDTH_S * RATE), np.float32)
    sound[16_000:17_600] = tone(3_000, 0.3, 0.1)
    mean = mean_spectrogram(dataset_of(tmp_path, [sound, sound]), np.arange(2), RATE)
    energy = (10 ** (mean.levels / 10)).sum(axis=0)
    assert mean.seconds[energy.argmax()] == pytest.approx(1.05, abs=0.06)
    assert energy[mean.seconds < 0.9].max() < 1e-3 * energy.max()


def test_what_is_past_a_recordings_end_does_not_count(tmp_path):
    dataset = dataset_of(tmp_path, [tone(2_000, 0.5), tone(2_000, 0.5, seconds=1.0)])
    mean = mean_spectrogram(dataset, np.arange(2), RATE)
    row = int(np.abs(mean.hz - 2_000).argmin())
    early, late = mean.levels[row, mean.seconds < 0.9], mean.levels[row, mean.seconds > 1.1]
    assert late.mean() == pytest.approx(early.mean(), abs=0.05)  # zeros would have halved it: -3 dB
    alone = mean_spectrogram(dataset, np.array([1]), RATE)
    assert np.isfinite(alone.levels[:, alone.seconds < 0.95]).all()
    assert np.isnan(alone.levels[:, alone.seconds > 1.05]).all()


def test_the_lowest_rate_is_common_and_decoding_at_it_keeps_the_level(tmp_path):
    dataset = dataset_of(tmp_path, [tone(2_000, 0.5), tone(2_000, 0.5, rate=48_000)], rates=[RATE, 48_000])
    assert common_rate(dataset, np.arange(2)) == RATE
    assert common_rate(dataset, np.array([1])) == 48_000
    one, two = (mean_spectrogram(dataset, np.array([row]), RATE) for row in (0, 1))
    row = int(np.abs(one.hz - 2_000).argmin())
    assert np.abs(one.levels[row] - two.levels[row]).max() < 0.3


def test_an_unreadable_clip_is_counted_and_left_out(tmp_path):
    dataset = dataset_of(tmp_path, [tone(2_000, 0.5), tone(2_000, 0.5)])
    dataset.recordings[1].path.write_bytes(b"no audio")
    mean = mean_spectrogram(dataset, np.arange(2), RATE)
    assert (mean.averaged, mean.unreadable) == (1, 1)
    with pytest.raises(BadInput, match="None of these clips"):
        mean_spectrogram(dataset, np.array([1]), RATE)
    with pytest.raises(BadInput, match="no clips"):
        mean_spectrogram(dataset, np.array([], dtype=int), RATE)


def test_it_is_computed_once_and_the_key_tells_clips_and_dataset_apart(tmp_path, monkeypatch):
    dataset = dataset_of(tmp_path, [tone(2_000, 0.5), tone(4_000, 0.1)])
    assert open_mean(dataset, np.arange(2), RATE) is None
    made = mean_spectrogram(dataset, np.arange(2), RATE)
    monkeypatch.setattr(means, "_compute", None)
    again = mean_spectrogram(dataset, np.arange(2), RATE)
    for name in ("levels", "hz", "seconds"):
        assert np.array_equal(getattr(made, name), getattr(again, name), equal_nan=True)
    assert (again.rate, again.averaged, again.unreadable) == (made.rate, 2, 0)
    assert open_mean(dataset, np.array([0]), RATE) is None
    changed = replace(
        dataset, recordings=(replace(dataset.recordings[0], content_hash="x"), dataset.recordings[1])
    )
    assert open_mean(changed, np.arange(2), RATE) is None


def test_a_sample_is_nested_seeded_and_sorted():
    rows = np.arange(1_000) * 3
    small, large = sample(rows, 20), sample(rows[::-1], 200)
    assert len(small) == 20 and set(small) < set(large) < set(rows)
    assert (np.diff(large) > 0).all()
    assert not np.array_equal(small, sample(rows, 20, seed=1))
    assert np.array_equal(sample(np.array([5, 1, 5]), 10), [1, 5])


def test_the_job_averages_its_groups_and_can_be_cancelled(tmp_path):
    dataset = dataset_of(tmp_path, [tone(2_000, 0.5), tone(4_000, 0.1), tone(4_000, 0.1)])
    library.save(dataset)
    params = {"dataset": dataset.id, "groups": [[0], [1, 2]], "rate": RATE}

    class Stop(Silent):
        def report(self, *_args, **_more):
            raise Cancelled

    with pytest.raises(Cancelled):
        means.means_job(params, Stop())
    assert open_mean(library.load(dataset.id), np.array([0]), RATE) is None
    assert means.means_job(params, Silent()) == {"averaged": [1, 2]}
    assert open_mean(library.load(dataset.id), np.array([1, 2]), RATE).averaged == 2
