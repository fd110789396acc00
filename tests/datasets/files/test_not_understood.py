"""Nothing unknown becomes background: a file is read, or asked about, or known to be irrelevant."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioviz.cli import main
from bioviz.datasets.build import build_dataset
from bioviz.datasets.formats.registry import add_format, formats
from bioviz.datasets.tables.column_names import guess, split_unit
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.profiles import TableProfile, list_profiles, load_profile, save_profile
from bioviz.errors import BadInput, NotUnderstood
from tests.datasets.sounds import boxes, kinds, labels_of, lines, write

WINDOWS = {"width_s": 2, "hop_s": 1}
ODD = ("fichero,ini,fini,bicho", "a.wav,1,2,owl")
ODD_COLUMNS = {"path": "fichero", "start": "ini", "end": "fini", "label": "bicho"}


def roles(dataset) -> dict[str, str]:
    return {each["name"]: each["role"] for each in dataset.source["files"]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "\n".join(ODD)),
        ("a.csv", "x;y\n1;2\n"),
        ("a.TextGrid", 'File type = "ooTextFile"\nxmin = 0\n'),
        ("a.wav.data", "no JSON at all"),
        ("a.eaf", '<?xml version="1.0"?><ANNOTATION_DOCUMENT/>'),
        ("t.json", '{"clips": [{"start_time": 1.0, "end_time": 2.0}]}'),
        ("labels.csv", "zeile,vogel\na_5,Eule\n"),
        ("a.mat", "\0\1binary"),
        ("list.csv", "file,vogel\na.wav,Eule\n"),
    ],
)
def test_a_table_that_nobody_knows_never_gives_background(tmp_path, name, content):
    write(tmp_path / "a.wav")
    (tmp_path / name).write_text(content)
    with pytest.raises(NotUnderstood, match=name.replace(".", r"\.")):
        build_dataset(tmp_path)
    write(tmp_path / "b.wav", seed=1)
    lines(tmp_path / "b.txt", "1\t2\towl")  # another recording is annotated in a format that is known
    dataset = build_dataset(tmp_path, options={"unannotated": "background", **WINDOWS})
    assert [r.name for r in dataset.recordings] == ["b.wav"]
    assert roles(dataset)[name] == "not understood" and kinds(dataset)["not_understood"] == [name]


def test_a_table_of_recordings_that_are_not_here_says_nothing_of_the_one_that_has_its_name(tmp_path):
    write(tmp_path / "a.wav")
    write(tmp_path / "b.wav", seed=1)
    lines(tmp_path / "a.csv", "file,owl,frog", "x.wav,1,0", "y.wav,0,1")
    lines(tmp_path / "b.txt", "1\t2\towl")
    for unannotated in ("skip", "background"):
        dataset = build_dataset(tmp_path, options={"unannotated": unannotated, **WINDOWS})
        assert [r.name for r in dataset.recordings] == ["b.wav"] and kinds(dataset)["unlisted"] == ["a.wav"]
    (tmp_path / "b.wav").unlink()
    (tmp_path / "b.txt").unlink()
    with pytest.raises(BadInput, match=r"a\.csv: there is no recording 'x\.wav'"):
        build_dataset(tmp_path, options={"unannotated": "background"})


def test_only_what_a_table_may_speak_of_is_left_out(tmp_path):
    for seed, stem in enumerate("abc"):
        write(tmp_path / f"{stem}.wav", seed=seed)
    lines(tmp_path / "t.csv", *ODD)
    with pytest.raises(NotUnderstood):
        build_dataset(tmp_path)  # of the others nothing is known either
    dataset = build_dataset(tmp_path, options={"unannotated": "background"})
    assert [r.name for r in dataset.recordings] == ["b.wav", "c.wav"]
    assert "fichero, ini, fini, bicho" in next(
        p.detail for p in dataset.problems if p.kind == "not_understood"
    )


def test_clips_without_a_label_go_where_a_second_table_is_not_understood(tmp_path):
    write(tmp_path / "a.wav", seconds=6)
    lines(tmp_path / "a.txt", "0\t1\towl")
    lines(tmp_path / "more.csv", *ODD)
    dataset = build_dataset(tmp_path, options=WINDOWS)
    assert labels_of(dataset) == {"a.wav": [{"owl"}]} and kinds(dataset)["unsure"] == ["a.wav"]


def test_known_and_irrelevant_files_are_neither_asked_about_nor_in_the_way(tmp_path):
    write(tmp_path / "a.wav")
    for name in ("README.md", "photo.JPG", "Thumbs.db", "site_Summary.txt", "CONFIG.TXT", "LICENSE"):
        (tmp_path / name).write_text("a.wav 1 2 x")
    lines(tmp_path / "recordings.csv", "filename,site,date,duration (s),sample rate (Hz)", "a.wav,x,y,4,8000")
    dataset = build_dataset(tmp_path)
    assert set(roles(dataset).values()) == {"facts", "irrelevant"} and dataset.problems == ()
    assert labels_of(dataset) == {"a.wav": [set()]}


def test_the_user_answers_by_explaining_or_leaving_out(tmp_path):
    write(tmp_path / "a.wav", seconds=4)
    lines(tmp_path / "t.csv", *ODD)
    told = build_dataset(tmp_path, options={"columns": ODD_COLUMNS, **WINDOWS})
    assert boxes(told) == [("a.wav", 1.0, 2.0, "owl", None, None)] and roles(told) == {"t.csv": "read"}
    left_out = build_dataset(tmp_path, options={"ignore": "t.csv"})
    assert roles(left_out) == {"t.csv": "irrelevant"} and left_out.labels == ()
    with pytest.raises(BadInput, match="no column 'inicio2'"):
        build_dataset(tmp_path, options={"table": "t.csv", "columns": {**ODD_COLUMNS, "start": "inicio2"}})
    with pytest.raises(BadInput, match="There is no 'colour'"):
        build_dataset(tmp_path, options={"columns": {"colour": "x"}})


@pytest.mark.parametrize(
    ("unit", "first", "second"),
    [
        ("s", "1", "2,5"),
        ("ms", "1000", "2500"),
        ("samples", "8000", "20000"),
        ("clock", "0:01", "00:00:02.5"),
        ("s", "0:01", "2.5"),
        ("min", "0.01666666667", "0.04166666667"),
    ],
)
def test_units_of_time(tmp_path, unit, first, second):
    write(tmp_path / "a.wav", rate=8000)
    lines(tmp_path / "t.csv", "fichero;ini;fini;bicho", f"a.wav;{first};{second};owl")
    (box,) = boxes(build_dataset(tmp_path, options={"columns": {**ODD_COLUMNS, "time_unit": unit}}))
    assert box[1:3] == (1.0, 2.5)


def test_times_of_day_count_from_the_start_of_the_recording(tmp_path):
    write(tmp_path / "x_20200601_053000.wav")
    lines(tmp_path / "t.csv", ODD[0], "x_20200601_053000.wav,2020-06-01 05:30:01,2020-06-01T05:30:02.5,owl")
    (box,) = boxes(build_dataset(tmp_path, options={"columns": {**ODD_COLUMNS, "time_unit": "date"}}))
    assert box[1:3] == (1.0, 2.5)


def test_labels_that_mean_background_unknown_or_nothing(tmp_path):
    write(tmp_path / "a.wav", seconds=10)
    rows = ["a.wav,0,1,owl", "a.wav,4,5,maybe", "a.wav,8,9,leer", "a.wav,6,7,weg"]
    lines(tmp_path / "t.csv", ODD[0], *rows)
    columns = {**ODD_COLUMNS, "unknown": "maybe", "background": ["leer"], "drop": ["weg"]}
    dataset = build_dataset(tmp_path, options={"columns": columns, "width_s": 1, "hop_s": 1})
    assert dataset.labels == ("owl",)
    starts = dataset.clips.start_s[~dataset.clips.labels.any(axis=1)].tolist()
    # Not 4 (something is there, one does not know what) and not 6 (left out by the user).
    assert starts == [1.0, 2.0, 3.0, 5.0, 7.0, 8.0, 9.0]
    assert kinds(dataset)["dropped"] == ["a.wav"]
    half = build_dataset(tmp_path, options={"columns": columns, "width_s": 1, "hop_s": 0.5})
    assert not {5.5, 6.0, 6.5} & set(half.clips.start_s), "nothing that overlaps it, however little"
    assert "3 clips left out" in next(p.detail for p in half.problems if p.kind == "dropped")


@pytest.mark.parametrize("label", ["unknown", "unk", "Unidentified"])
def test_a_label_that_says_i_do_not_know_is_no_species_and_no_background(tmp_path, label):
    write(tmp_path / "a.wav", seconds=6)
    write(tmp_path / "b.wav", seed=1)
    lines(tmp_path / "t.csv", "path,start_s,end_s,label", "a.wav,0,1,owl", f"a.wav,4,5,{label}")
    dataset = build_dataset(tmp_path, options={"width_s": 1, "hop_s": 1})
    assert dataset.labels == ("owl",) and 4.0 not in dataset.clips.start_s
    assert kinds(dataset)["unknown"] == ["a.wav"]
    kept = build_dataset(tmp_path, options={"unknown_names": ["-"], "width_s": 1, "hop_s": 1})
    assert label in kept.labels
    lines(tmp_path / "t.csv", "path,label", "a.wav,owl", f"b.wav,{label}")
    assert labels_of(build_dataset(tmp_path)) == {"a.wav": [{"owl"}]}


def test_labels_written_in_two_ways_and_several_in_a_cell_are_noted(tmp_path):
    rows = [
        "path,label",
        "a.wav,Robin",
        "b.wav,robin",
        "c.wav,1",
        "d.wav,1.0",
        "e.wav,owl;frog",
        "f.wav,frog;owl",
    ]
    for seed, stem in enumerate("abcdef"):
        write(tmp_path / f"{stem}.wav", seed=seed)
    lines(tmp_path / "t.csv", *rows)
    dataset = build_dataset(tmp_path)
    assert len(kinds(dataset)["alike"]) == 2 and len(kinds(dataset)["several_labels"]) == 1
    split = build_dataset(tmp_path, options={"separator": ";"})
    assert split.labels == ("1", "1.0", "Robin", "frog", "owl", "robin")
    assert labels_of(split)["e.wav"] == [{"owl", "frog"}] and "several_labels" not in kinds(split)


def test_peoples_tables_go_before_a_detectors_and_what_is_passed_over_is_named(tmp_path):
    write(tmp_path / "a.wav", seconds=12)
    write(tmp_path / "b.wav", seconds=12, seed=1)
    lines(tmp_path / "a.txt", "1\t2\tHUMAN")
    head = "Start (s),End (s),Scientific name,Common name,Confidence,File"
    lines(tmp_path / "all.csv", head, "6,9,X y,Bird,0.9,a.wav", "6,9,X y,Bird,0.9,b.wav")
    dataset = build_dataset(tmp_path)
    assert [(name, label) for name, _, _, label, _, _ in boxes(dataset)] == [
        ("b.wav", "Bird"),
        ("a.wav", "HUMAN"),
    ] or {(name, label) for name, _, _, label, _, _ in boxes(dataset)} == {
        ("b.wav", "Bird"),
        ("a.wav", "HUMAN"),
    }
    assert kinds(dataset)["passed_over"] == ["all.csv"]
    machine = build_dataset(tmp_path, options={"table": "all.csv"})
    assert {label for _, _, _, label, _, _ in boxes(machine)} == {"Bird"}


def test_two_formats_in_one_folder_are_both_read(tmp_path):
    write(tmp_path / "a.wav")
    write(tmp_path / "b.wav", seed=1)
    head = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies"
    lines(tmp_path / "a.Table.1.selections.txt", head, "1\tS\t1\t1\t2\t0\t900\towl")
    lines(tmp_path / "b.txt", "1\t2\tfrog")
    dataset = build_dataset(tmp_path)
    assert {(name, label) for name, _, _, label, _, _ in boxes(dataset)} == {
        ("a.wav", "owl"),
        ("b.wav", "frog"),
    }
    assert dataset.source["reader"] == "annotated" and dataset.problems == ()


def test_sound_that_cannot_be_opened_is_named_with_advice(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # without ffmpeg
    write(tmp_path / "a.wav")
    for name in ("b.m4a", "c.W4V", "d.wma", "e.zc"):
        (tmp_path / name).write_bytes(b"\0" * 100)
    dataset = build_dataset(tmp_path)
    assert kinds(dataset)["unsupported_audio"] == ["b.m4a", "c.W4V", "d.wma", "e.zc"]
    (tmp_path / "a.wav").unlink()
    with pytest.raises(BadInput, match=r"b\.m4a.*convert"):
        build_dataset(tmp_path)


# --- profiles and names of columns ----------------------------------------------------------------------------------


def test_a_profile_recognizes_the_next_table_and_travels_as_json(tmp_path):
    write(tmp_path / "a.wav")
    lines(
        tmp_path / "t.csv", "bicho,fini,ini,fichero", "owl,2,1,a.wav"
    )  # the order of columns does not count
    profile = TableProfile("Ours", tuple(ODD[0].split(",")), ColumnMapping(**ODD_COLUMNS))
    file = save_profile(profile)
    assert list_profiles() == [profile] == [load_profile(file)]
    dataset = build_dataset(tmp_path)
    assert boxes(dataset) == [("a.wav", 1.0, 2.0, "owl", None, None)]
    assert "Ours" in dataset.source["files"][0]["detail"]


@pytest.mark.parametrize(
    "values",
    [
        [],
        {"bioviz_table_profile": 1},
        {"bioviz_table_profile": 1, "name": "../x", "columns": ["a"], "mapping": {}},
        {"bioviz_table_profile": 1, "name": "x", "columns": ["a"], "mapping": {"start": "b"}},
        {"bioviz_table_profile": 1, "name": "x", "columns": ["a"], "mapping": {"start": 3}},
        {"bioviz_table_profile": 1, "name": "x", "columns": [1], "mapping": {}},
        {"bioviz_table_profile": 1, "name": "x", "columns": ["a", "b"], "mapping": {"label": "a"}},
    ],
)
def test_what_is_no_profile_is_a_sentence(tmp_path, values):
    path = tmp_path / "p.json"
    path.write_text(json.dumps(values))
    with pytest.raises(BadInput, match=r"p\.json"):
        load_profile(path)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("label,onset_s,offset_s,notated_path", ("notated_path", "onset_s", "offset_s", "", "label", "s")),
        ("Datei;Anfang;Ende;Art".replace(";", ","), ("Datei", "Anfang", "Ende", "", "Art", "s")),
        ("file,offset,duration,species", ("file", "offset", "", "duration", "species", "s")),
        ("file,start (ms),end (ms),label", ("file", "start (ms)", "end (ms)", "", "label", "ms")),
        ("file,start_sample,end_sample,label", ("file", "start_sample", "end_sample", "", "label", "samples")),
        ("Filename,Start Time (s),End Time (s),Low Freq (Hz),High Freq (Hz),Species eBird Code",
         ("Filename", "Start Time (s)", "End Time (s)", "", "Species eBird Code", "s")),
        ("file,type,name", ("file", "", "", "", "", "s")),  # words of a list, no labels
    ],
)  # fmt: skip
def test_names_of_columns(header, expected):
    found = guess(header.split(","))
    assert (found.path, found.start, found.end, found.duration, found.label, found.time_unit) == expected


@given(st.text(max_size=40))
def test_splitting_off_a_unit_never_fails(column):
    name, unit = split_unit(column)
    assert column.startswith(name) and unit in ("", "s", "ms", "min", "samples", "Hz", "kHz")


@given(st.lists(st.text(max_size=20), max_size=8))
def test_a_guess_names_columns_that_are_there_each_once(columns):
    found = guess(columns)
    used = [name for name in (found.path, found.start, found.end, found.label, found.low, found.high) if name]
    assert set(used) <= set(columns) and len(set(used)) == len(used)


def test_a_format_from_outside_the_package_takes_part(tmp_path, monkeypatch):
    from bioviz.datasets.formats import registry
    from bioviz.datasets.formats.base import RawAnnotation, TableContent

    class Owls:
        name, title, source = "owls", "Owls of the throw-away kind", "people"

        def recognizes(self, file):
            return 1.0 if file.suffix == ".owls" else 0.0

        def read(self, file, locator, options):
            where = locator.find("")
            return TableContent(
                [RawAnnotation(where, float(line), float(line) + 1, "owl") for line in file.text().split()]
            )

    monkeypatch.setattr(registry, "_added", {})
    add_format(Owls())
    write(tmp_path / "a.wav")
    (tmp_path / "a.owls").write_text("1\n")
    assert boxes(build_dataset(tmp_path)) == [("a.wav", 1.0, 2.0, "owl", None, None)] and "owls" in formats()
    with pytest.raises(ValueError, match="owls"):
        add_format(Owls())


def test_a_table_without_a_header_loses_no_row(tmp_path, capsys):
    """Its columns are numbered, for the command line and for a profile, which knows the next one by its cells."""
    for seed, stem in enumerate("ab"):
        write(tmp_path / "first" / f"{stem}.wav", seed=seed)
    lines(tmp_path / "first" / "t.csv", "a.wav,owl,1.0,2.0", "b.wav,frog,0.5,1.5")
    with pytest.raises(NotUnderstood):
        build_dataset(tmp_path / "first")
    named = {"header": "no", "path": "column 1", "label": "column 2", "start": "column 3", "end": "column 4"}
    found = [("a.wav", 1.0, 2.0, "owl", None, None), ("b.wav", 0.5, 1.5, "frog", None, None)]
    assert boxes(build_dataset(tmp_path / "first", options={"columns": named})) == found
    told = [part for what, column in named.items() for part in ("--column", f"{what}={column}")]
    assert main(["add", str(tmp_path / "first"), *told, "--save-profile", "bare"]) == 0
    capsys.readouterr()
    (profile,) = list_profiles()
    assert profile.columns == ("column 1", "column 2", "column 3", "column 4")
    assert boxes(build_dataset(tmp_path / "first")) == found
    write(tmp_path / "second" / "c.wav", seed=3)
    lines(tmp_path / "second" / "u.csv", "c.wav,newt,0.1,0.2")
    assert boxes(build_dataset(tmp_path / "second")) == [("c.wav", 0.1, 0.2, "newt", None, None)]
    for other in ("c.wav,newt,x,0.2", "file,label,begin,finish", "c.wav,1,2"):
        assert not profile.fits(other.split(","))
    with pytest.raises(BadInput, match="header must be yes or no"):
        ColumnMapping(header="perhaps")


@pytest.mark.parametrize("row", ["a.wav,1200,2400,owl", "a.wav,later,then,owl"])
def test_a_table_of_which_no_time_fits_is_asked_about(tmp_path, own_cache, row, capsys):
    write(tmp_path / "a.wav", seconds=6)
    lines(tmp_path / "t.csv", "path,start_s,end_s,label", row)
    with pytest.raises(NotUnderstood, match="unit") as question:
        build_dataset(tmp_path)
    assert [(each.name, each.role) for each in question.value.accounts] == [("t.csv", "not understood")]
    assert main(["add", str(tmp_path)]) == 4 and "time_unit=ms" in capsys.readouterr().err
