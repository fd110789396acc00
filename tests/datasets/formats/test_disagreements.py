"""Two tables of people that contradict each other about the same sound: noted with a count, never in silence."""

from __future__ import annotations

import pytest

from bioviz.datasets.build import build_dataset
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.formats.disagreements import disagreements
from bioviz.datasets.options import Options
from tests.datasets.sounds import kinds, lines, write

HEADER = "path,start_s,end_s,label"
WINDOWS = {"width_s": 1, "hop_s": 1}


@pytest.fixture
def folder(tmp_path):
    for seed, name in enumerate(("a.wav", "b.wav")):
        write(tmp_path / name, seconds=8, seed=seed)
    return tmp_path


def test_other_labels_for_the_same_stretch_are_noted_with_their_count(folder):
    lines(folder / "anna.csv", HEADER, "a.wav,1,2,owl", "a.wav,4,5,owl", "b.wav,1,2,owl", "b.wav,5,6,owl")
    lines(
        folder / "ben.csv",
        HEADER,
        "a.wav,1.1,2,frog",
        "a.wav,4,5,owl",
        "b.wav,1,2.2,background",
        "b.wav,3,4,frog",
    )
    dataset = build_dataset(folder, options=WINDOWS)
    (noted,) = (each for each in dataset.problems if each.kind == "other_labels")
    assert noted.file == "anna.csv"
    assert noted.detail == (
        "it and ben.csv give other labels to the same sound 2 times in 2 recordings: "
        "1.00 to 2.00 s of a.wav is “owl” in one, “frog” in the other"
    )
    assert dataset.labels == ("frog", "owl")  # nothing is taken away


def test_other_labels_for_a_whole_recording_are_noted(folder):
    lines(folder / "anna.csv", "path,label", "a.wav,owl", "b.wav,frog")
    lines(folder / "ben.csv", "path,label", "a.wav,background", "b.wav,frog")
    (noted,) = (p for p in build_dataset(folder).problems if p.kind == "other_labels")
    assert "a.wav is “owl” in one, “background” in the other" in noted.detail and " once: " in noted.detail


@pytest.mark.parametrize(
    "second",
    [
        ["a.wav,1,2,owl"],
        ["a.wav,1,2,frog", "a.wav,1,2,owl"],  # both call: the first table says less, not otherwise
        ["a.wav,1,2,?"],
        ["a.wav,3,4,frog"],
        ["a.wav,1.8,4,frog"],
        ["b.wav,1,2,frog"],
    ],
)
def test_what_is_no_contradiction_is_not_noted(folder, second):
    lines(folder / "anna.csv", HEADER, "a.wav,1,2,owl", "b.wav,6,7,owl")
    lines(folder / "ben.csv", HEADER, *second)
    assert "other_labels" not in kinds(build_dataset(folder, options=WINDOWS))


def test_two_sounds_at_one_time_and_other_frequencies_are_no_contradiction():
    def box(label, low, high):
        return TableContent([RawAnnotation("a.wav", 1.0, 2.0, label, low, high)])

    apart = {"anna.csv": box("owl", 300, 800), "ben.csv": box("frog", 2000, 4000)}
    assert not disagreements(apart, Options())
    assert disagreements({**apart, "cleo.csv": box("fox", 400, 900)}, Options())[0].file == "anna.csv"


def test_many_boxes_at_one_place_take_no_long_time():
    names = [
        TableContent([RawAnnotation("a.wav", i * 1e-6, 9.0, label) for i in range(20_000)]) for label in "xy"
    ]
    (noted,) = disagreements(dict(zip(("anna.csv", "ben.csv"), names, strict=True)), Options())
    assert noted.kind == "other_labels"
