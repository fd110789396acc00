"""BEANS by its plan, and which reader is chosen."""

from __future__ import annotations

import json
import shutil

import pytest

from bioviz.datasets.build import build_dataset
from bioviz.datasets.formats.choose import readers, sniff_all
from bioviz.errors import BadInput, Missing
from tests.datasets.sounds import kinds, labels_of, lines, write

WINDOWS = {"width_s": 2, "hop_s": 1}

YML = """
- {name: watkins, type: classification, train_data: data/watkins/annotations.train.csv,
   test_data: data/watkins/annotations.test.csv, labels: [Zeta, Alpha], unknown_label: null, num_labels: 2,
   sample_rate: 44100, max_duration: 3}
- {name: hainan-gibbons, type: detection, train_data: data/hainan_gibbons/train.jsonl,
   test_data: data/hainan_gibbons/test.jsonl, labels: [1, 2, 3], unknown_label: 1, num_labels: 3,
   sample_rate: 9600, window_width: 4, window_shift: 2}
"""


def _beans(root):
    (root / "datasets.yml").write_text(YML)
    folder = root / "data" / "hainan_gibbons"
    write(folder / "wav" / "a.wav", seconds=10, rate=9600)
    write(folder / "wav" / "b.wav", seconds=3, rate=9600, seed=1)
    write(folder / "wav" / "c.wav", seconds=1, rate=9600, seed=2)
    path = "data/hainan_gibbons/wav"
    calls = [
        {"st": 0.5, "ed": 3.0, "label": 2},
        {"st": 5.0, "ed": 9.0, "label": 9},
        {"st": 5.0, "ed": 9.0, "label": 3},
    ]
    lines(
        folder / "train.jsonl",
        json.dumps({"path": f"{path}/a.wav", "length": 10.0, "annotations": calls}),
        "{broken",
    )
    lines(folder / "test.jsonl", *[json.dumps({"path": f"{path}/{n}.wav", "length": s, "annotations": []})
                                    for n, s in (("b", 3.0), ("c", 1.0))])  # fmt: skip
    return root


def test_beans_detection_by_its_plan(tmp_path):
    dataset = build_dataset(_beans(tmp_path))
    assert (dataset.name, dataset.task, dataset.sample_rate) == ("hainan-gibbons", "detection", 9600)
    assert (dataset.plan.width_s, dataset.plan.hop_s, dataset.labels) == (4.0, 2.0, ("1", "2", "3"))
    # An unknown label is 1; a recording less than a hop short gives a padded window, a shorter one none.
    assert labels_of(dataset) == {
        "data/hainan_gibbons/wav/a.wav": [{"2"}, {"1", "2", "3"}, {"1", "3"}, {"1", "3"}],
        "data/hainan_gibbons/wav/b.wav": [set()],
    }  # fmt: skip
    assert dataset.targets.tolist() == [2, 1, 1, 1, 0]
    assert dataset.clips.split.tolist() == ["train"] * 4 + ["test"]
    found = kinds(dataset)
    assert found["unknown_label"] == ["data/hainan_gibbons/wav/a.wav"] and len(found["too_short"]) == 2
    assert found["bad_row"] == ["data/hainan_gibbons/train.jsonl"]


def test_beans_keeps_the_declared_order_of_labels(tmp_path):
    _beans(tmp_path)
    write(tmp_path / "data" / "watkins" / "a.wav")
    write(tmp_path / "data" / "watkins" / "b.wav", seed=5)
    lines(tmp_path / "data/watkins/annotations.train.csv", "path,label", "data/watkins/a.wav,Zeta")
    lines(tmp_path / "data/watkins/annotations.test.csv", "path,label", "data/watkins/b.wav,Alpha")
    with pytest.raises(BadInput, match="watkins, hainan-gibbons"):
        build_dataset(tmp_path)
    dataset = build_dataset(tmp_path, options={"beans": "watkins"})
    assert dataset.labels == ("Zeta", "Alpha") and dataset.targets.tolist() == [1, 2]
    assert (dataset.plan.width_s, dataset.sample_rate) == (3.0, 44100)
    assert dataset.clips.split.tolist() == ["train", "test"]


def test_beans_folder_without_yml_is_known_by_its_name(tmp_path):
    _beans(tmp_path)
    folder = tmp_path / "data" / "hainan_gibbons"
    dataset = build_dataset(folder)
    assert (dataset.source["reader"], dataset.name, dataset.plan.width_s) == ("beans", "hainan-gibbons", 4.0)
    elsewhere = shutil.copytree(folder, tmp_path / "unknown")
    assert build_dataset(elsewhere).name == "hainan-gibbons"  # by the paths in its tables
    for table in elsewhere.glob("*.jsonl"):
        table.write_text(table.read_text().replace("data/hainan_gibbons/", ""))
    with pytest.raises(BadInput, match="beans"):  # numbers as labels tell nothing
        build_dataset(elsewhere)
    assert build_dataset(elsewhere, options={"beans": "dcase"}).plan.width_s == 2.0


def test_beans_broken_yml(tmp_path):
    (tmp_path / "datasets.yml").write_text("- {name: [")
    with pytest.raises(BadInput, match=r"datasets\.yml"):
        build_dataset(tmp_path)


# --- choosing -------------------------------------------------------------------------------------------------------


def test_recordings_alone_are_windows_without_labels(tmp_path):
    write(tmp_path / "S1" / "S1_20240501_040000.wav", seconds=5)
    write(tmp_path / "S2" / "S2_20240501_040000.wav", seconds=5, seed=1)
    dataset = build_dataset(tmp_path, options=WINDOWS)
    assert dataset.source["reader"] == "recordings" and dataset.labels == ()
    assert [r.site for r in dataset.recordings] == ["S1", "S2"]
    assert build_dataset(tmp_path, reader="folders").labels == ("S1", "S2")


def test_unknown_reader_and_empty_folder(tmp_path):
    with pytest.raises(Missing, match="folders"):
        build_dataset(tmp_path, reader="nope")
    with pytest.raises(BadInput, match="no audio"):
        build_dataset(tmp_path)
    with pytest.raises(BadInput, match="not a folder"):
        build_dataset(tmp_path / "gone")


def test_no_reader_trips_over_odd_files(tmp_path):
    write(tmp_path / "a.wav")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00" * 100)
    (tmp_path / "quotes.csv").write_text('path,label\n"a.wav,x\n')
    (tmp_path / "lines.jsonl").write_text("[1, 2]\n{}")
    (tmp_path / "x.txt").mkdir()
    (tmp_path / ".hidden.wav").write_bytes(b"")
    assert sniff_all(tmp_path)
    for name in readers():
        try:
            build_dataset(tmp_path, reader=name)
        except BadInput as error:
            assert len(str(error)) > 20


def test_every_file_of_a_beans_folder_is_accounted_for(tmp_path):
    root = tmp_path / "rfcx"
    for seed, name in enumerate(["a", "b", "original/c", "original/d"]):
        write(root / f"{name}.wav", seconds=10, seed=seed)
    row = (
        '{"path": "data/rfcx/%s.wav", "length": 10.0, "annotations": [{"st": 1.0, "ed": 2.0, "label": "1"}]}'
    )
    lines(root / "train.jsonl", row % "a")
    lines(root / "test.jsonl", row % "b")
    lines(root / "odd.csv", "fichero,ini,fini,bicho", "a.wav,1,2,owl")
    lines(root / "README.md", "hello")
    lines(root / "a.txt", "1\t2\towl")
    dataset = build_dataset(root)
    assert {each["name"]: (each["role"], each["rows"]) for each in dataset.source["files"]} == {
        "train.jsonl": ("read", 1),
        "test.jsonl": ("read", 1),
        "odd.csv": ("not understood", 0),
        "README.md": ("irrelevant", 0),
        "a.txt": ("unused", 0),
    }
    found = kinds(dataset)
    assert found["not_understood"] == ["odd.csv"] and found["unlisted"] == ["original"]
    assert (~dataset.clips.labels.any(axis=1)).sum() == 0 and len(dataset.clips) == 2
