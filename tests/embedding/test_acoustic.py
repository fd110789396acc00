"""Acoustic columns of a dataset: measured with the embeddings, once, at the recordings' own rate."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from bioviz.audio.measures.clip import measure
from bioviz.audio.measures.columns import NAMES
from bioviz.config import settings
from bioviz.datasets.types import Annotation
from bioviz.embedding import source
from bioviz.embedding.acoustic import open_acoustic
from bioviz.embedding.pipeline import measure_dataset
from bioviz.progress import Silent
from tests.embedding.helpers import RATE, embed, make_dataset, write_wav

AROUND = {
    "loudest_db",
    "prominence_db",
    "call_low_hz",
    "call_high_hz",
    "steady_db",
    "onset_db",
    "band_limit_hz",
}
"""Columns that rest on the noise of the recording around the clip."""


@pytest.fixture
def root(tmp_path):
    return tmp_path / "data"


def by_hand(dataset, row: int) -> dict[str, float]:
    recording = dataset.recordings[dataset.clips.recording[row]]
    samples, rate = soundfile.read(recording.path, dtype="float32")
    first = round(dataset.clips.start_s[row] * rate)
    clip = samples[first : first + round(dataset.plan.width_s * rate)]
    return dict(zip(NAMES, measure(clip[None], rate)[0], strict=True))


def test_none_before_they_are_measured(root):
    assert open_acoustic(make_dataset(root, [write_wav(root / "a.wav")])) is None


def test_columns_stay_on_the_disk(root):
    dataset = make_dataset(root, [write_wav(root / "a.wav")])
    embed(dataset)
    held = open_acoustic(dataset)["snr_db"]
    while not isinstance(held, np.memmap):
        assert held.base is not None, "the column is a copy"
        held = held.base


@pytest.mark.parametrize("rate", [RATE, 22050, 96000])
def test_columns_equal_those_of_each_clip_alone(root, rate):
    dataset = make_dataset(root, [write_wav(root / f"{i}.wav", seed=i, rate=rate) for i in range(3)])
    embed(dataset)
    columns = open_acoustic(dataset)
    assert list(columns) == list(NAMES)
    for row in range(len(dataset.clips)):
        for name, value in by_hand(dataset, row).items():
            if name in AROUND:
                continue
            assert columns[name][row] == pytest.approx(value, rel=1e-4, nan_ok=True), (name, row)


def test_they_are_measured_once_for_all_models(root, monkeypatch):
    dataset = make_dataset(root, [write_wav(root / f"{i}.wav", seed=i) for i in range(3)])
    embed(dataset)

    def never(*arguments):
        raise AssertionError("measured again")

    monkeypatch.setattr("bioviz.audio.measures.clip.measure", never)
    embed(dataset, name="another")
    shutil.rmtree(settings().cache_dir / "sets")
    embed(dataset)
    assert open_acoustic(dataset) is not None


def test_they_are_measured_in_the_reading_that_embeds_where_the_rates_agree(root, monkeypatch):
    dataset = make_dataset(root, [write_wav(root / f"{i}.wav", seed=i) for i in range(3)])
    reads = []
    real = source.stream_windows
    monkeypatch.setattr(source, "stream_windows", lambda path, *rest: reads.append(path) or real(path, *rest))
    embed(dataset)
    assert len(reads) == 3


def test_annotations_decide_the_snr_and_changing_them_measures_anew(root):
    path = write_wav(root / "a.wav", seconds=3)
    samples, _ = soundfile.read(path)
    samples *= 0.02
    samples[RATE // 4 : RATE // 2] += 0.3 * np.sin(2 * np.pi * 2000 * np.arange(RATE // 4) / RATE)
    soundfile.write(path, samples, RATE)
    box = Annotation(0, 0.25, 0.5, "call", 1900, 2100)
    plain = make_dataset(root, [path])
    marked = replace(plain, annotations=(box,))
    background = replace(plain, annotations=(replace(box, label="wind"),))
    found = {}
    for name, dataset in {"plain": plain, "marked": marked, "background": background}.items():
        measure_dataset(dataset, Silent())
        found[name] = open_acoustic(dataset)["snr_db"]
    assert found["marked"][0] > 10, "a loud tone in its box"
    assert np.isnan(found["marked"][2:]).all() and np.isnan(found["plain"]).all(), "no box, no ratio"
    np.testing.assert_array_equal(found["background"], found["plain"])


def test_the_padding_behind_a_short_recording_does_not_count(root):
    dataset = make_dataset(root, [write_wav(root / "a.wav", seconds=2.75)])
    measure_dataset(dataset, Silent())
    levels = open_acoustic(dataset)["level_dbfs"]
    assert np.ptp(levels) < 0.5
