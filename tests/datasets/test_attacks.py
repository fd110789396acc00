"""Nasty tables: read right, named or asked about; never background in silence, never a traceback."""

from __future__ import annotations

import pytest

from bioviz.datasets.build import build_dataset
from bioviz.errors import BadInput, NotUnderstood
from tests.datasets.sounds import boxes, kinds, labels_of, lines, write

WINDOWS = {"width_s": 1, "hop_s": 1}
HEADER = "path,start,end,label"


@pytest.fixture
def folder(tmp_path):
    for seed, stem in enumerate("ab"):
        write(tmp_path / f"{stem}.wav", seconds=6, seed=seed)
    return tmp_path


def spans(dataset):
    return [(name, start, end, label) for name, start, end, label, _, _ in boxes(dataset)]


def free(dataset) -> dict[str, int]:
    """How many background clips each recording has."""
    return {name: sum(not own for own in of) for name, of in labels_of(dataset).items()}


READ = {
    "columns in another order": "label,end,start,path\nowl,2,1,a.wav\n",
    "trailing separators": f"{HEADER},\na.wav,1,2,owl,\n",
    "decimal comma": "path;start;end;label\na.wav;1,0;2,0;owl\n",
    "decimal comma in quotes": f'{HEADER}\na.wav,"1,0","2,0",owl\n',
    "Windows line ends": f"{HEADER}\r\na.wav,1,2,owl\r\n",
    "a path elsewhere": f"{HEADER}\n/some/where/else/a.wav,1,2,owl\n",
    "a Windows path": f"{HEADER}\nC:\\data\\a.wav,1,2,owl\n",
    "another case": f"{HEADER}\nA.WAV,1,2,owl\n",
    "clock": f"{HEADER}\na.wav,00:00:01,00:00:02,owl\n",
}


@pytest.mark.parametrize("name", READ)
def test_it_is_read_right(folder, name):
    (folder / "t.csv").write_bytes(READ[name].encode("utf-8-sig"))
    dataset = build_dataset(folder, options=WINDOWS)
    assert spans(dataset) == [("a.wav", 1.0, 2.0, "owl")] and free(dataset) == {"a.wav": 5}


UNSURE = {  # of a.wav something is not known: none of its clips is background
    "end before start": "a.wav,5,2,owl",
    "all times beyond the file": "a.wav,1000,2000,owl",
    "all times before it": "a.wav,-3,-1,owl",
    "no times": "a.wav,,,owl",
    "no end": "a.wav,1,,owl",
    "infinite": "a.wav,1,inf,owl",
    "a separator within the label": "a.wav,1,2,Owl, tawny",
}


@pytest.mark.parametrize("name", UNSURE)
def test_a_recording_of_which_something_is_not_known_is_not_background(folder, name):
    lines(folder / "t.csv", HEADER, UNSURE[name], "b.wav,1,2,owl")
    dataset = build_dataset(folder, options=WINDOWS)
    assert free(dataset).get("a.wav", 0) == 0 and free(dataset)["b.wav"] == 5
    assert {"bad_row", "past_end"} & set(kinds(dataset)) and dataset.labels == ("owl",)


def test_a_call_without_a_length_is_no_background(folder):
    lines(folder / "t.csv", HEADER, "a.wav,3.5,3.5,owl", "b.wav,1,2,owl")
    dataset = build_dataset(folder, options=WINDOWS)
    assert free(dataset) == {"a.wav": 5, "b.wav": 5} and kinds(dataset)["point"] == ["a.wav"]


@pytest.mark.parametrize("head", ["# by me\n", "My survey\n", "My survey;;;\n"])
def test_beside_a_table_that_is_not_understood_no_recording_is_background(folder, head):
    (folder / "t.csv").write_text(f"{head}when;what\n1-2 a;owl\na.wav;x\n")
    with pytest.raises(NotUnderstood):
        build_dataset(folder)
    dataset = build_dataset(folder, options={"unannotated": "background", **WINDOWS})
    assert set(free(dataset)) == {"b.wav"}, "the table names a.wav"
    assert kinds(dataset)["not_understood"] == ["t.csv"]


def test_beside_a_spreadsheet_no_recording_is_background(folder):
    (folder / "calls.xlsx").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(NotUnderstood, match=r"calls\.xlsx"):
        build_dataset(folder)
    assert set(free(build_dataset(folder, options={"ignore": ["calls.xlsx"]}))) == {"a.wav", "b.wav"}


def test_a_quote_that_never_closes_does_not_swallow_rows(folder):
    lines(folder / "t.csv", HEADER, 'a.wav,1,2,"owl', "b.wav,1,2,frog")
    with pytest.raises(BadInput, match="quotation mark is not closed"):
        build_dataset(folder)
    lines(folder / "t.csv", HEADER, 'a.wav,1,2,5" pipe', "b.wav,1,2,frog")
    assert build_dataset(folder).labels == ('5" pipe', "frog")


def test_two_encodings_in_one_table_give_one_label(folder):
    text = f"{HEADER}\na.wav,1,2,Käuzchen\n".encode() + "b.wav,1,2,Käuzchen\n".encode("latin-1")
    (folder / "t.csv").write_bytes(text)
    assert build_dataset(folder).labels == ("Käuzchen",)


NOT_SAID = {  # file, content: at 1 to 2 s something is annotated, and not what
    "AviaNZ without a species": (
        "a.wav.data",
        '[{"Operator":"x"},[1,2,0,0,[]],[3,4,0,0,[{"species":"owl"}]]]',
    ),
    "DCASE without a class": (
        "a.csv",
        "Audiofilename,Starttime,Endtime,owl,frog\na.wav,3,4,POS,NEG\na.wav,1,2,,\n",
    ),
    "Hoplite, negative": (
        "h.csv",
        "recording,label,start_offset_s,end_offset_s,label_type\na.wav,owl,3,4,positive\na.wav,owl,1,2,negative\n",
    ),
}


@pytest.mark.parametrize("name", NOT_SAID)
def test_an_annotation_that_does_not_say_what_is_there_is_no_background(folder, name):
    file, content = NOT_SAID[name]
    (folder / file).write_text(content)
    dataset = build_dataset(folder, options=WINDOWS)
    assert dataset.labels == ("owl",) and free(dataset) == {"a.wav": 4} and 1.0 not in dataset.clips.start_s


def test_a_row_of_birdclef_without_birds_is_asked_about(folder):
    (folder / "t.csv").write_text("row_id,birds\na_5,nocall\na_6,\n")
    assert build_dataset(folder, options=WINDOWS).source["missing_labels"] == {"": 1}


def test_labels_with_markup_stay_as_they_are(folder):
    odd = ["<b>x</b>", "=1+1", "**bold** $x$", "[a](javascript:b)"]
    lines(folder / "t.csv", HEADER, *(f"a.wav,{i},{i + 1},{label}" for i, label in enumerate(odd)))
    assert set(build_dataset(folder, options=WINDOWS).labels) == set(odd)
