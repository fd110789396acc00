"""A diagnosis is of today's labels, boxes, places and measures, and of nothing older."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.types import Dataset
from bioviz.runs import RunSpec, compute_run, open_run
from bioviz.runs.diagnosis import compute_diagnosis, diagnosis_inputs, diagnosis_key, open_diagnosis
from bioviz.runs.templates import measure
from bioviz.runs.templates.resemblance import open_resemblance
from bioviz.store.keys import value_of

RATE = 8000
FILES, PER_FILE = 8, 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight recordings of 20 s: noise, with a call every 4 s."""
    rng = np.random.default_rng(0)
    root = tmp_path / "pond"
    root.mkdir()
    times = np.arange(RATE) / RATE
    for i in range(FILES):
        sound = rng.normal(scale=0.02, size=20 * RATE)
        for j in range(PER_FILE):
            sound[4 * j * RATE : (4 * j + 1) * RATE] += 0.3 * np.sin(2 * np.pi * (900 + 40 * i) * times)
        soundfile.write(root / f"r{i}.wav", sound, RATE, subtype="PCM_16")
    return root


def add(folder: Path, second: int, high_hz: int = 2000) -> Dataset:
    """Add the folder with "a" on every call, and "b" as a second label on the first `second` of them."""
    lines = ["path,start_s,end_s,label,low_hz,high_hz"]
    calls = [(i, j) for j in range(PER_FILE) for i in range(FILES)]
    for number, (i, j) in enumerate(calls):
        labels = ("a", "b") if number < second else ("a",)
        lines += [f"r{i}.wav,{4 * j},{4 * j + 1},{label},500,{high_hz}" for label in labels]
    (folder / "calls.csv").write_text("\n".join(lines) + "\n")
    dataset = build_dataset(folder, name="pond", options={"width_s": 1.0, "hop_s": 1.0})
    library.save(dataset)
    return dataset


def spec_of(dataset: Dataset) -> RunSpec:
    return RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))


def test_a_second_label_that_leaves_the_map_as_it_was_makes_another_diagnosis(folder):
    spec = spec_of(add(folder, second=1))
    before = compute_run(spec)
    assert compute_diagnosis(before, 5).labels.clips.tolist() == [120, 40, 1]
    assert open_diagnosis(open_run(spec), 5) is not None
    add(folder, second=30)
    assert (
        open_run(spec) is None
    )  # what chance would do to the lists of misclustered clips rests on all labels
    run = compute_run(spec)
    assert np.array_equal(run.targets, before.targets)  # "a" comes first
    assert np.array_equal(run.xy, before.xy) and run.key != before.key
    assert open_diagnosis(run, 5) is None
    assert compute_diagnosis(run, 5).labels.clips.tolist() == [120, 40, 30]


def test_another_k_is_another_diagnosis(folder):
    run = compute_run(spec_of(add(folder, second=1)))
    compute_diagnosis(run, 5)
    assert diagnosis_key(run, 5) != diagnosis_key(run, 6) and open_diagnosis(run, 6) is None


def test_the_files_of_a_coarser_unit_are_known(folder):
    dataset = add(folder, second=1)
    sites = tuple(replace(each, site="ab"[i % 2]) for i, each in enumerate(dataset.recordings))
    dataset = replace(dataset, recordings=sites, unit="site")
    library.save(dataset)
    inputs = diagnosis_inputs(compute_run(spec_of(dataset)), 5)
    assert np.array_equal(inputs.file, dataset.clips.recording)
    assert len(np.unique(inputs.recording)) < len(np.unique(inputs.file)) == FILES


def columns_of(run) -> np.ndarray:
    return np.stack([run.acoustic[name] for name in sorted(run.acoustic)])


def test_the_sound_is_measured_again_where_its_boxes_have_changed(folder):
    spec = spec_of(add(folder, second=1))
    before = columns_of(compute_run(spec))
    add(folder, second=1, high_hz=950)  # half of the calls pass it
    run = open_run(spec)
    assert run.acoustic == {}
    key = diagnosis_key(run, 5)
    compute_diagnosis(run, 5)  # which measures first
    again = open_run(spec)
    assert again.key == run.key and not np.allclose(columns_of(again), before, equal_nan=True)
    assert diagnosis_key(again, 5) != key and open_diagnosis(again, 5) is not None
    assert "snr_db" in {cause.feature for cause in open_diagnosis(again, 5).causes} | set(again.acoustic)


def test_asking_for_the_run_again_measures_what_is_missing(folder):
    spec = spec_of(add(folder, second=1))
    compute_run(spec)
    add(folder, second=1, high_hz=950)
    assert not open_run(spec).acoustic and compute_run(spec).acoustic


def test_a_diagnosis_without_recordings_to_measure_is_computed_all_the_same(folder):
    spec = spec_of(add(folder, second=1))
    compute_run(spec)
    add(folder, second=1, high_hz=950)
    for path in folder.glob("*.wav"):
        path.unlink()
    run = open_run(spec)
    compute_diagnosis(run, 5)
    assert open_diagnosis(run, 5) is not None and not run.acoustic


def test_what_a_page_remembers_of_a_run_changes_with_what_it_shows(folder):
    spec = spec_of(add(folder, second=1))
    first = compute_run(spec)
    add(folder, second=1)
    assert open_run(spec).state == first.state
    add(folder, second=1, high_hz=950)
    unmeasured = open_run(spec)
    states = {first.state, unmeasured.state}
    measured = compute_run(spec)
    assert unmeasured.key == measured.key == first.key
    assert len({*states, measured.state}) == 3


def test_calls_that_nobody_annotated_come_first_by_those_of_other_recordings(folder):
    time = np.arange(RATE // 2) / RATE
    call = 0.3 * np.sin(2 * np.pi * (1500 - 600 * time) * time) * np.hanning(len(time))
    lines = ["path,start_s,end_s,label,low_hz,high_hz"]
    for i in range(FILES):
        sound = np.random.default_rng(i).normal(scale=0.02, size=20 * RATE)
        for j in range(PER_FILE):
            first = round((4 * j + 0.25) * RATE)
            sound[first : first + len(call)] += call
            if (i + j) % PER_FILE:  # one call of each recording has no box
                lines.append(f"r{i}.wav,{4 * j + 0.25},{4 * j + 0.75},a,800,1600")
        soundfile.write(folder / f"r{i}.wav", sound, RATE, subtype="PCM_16")
    (folder / "calls.csv").write_text("\n".join(lines) + "\n")
    dataset = build_dataset(folder, name="pond", options={"width_s": 1.0, "hop_s": 1.0})
    library.save(dataset)
    run = compute_run(spec_of(dataset))
    assert open_resemblance(dataset, run.rows) is None and diagnosis_inputs(run, 5).alike is None
    before = diagnosis_key(run, 5)
    queue = compute_diagnosis(run, 5).missed
    assert diagnosis_key(run, 5) != before and open_diagnosis(run, 5) is not None
    alike = value_of(diagnosis_inputs(run, 5).alike)
    assert alike.shape == (len(run), 1, 2) and queue.ranking.by == "templates"
    background = np.asarray(run.targets) == 0
    missed = background & (dataset.clips.start_s[run.rows] % 4 == 0)
    assert missed.sum() == FILES and alike[missed, 0, 0].min() > alike[background & ~missed, 0, 0].max()
    assert queue.beyond == FILES and missed[queue.rows[:FILES]].all()


def test_recordings_that_were_away_are_held_against_calls_when_they_are_back(folder):
    dataset = add(folder, second=0)
    run = compute_run(spec_of(dataset))
    path = dataset.recordings[0].path
    away = path.rename(path.with_suffix(".away"))
    compute_diagnosis(run, 5)
    without = open_resemblance(dataset, run.rows)
    assert np.isnan(without.value).any() and np.isfinite(without.value).any()
    away.rename(path)
    compute_diagnosis(run, 5)
    again = open_resemblance(dataset, run.rows)
    assert again.key != without.key and np.isfinite(again.value).all()


def test_calls_looked_for_in_a_part_of_the_sound_are_said_so_and_kept_apart(folder, monkeypatch):
    dataset = add(folder, second=0)
    run = compute_run(spec_of(dataset))
    assert not any("minutes" in note for note in compute_diagnosis(run, 5).notes)
    whole = open_resemblance(dataset, run.rows)
    monkeypatch.setattr(measure, "MAX_STRETCHES", FILES)
    assert open_resemblance(dataset, run.rows).key == whole.key
    monkeypatch.setattr(measure, "MAX_STRETCHES", 3)
    assert open_resemblance(dataset, run.rows) is None
    sentence = f"Clips were held against annotated calls in 3 of {FILES} minutes, drawn by lot."
    assert sentence in compute_diagnosis(run, 5).notes
    part = open_resemblance(dataset, run.rows)
    assert np.isfinite(part.value).all(axis=(1, 2)).sum() == 3 * 20 and np.isfinite(whole.value).all()
