"""One list of options: its arguments on the command line, its values, and readers that do not know one."""

from __future__ import annotations

import argparse

import pytest

from bioviz.cli.settings_arguments import add_settings, given_settings
from bioviz.datasets.build import build_dataset
from bioviz.datasets.formats.choose import readers
from bioviz.datasets.formats.own_options import own_options
from bioviz.datasets.options import OPTIONS, Options
from bioviz.datasets.problems import KINDS, LEFT_OUT, WHAT_TO_DO
from bioviz.errors import BadInput
from tests.datasets.sounds import boxes, labels_of, lines, write

GIVEN = {  # a value that is not the default, as typed on the command line, and as read
    "width_s": ("2.5", 2.5),
    "hop_s": ("0.5", 0.5),
    "min_overlap": ("0.4", 0.4),
    "task": ("detection", "detection"),
    "sample_rate": ("22050", 22050),
    "background_names": ("rain wind", ("rain", "wind")),
    "unknown_names": ("maybe", ("maybe",)),
    "separator": (";", ";"),
    "label_column": ("vogel", "vogel"),
    "min_confidence": ("0.5", 0.5),
    "table": ("t.csv", "t.csv"),
    "ignore": ("notes*.csv", ("notes*.csv",)),
    "unannotated": ("background", "background"),
    "beans": ("watkins", "watkins"),
    "split_fractions": ("0.5 0.3 0.2", (0.5, 0.3, 0.2)),
    "split_seed": ("7", 7),
}


def test_every_option_is_described_and_has_an_argument_that_gives_its_value():
    parser = argparse.ArgumentParser()
    add_settings(parser, Options, leave_out=("columns",))
    for info in OPTIONS:
        assert info.title and info.help.endswith(".") and info.group
        if info.name not in GIVEN:
            continue
        typed, read = GIVEN[info.name]
        namespace = parser.parse_args([f"--{info.name.replace('_', '-')}", *typed.split()])
        options = Options.of(given_settings(namespace, Options))
        assert getattr(options, info.name) == read and list(options.to_dict()) == [info.name]
        assert Options.of(options.to_dict()) == options  # as a job and a dataset keep it
    assert "--columns" not in parser.format_help()


def test_every_option_of_readers_is_known_to_one_and_no_reader_knows_another():
    known = {name for reader in readers().values() for name in own_options(reader)}
    assert known == {info.name for info in OPTIONS if info.of_readers}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"width_s": 0}, "width_s must be above zero"),
        ({"width_s": "wide"}, "width_s must be a number"),
        ({"hop_s": float("nan")}, "hop_s must be"),
        ({"min_overlap": 2}, "min_overlap must be between 0 and 1"),
        ({"min_confidence": -1}, "min_confidence must be between 0 and 1"),
        ({"sample_rate": 0.5}, "sample_rate must be a whole number"),
        ({"task": "both"}, "task must be 'detection' or 'classification'"),
        ({"unannotated": True}, "unannotated must be"),
        ({"table": ["a", "b"]}, "table must be a text"),
        ({"separator": "very long"}, "separator must not be longer"),
        ({"background_names": 3}, "background_names must be names"),
        ({"split_fractions": [0.5, 0.5]}, "split_fractions must be three shares"),
        ({"columns": "start"}, "columns must say which column is what"),
        ({"colour": "x"}, "Unknown option 'colour'"),
    ],
)
def test_a_value_that_cannot_be_is_a_sentence(values, words):
    with pytest.raises(BadInput, match=words):
        Options.of(values)


@pytest.fixture
def folders(tmp_path):
    for seed, label in enumerate(("owl", "frog")):
        write(tmp_path / "folders" / label / "a.wav", seed=seed)
    write(tmp_path / "tracks" / "a.wav")
    lines(tmp_path / "tracks" / "a.txt", "1\t2\towl")
    return tmp_path


@pytest.mark.parametrize(
    ("folder", "reader", "options", "words"),
    [
        (
            "folders",
            None,
            {"label_column": "vogel"},
            "label_column means nothing to the reader “A folder per class”",
        ),
        ("folders", "folders", {"table": "t.csv"}, "table means nothing to the reader “A folder per class”"),
        ("folders", None, {"beans": "watkins"}, "beans means nothing.*It is for “BEANS"),
        ("folders", None, {"min_confidence": 0.5}, "min_confidence means nothing"),
        ("folders", None, {"columns": {"label": "x"}}, "columns means nothing"),
        (
            "tracks",
            None,
            {"label_column": "vogel"},
            "label_column means nothing to the reader “Audacity label tracks”",
        ),
        (
            "tracks",
            None,
            {"columns": {"start": "ini"}},
            "No table could be read with the columns that were given",
        ),
    ],
)
def test_an_option_that_the_reader_does_not_know_is_refused(folders, folder, reader, options, words):
    with pytest.raises(BadInput, match=words):
        build_dataset(folders / folder, reader=reader, options=options)


def test_the_column_of_labels_makes_a_table_known(tmp_path):
    for seed, stem in enumerate("ab"):
        write(tmp_path / f"{stem}.wav", seed=seed)
    lines(tmp_path / "train.csv", "file,vogel", "a.wav,Eule", "b.wav,Frosch")
    dataset = build_dataset(tmp_path, options={"label_column": "Vogel"})
    assert labels_of(dataset) == {"a.wav": [{"Eule"}], "b.wav": [{"Frosch"}]}
    assert {r.split for r in dataset.recordings} == {"train"}  # as where the label has a usual name
    with pytest.raises(BadInput, match="its columns are file, vogel"):
        build_dataset(tmp_path, reader="csv", options={"label_column": "vogel2"})


def test_a_raven_table_that_lacks_the_column_is_said(tmp_path):
    write(tmp_path / "a.wav")
    head = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tSpecies\tSex"
    lines(tmp_path / "a.selections.txt", head, "1\tSpectrogram 1\t1\t1\t2\towl\tf")
    (box,) = boxes(build_dataset(tmp_path, options={"label_column": "Sex"}))
    assert box[3] == "f"
    with pytest.raises(BadInput, match=r"has a column 'Colour'.*Species, Sex"):
        build_dataset(tmp_path, options={"label_column": "Colour"})


def test_every_kind_of_problem_says_what_to_do():
    assert set(WHAT_TO_DO) == set(KINDS) and all(WHAT_TO_DO.values()) and set(KINDS) >= LEFT_OUT
