"""A missing label is asked about: until somebody says what it means, its stretch is neither a call nor background."""

from __future__ import annotations

import json

import pytest

from bioviz.cli import main
from bioviz.datasets.build import build_dataset
from bioviz.datasets.option_kinds import Meanings
from bioviz.errors import BadInput, NotUnderstood
from tests.datasets.sounds import kinds, labels_of, lines, write

WINDOWS = {"width_s": 1, "hop_s": 1}
WRITTEN = ["", "nan", "NA", "?", "????", "N/A", "#N/A", "<NA>", "-", "."]
HEADER = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies"


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "a.wav", seconds=6)
    write(tmp_path / "b.wav", seed=1)
    return tmp_path


def table(folder, label):
    lines(folder / "t.csv", "path,start_s,end_s,label", "a.wav,0,1,owl", f"a.wav,4,5,{label}")


def free(dataset) -> list[float]:
    """Starts of the background clips."""
    return dataset.clips.start_s[~dataset.clips.labels.any(axis=1)].tolist()


@pytest.mark.parametrize("label", WRITTEN)
def test_it_is_neither_call_nor_background_until_it_is_answered(folder, label):
    table(folder, label)
    dataset = build_dataset(folder, options=WINDOWS)
    assert dataset.labels == ("owl",) and free(dataset) == [1.0, 2.0, 3.0, 5.0]
    assert kinds(dataset)["no_label"] == ["a.wav"] and "unknown" not in kinds(dataset)
    (count,) = dataset.source["missing_labels"].values()
    assert count == 1


@pytest.mark.parametrize("label", WRITTEN)
@pytest.mark.parametrize(
    ("answer", "labels", "background"),
    [
        ("unknown", ("owl",), [1.0, 2.0, 3.0, 5.0]),
        ("background", ("owl",), [1.0, 2.0, 3.0, 4.0, 5.0]),
        ("drop", ("owl",), [1.0, 2.0, 3.0, 5.0]),
        ("frog", ("frog", "owl"), [1.0, 2.0, 3.0, 5.0]),
    ],
)
def test_an_answer_counts_and_is_no_longer_asked(folder, label, answer, labels, background):
    table(folder, label)
    word = {"": "empty", "????": "?"}.get(label, label)
    for said in (answer, f"{word}={answer}"):
        dataset = build_dataset(folder, options={**WINDOWS, "missing_labels": said})
        assert dataset.labels == labels and free(dataset) == background
        assert "no_label" not in kinds(dataset) and not dataset.source["missing_labels"]
        assert ("dropped" in kinds(dataset)) == (answer == "drop")


def test_each_word_has_its_own_answer_and_the_rest_is_still_asked(folder):
    rows = ["a.wav,0,1,owl", "a.wav,2,3,NA", "a.wav,4,5,", "a.wav,5,6,??"]
    lines(folder / "t.csv", "path,start_s,end_s,label", *rows)
    dataset = build_dataset(folder, options={**WINDOWS, "missing_labels": {"na": "NA", "?": "background"}})
    assert dataset.labels == ("NA", "owl") and free(dataset) == [1.0, 3.0, 5.0]
    assert dataset.source["missing_labels"] == {"": 1}


def test_names_that_mean_background_or_unknown_go_first(folder):
    table(folder, "NA")
    assert "no_label" not in kinds(build_dataset(folder, options={"unknown_names": ["na"], **WINDOWS}))
    assert "no_label" not in kinds(build_dataset(folder, options={"background_names": ["NA"], **WINDOWS}))


def test_labels_of_whole_recordings_are_asked_about_too(folder):
    lines(folder / "t.csv", "path,label", "a.wav,owl", "b.wav,")
    dataset = build_dataset(folder)
    assert labels_of(dataset) == {"a.wav": [{"owl"}]} and dataset.source["missing_labels"] == {"": 1}
    dataset = build_dataset(folder, options={"missing_labels": "background"})
    assert labels_of(dataset) == {"a.wav": [{"owl"}], "b.wav": [set()]}
    dataset = build_dataset(folder, options={"missing_labels": "empty=drop"})
    assert labels_of(dataset) == {"a.wav": [{"owl"}]} and kinds(dataset)["dropped"] == ["b.wav"]


def test_a_raven_table_without_a_column_of_labels_is_asked_about(tmp_path):
    write(tmp_path / "r.wav", seconds=6)
    header = HEADER.removesuffix("\tSpecies")
    lines(tmp_path / "r.Table.1.selections.txt", header, "1\tSpectrogram 1\t1\t1\t2\t0\t900")
    dataset = build_dataset(tmp_path, options=WINDOWS)
    assert dataset.labels == () and free(dataset) == [0.0, 2.0, 3.0, 4.0, 5.0]
    assert build_dataset(tmp_path, options={**WINDOWS, "missing_labels": "Kiwi"}).labels == ("Kiwi",)


def test_where_nothing_is_left_the_question_is_asked_all_the_same(tmp_path):
    write(tmp_path / "a.wav")
    lines(tmp_path / "t.csv", "path,label", "a.wav,?")
    with pytest.raises(NotUnderstood, match="missing-labels") as asked:
        build_dataset(tmp_path)
    assert asked.value.missing == {"?": 1}


def test_the_command_says_4_until_it_is_answered(folder, capsys):
    table(folder, "NA")
    assert main(["add", str(folder), "--check", "--json"]) == 4
    (group,) = [
        g for g in json.loads(capsys.readouterr().out)["report"]["problems"] if g["kind"] == "no_label"
    ]
    assert "'NA'" in group["items"][0][1]
    for answer in ("unknown", "NA=background", "empty=drop,na=NA"):
        # b.wav, which no table mentions, is answered too
        told = ["--missing-labels", answer, "--unannotated", "background"]
        assert main(["add", str(folder), "--check", *told]) == 0
    lines(folder / "t.csv", "path,label", "a.wav,?", "b.wav,?")
    assert main(["add", str(folder), "--check"]) == 4
    assert "--missing-labels" in capsys.readouterr().err


@pytest.mark.parametrize("value", [3, "empty=", ["a", 3], {"na": 3}, {"na": "a,b"}])
def test_an_answer_that_cannot_be_read_is_a_sentence(folder, value):
    with pytest.raises(BadInput, match="missing_labels"):
        build_dataset(folder, options={"missing_labels": value})


def test_answers_are_written_as_they_are_read():
    answers = {"": "call", "na": "background", "*": "drop"}
    assert Meanings().read("x", Meanings.written(answers)) == answers
