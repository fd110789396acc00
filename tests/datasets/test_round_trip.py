"""What is exported and read again are the same clips with the same labels, also where windows overlap."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioviz.datasets import export
from bioviz.datasets.build import build_dataset
from bioviz.datasets.tables.exported import NOTE
from tests.datasets.sounds import kinds, lines, write


def exported(dataset, rows, format: str) -> dict[str, bytes]:
    match format:
        case "csv":
            return {"clips.csv": export.to_csv(dataset, rows, {"x": np.arange(len(rows))})}
        case "raven":
            return export.to_raven(dataset, rows)
        case "raven-combined":
            return {"clips.txt": export.to_raven_combined(dataset, rows)}
    return export.to_audacity(dataset, rows)


FORMATS = ["csv", "raven", "raven-combined", "audacity"]


def said(dataset) -> list[tuple]:
    """(recording, start, end in samples of the plan, labels) of every clip, in order."""
    clips = dataset.clips
    return [
        (
            dataset.recordings[clips.recording[i]].name,
            round(float(clips.start_s[i]), 4),
            round(float(clips.end_s[i]), 4),
            frozenset(np.array(dataset.labels)[clips.labels[i]].tolist()),
        )
        for i in range(len(clips))
    ]


def again(dataset, files: dict[str, bytes], tmp_path, **options):
    target = tmp_path / "again"
    for recording in dataset.recordings:
        place = target / recording.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(recording.path, place)
    for name, content in files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
    return build_dataset(target, options=options or None)


@pytest.fixture
def calls(tmp_path):
    """Overlapping windows, several labels on some, background between, a recording that ends within a window."""
    root = tmp_path / "calls"
    write(root / "a.wav", seconds=12)
    write(root / "s 1" / "b.flac", seconds=7.3, seed=1)
    write(root / "c.wav", seconds=2, seed=2)
    rows = [
        "a.wav,1,2.2,owl",
        "a.wav,2,2.4,frog",
        "a.wav,9,9.1,owl",
        "s 1/b.flac,3,5,frog",
        "c.wav,0.5,1,Käuzchen",
    ]
    lines(root / "t.csv", "path,start,end,label", *rows)
    return build_dataset(root, options={"width_s": 3, "hop_s": 1})


@pytest.mark.parametrize("format", FORMATS)
def test_all_clips(calls, tmp_path, format):
    rows = np.arange(len(calls.clips))
    found = again(calls, exported(calls, rows, format), tmp_path)
    assert said(found) == said(calls) and found.labels == calls.labels
    assert (found.plan.width_s, found.plan.hop_s) == (3, 1)
    assert set(kinds(found)) <= {"background_label"}
    assert [r.split for r in found.recordings] == [r.split for r in calls.recordings]
    assert found.clips.split.tolist() == calls.clips.split.tolist()
    assert said(again(found, exported(found, rows, format), tmp_path / "x")) == said(calls)  # and once more


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("seed", range(3))
def test_some_clips(calls, tmp_path, format, seed):
    rows = np.sort(np.random.default_rng(seed).choice(len(calls.clips), 6, replace=False))
    found = again(calls, exported(calls, rows, format), tmp_path)
    everything = said(calls)
    starts = [(name, start, labels) for name, start, _, labels in said(found)]
    assert starts == [(name, start, labels) for name, start, _, labels in (everything[row] for row in rows)]


@pytest.mark.parametrize("format", FORMATS)
def test_clips_that_are_whole_files(tmp_path, format):
    for i, (name, seconds) in enumerate([("owl", 3), ("frog", 30), ("noise", 9)]):
        write(tmp_path / "files" / name / f"{i}.wav", seconds=seconds, seed=i)
    whole = build_dataset(tmp_path / "files", options={"task": "classification"})
    found = again(whole, exported(whole, np.arange(3), format), tmp_path)
    assert {(name, start, labels) for name, start, _, labels in said(found)} == {
        (name, start, labels) for name, start, _, labels in said(whole)
    }
    assert found.plan.width_s == whole.plan.width_s == 10


def test_a_length_that_is_set_makes_new_windows(calls, tmp_path):
    files = exported(calls, np.arange(len(calls.clips)), "csv")
    assert again(calls, files, tmp_path, width_s=2, hop_s=2).plan.width_s == 2


def test_label_tracks_that_were_changed_are_annotations_again(calls, tmp_path):
    files = exported(calls, np.arange(len(calls.clips)), "audacity")
    files["a.txt"] = b"1.234\t2.5\towl\n"
    found = again(calls, files, tmp_path, width_s=3, hop_s=1)
    assert any(a.start_s == 1.234 for a in found.annotations)
    for broken in (
        b"",
        b"[]",
        b"{",
        b"[" * 9999,
        b'{"bioviz_clips": 1}',
        b'{"bioviz_clips": 1, "width_s": "x", "hop_s": 0}',
    ):
        files[NOTE] = broken
        assert len(again(calls, files, tmp_path).clips)


def test_annotations_of_people_are_never_taken_for_clips(tmp_path):
    write(tmp_path / "a.wav", seconds=12)
    lines(tmp_path / "a.txt", "0\t3\towl", "3\t6\tbackground")
    assert len(build_dataset(tmp_path, options={"width_s": None}).clips) == 7


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("format", FORMATS)
def test_any_splits_and_labels_come_back(tmp_path_factory, format, data):
    root = tmp_path_factory.mktemp("any")
    splits = data.draw(st.lists(st.sampled_from(["train", "valid", "test"]), min_size=3, max_size=3))
    rows = []
    for i, (name, split) in enumerate(zip(["a.wav", "nord/a.wav", "b c.flac"], splits, strict=True)):
        write(root / "from" / name, seconds=4, rate=2000, seed=i)
        boxes = data.draw(
            st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["owl", "Käuzchen", "x y"])), max_size=4)
        )
        rows += [f"{name},{start},{start + 1},{label},{split}" for start, label in boxes] or [
            f"{name},,,,{split}"
        ]
    lines(root / "from" / "t.csv", "path,start,end,label,split", *rows)
    dataset = build_dataset(root / "from", options={"width_s": 2, "hop_s": 1})
    rows = np.sort(data.draw(st.permutations(range(len(dataset.clips))))[: data.draw(st.integers(1, 9))])
    found = again(dataset, exported(dataset, rows, format), root)
    splits_of = {r.name: r.split for r in dataset.recordings}
    assert all(r.split == splits_of[r.name] for r in found.recordings)
    everything = said(dataset)
    assert [(name, start, labels) for name, start, _, labels in said(found)] == [
        (name, start, labels) for name, start, _, labels in (everything[row] for row in rows)
    ]
