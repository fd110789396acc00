"""Without datasets.yml, BEANS's published lists decide targets; what they lack is said, and never background."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bioviz.datasets.beans import labels as beans_labels
from bioviz.datasets.build import build_dataset
from bioviz.datasets.formats import beans
from tests.datasets.sounds import kinds, lines, write

COUNTS = {"esc50": 50, "speech-commands": 35, "watkins": 31, "bats": 10, "cbi": 264, "dogs": 10, "humbugdb": 14,
          "dcase": 18, "enabirds": 34, "hiceas": 1, "rfcx": 24, "hainan-gibbons": 3}  # fmt: skip


def detection(folder: Path, labels: list[list[object]], within: str = "data/rfcx") -> Path:
    """One recording of 10 s with all of its labels on 2 to 8 s for each list of labels."""
    entries = []
    for i, on in enumerate(labels):
        write(folder / "wav" / f"r{i}.wav", seconds=10, rate=8000, seed=i)
        boxes = [{"st": 2.0, "ed": 8.0, "label": label} for label in on]
        path = f"{within}/wav/r{i}.wav" if within else f"wav/r{i}.wav"
        entries.append(json.dumps({"path": path, "length": 10.0, "annotations": boxes}))
    lines(folder / "train.jsonl", *entries)
    return folder


def test_the_lists_are_those_of_beans():
    assert {name: len(labels) for name, labels in beans_labels.published().items()} == COUNTS
    assert all(len(set(labels)) == len(labels) for labels in beans_labels.published().values())
    assert beans_labels.published()["rfcx"] == tuple(str(i) for i in range(24))
    assert beans_labels.published()["enabirds"][-1] == "OTHR"
    assert set(beans.PLANS) == set(COUNTS)
    for plan in beans.PLANS.values():
        assert plan.unknown_label is None or plan.unknown_label in plan.labels


def test_the_first_label_is_the_first_of_the_list_and_not_of_the_alphabet(tmp_path):
    dataset = build_dataset(detection(tmp_path / "rfcx", [[10, 2], [9], [], [23, 3]]))
    assert dataset.labels == tuple(str(i) for i in range(24))
    names = [dataset.target_names[t] for t in dataset.targets]
    assert names == ["2", "9", "background", "3"]  # by the alphabet 10 comes before 2, and 23 before 3
    assert not kinds(dataset).get("unknown_label")


def test_an_unknown_bird_is_othr_and_an_unknown_gibbon_is_1(tmp_path):
    birds = build_dataset(
        detection(tmp_path / "enabirds", [["XYZW"], ["AMCR", "BCCH"], ["AMCR"], ["OVEN"]], "data/enabirds")
    )
    first = birds.targets[birds.clips.recording == 0]
    assert birds.target_names[first.max()] == "OTHR" and first.max() == 34
    assert kinds(birds)["unknown_label"] == ["wav/r0.wav"]
    assert any("taken as 'OTHR'" in problem.detail for problem in birds.problems)
    gibbons = build_dataset(detection(tmp_path / "hainan_gibbons", [[7], [2], [3]], "data/hainan_gibbons"))
    assert gibbons.labels == ("1", "2", "3") and gibbons.targets[gibbons.clips.recording == 0].max() == 1


def test_a_label_that_the_list_lacks_is_said_and_stays_a_label(tmp_path):
    dataset = build_dataset(detection(tmp_path / "dcase", [["SWTH"], ["OVEN"], ["owl"], []], "data/dcase"))
    assert dataset.labels == (*beans_labels.published()["dcase"], "owl")
    assert [dataset.target_names[t] for t in np.unique(dataset.targets)] == [
        "background",
        "OVEN",
        "SWTH",
        "owl",
    ]
    (said,) = [p.detail for p in dataset.problems if p.kind == "unknown_label"]
    assert said == "the list of dcase lacks owl; put behind the labels that it has"


def test_other_labels_in_a_folder_of_that_name_are_taken_as_they_are(tmp_path):
    dataset = build_dataset(detection(tmp_path / "rfcx", [["owl"], ["frog"], ["bat"], [3]]))
    assert dataset.labels == ("3", "bat", "frog", "owl")
    assert (dataset.targets > 0).sum() == 4
    (said,) = [p.detail for p in dataset.problems if p.kind == "unknown_label"]
    assert said.startswith("most of the 4 labels here are not among the 24 published for rfcx")


@pytest.mark.parametrize(
    ("labels", "within", "name"),
    [
        ([[1], [2], [3]], "data/hainan_gibbons", "hainan-gibbons"),  # by the paths
        ([[1], [2], [3]], "somewhere/rfcx", "rfcx"),
        ([["SWTH", "CALL"], ["GIG"], ["SQT"]], "", "dcase"),  # by the labels
    ],
)
def test_a_folder_of_another_name_is_known_by_its_tables(tmp_path, labels, within, name):
    dataset = build_dataset(detection(tmp_path / "mine", labels, within))
    assert (dataset.name, dataset.labels) == (name, beans_labels.published()[name])


def test_a_table_of_files_is_known_by_its_labels(tmp_path):
    for i in range(4):
        write(tmp_path / "mine" / f"{i}.wav", seconds=1, seed=i)
    names = ["Zoe", "Farley", "Mac", "Rudy"]
    lines(tmp_path / "mine" / "train.csv", "path,label", *(f"{i}.wav,{name}" for i, name in enumerate(names)))
    dataset = build_dataset(tmp_path / "mine")
    assert (dataset.name, dataset.labels) == ("dogs", beans_labels.published()["dogs"])
    assert sorted(dataset.targets.tolist()) == [1, 6, 8, 10]


def test_another_table_of_files_is_not_taken_for_beans(tmp_path):
    for i in range(3):
        write(tmp_path / "mine" / f"{i}.wav", seconds=1, seed=i)
    lines(tmp_path / "mine" / "train.csv", "path,label", "0.wav,owl", "1.wav,frog", "2.wav,bat")
    assert build_dataset(tmp_path / "mine").source["reader"] != "beans"
