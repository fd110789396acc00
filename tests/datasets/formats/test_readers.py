"""Every reader with good, odd and broken files."""

from __future__ import annotations

import pytest

from bioviz.datasets.build import build_dataset
from bioviz.errors import BadInput
from tests.datasets.sounds import boxes, kinds, labels_of, lines, write

RAVEN = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)"
WINDOWS = {"width_s": 2, "hop_s": 1}


# --- folder per class ---------------------------------------------------------------------------------------------


def test_folders_are_classes_and_noise_is_background(tmp_path):
    write(tmp_path / "audio" / "dog" / "a.wav", seed=1)
    write(tmp_path / "audio" / "dog" / "night" / "B.WAV", seed=2)
    write(tmp_path / "audio" / "Noise" / "c.ogg", seed=3)
    dataset = build_dataset(tmp_path)
    assert dataset.source["reader"] == "folders" and dataset.task == "classification"
    assert labels_of(dataset) == {
        "audio/Noise/c.ogg": [set()], "audio/dog/a.wav": [{"dog"}], "audio/dog/night/B.WAV": [{"dog"}],
    }  # fmt: skip
    assert dataset.labels == ("dog",) and dataset.plan.width_s == 4.0


def test_split_folders_are_no_classes(tmp_path):
    write(tmp_path / "train" / "owl" / "a.wav", seed=1)
    write(tmp_path / "test" / "owl" / "b.wav", seed=2)
    write(tmp_path / "val" / "crow" / "c.wav", seed=3)
    dataset = build_dataset(tmp_path)
    assert dataset.labels == ("crow", "owl")
    assert {r.name: r.split for r in dataset.recordings} == {
        "train/owl/a.wav": "train", "test/owl/b.wav": "test", "val/crow/c.wav": "valid",
    }  # fmt: skip


def test_one_class_alone_and_files_outside_class_folders(tmp_path):
    write(tmp_path / "owl" / "a.wav")
    write(tmp_path / "stray.wav", seed=1)
    dataset = build_dataset(tmp_path)
    assert dataset.labels == ("owl",) and kinds(dataset) == {
        "unlisted": ["stray.wav"],
        "one_folder": ["owl"],
    }


def test_background_names_can_be_set(tmp_path):
    write(tmp_path / "wind" / "a.wav")
    write(tmp_path / "noise" / "b.wav", seed=1)
    dataset = build_dataset(tmp_path, options={"background_names": ["WIND"]})
    assert dataset.labels == ("noise",)


def test_windows_over_long_files_in_class_folders(tmp_path):
    write(tmp_path / "owl" / "a.wav", seconds=5)
    write(tmp_path / "background" / "b.wav", seconds=3, seed=1)
    dataset = build_dataset(tmp_path, options={"task": "detection", **WINDOWS})
    assert labels_of(dataset) == {"background/b.wav": [set()] * 2, "owl/a.wav": [{"owl"}] * 4}


@pytest.mark.parametrize("more", ["", "\tSelection\tView"])
def test_ravens_names_of_times_beside_a_column_of_recordings(tmp_path, more):
    write(tmp_path / "a.wav")
    write(tmp_path / "b.wav", seed=1)
    row = "b.wav\t1\t2\towl" + ("\t1\tSpectrogram 1" if more else "")
    lines(tmp_path / "x.txt", "Recording\tBegin Time (s)\tEnd Time (s)\tSpecies" + more, row)
    assert boxes(build_dataset(tmp_path)) == [("b.wav", 1.0, 2.0, "owl", None, None)]


# --- CSV ------------------------------------------------------------------------------------------------------------


def test_csv_of_whole_files_with_splits_and_several_labels(tmp_path):
    for seed, name in enumerate("abc"):
        write(tmp_path / "wav" / f"{name}.wav", seed=seed)
    lines(
        tmp_path / "labels.csv", "path,label,split", "wav/a.wav,owl,train", "wav/b.wav,crow,test",
        "wav/a.wav,frog,train", "wav/c.wav,background,validation",
    )  # fmt: skip
    dataset = build_dataset(tmp_path)
    assert dataset.source["reader"] == "csv"
    assert labels_of(dataset) == {
        "wav/a.wav": [{"owl", "frog"}],
        "wav/b.wav": [{"crow"}],
        "wav/c.wav": [set()],
    }
    assert dataset.clips.split.tolist() == ["train", "test", "valid"]
    assert dataset.targets.tolist() == [2, 1, 0]  # frog is the first of {frog, owl}


def test_csv_a_split_takes_the_split_from_its_name(tmp_path):
    write(tmp_path / "a.wav")
    write(tmp_path / "b.wav", seed=1)
    lines(tmp_path / "annotations.train.csv", "path,label", "a.wav,x")
    lines(tmp_path / "annotations.test.csv", "path,label", "b.wav,y")
    assert [r.split for r in build_dataset(tmp_path).recordings] == ["train", "test"]


def test_csv_of_boxes_with_bad_rows(tmp_path):
    write(tmp_path / "a.wav", seconds=5)
    write(tmp_path / "quiet.wav", seconds=3, seed=1)
    write(tmp_path / "other.wav", seconds=3, seed=2)
    lines(
        tmp_path / "boxes.csv", "path,start_s,end_s,label,low_hz,high_hz", "a.wav,0.5,1.5,owl,300,900",
        "a.wav,4,9,owl,,", "a.wav,7,9,owl,,", "a.wav,2,1,owl,,", "a.wav,x,1,owl,,", "gone.wav,0,1,owl,,",
        "quiet.wav,,,,,", ",0,1,owl,,", "a.wav,1,2,,,", "a.wav,3,3,owl,,",
    )  # fmt: skip
    dataset = build_dataset(tmp_path, options=WINDOWS)
    assert boxes(dataset) == [
        ("a.wav", 0.5, 1.5, "owl", 300.0, 900.0), ("a.wav", 4.0, 5.0, "owl", None, None),
        ("a.wav", 3.0, 3.0, "owl", None, None),
    ]  # fmt: skip
    assert kinds(dataset) == {
        "bad_row": ["boxes.csv", "boxes.csv", "a.wav"], "no_recording": ["boxes.csv"], "unlisted": ["other.wav"],
        "clipped": ["a.wav"], "past_end": ["a.wav"], "no_label": ["a.wav"], "point": ["a.wav"],
    }  # fmt: skip
    assert labels_of(dataset)["a.wav"] == [{"owl"}, {"owl"}, {"owl"}]
    assert "gone.wav" in next(p.detail for p in dataset.problems if p.kind == "no_recording")
    assert "line 6" in next(p.detail for p in dataset.problems if p.kind == "bad_row")
    assert labels_of(dataset)["quiet.wav"] == [set(), set()]


def test_recordings_that_no_table_mentions_can_be_background(tmp_path):
    write(tmp_path / "a.wav")
    write(tmp_path / "b.wav", seed=1)
    lines(tmp_path / "boxes.csv", "path,start_s,end_s,label", "a.wav,0,2,owl")
    assert [r.name for r in build_dataset(tmp_path).recordings] == ["a.wav"]
    both = build_dataset(tmp_path, options={"unannotated": "background", **WINDOWS})
    assert labels_of(both)["b.wav"] == [set()] * 3


@pytest.mark.parametrize(
    ("encoding", "separator", "decimal"),
    [
        ("utf-8", ",", "."),
        ("utf-8-sig", ";", ","),
        ("cp1252", ";", ","),
        ("utf-16", "\t", "."),
        ("utf-8", "\t", ","),
    ],
)
def test_csv_in_other_encodings_and_separators(tmp_path, encoding, separator, decimal):
    write(tmp_path / "é.wav")
    rows = ["path start_s end_s label", f"é.wav 0{decimal}25 1{decimal}5 Geräusch", ""]
    lines(tmp_path / "t.csv", *[r.replace(" ", separator) for r in rows], encoding=encoding, end="\r\n")
    assert boxes(build_dataset(tmp_path)) == [("é.wav", 0.25, 1.5, "Geräusch", None, None)]


def test_labels_with_odd_characters_survive(tmp_path):
    odd = ['=SUM(A1);"x"', "a\u2028b", "Ω/..\\<b>", "  two   blanks "]
    rows = ["path,label"]
    for i, label in enumerate(odd):
        write(tmp_path / f"{i}.wav", seed=i)
        rows.append(f'{i}.wav,"{label.replace(chr(34), chr(34) * 2)}"')
    lines(tmp_path / "t.csv", *rows)
    found = labels_of(build_dataset(tmp_path))
    assert found == {
        "0.wav": [{'=SUM(A1);"x"'}], "1.wav": [{"a b"}], "2.wav": [{"Ω/..\\<b>"}], "3.wav": [{"two blanks"}],
    }  # fmt: skip


def test_a_recording_in_two_splits_stays_whole(tmp_path):
    write(tmp_path / "a.wav", seconds=6)
    lines(tmp_path / "t.csv", "path,start_s,end_s,label,split", "a.wav,0,1,x,train", "a.wav,4,5,x,test")
    dataset = build_dataset(tmp_path)
    assert set(dataset.clips.split.tolist()) == {"train"} and kinds(dataset) == {"split": ["t.csv"]}


def test_empty_csv_alone_says_what_is_missing(tmp_path):
    write(tmp_path / "a.wav")
    lines(tmp_path / "t.csv", "path,start_s,end_s,label")
    with pytest.raises(BadInput, match="no table mentions"):
        build_dataset(tmp_path)
    dataset = build_dataset(tmp_path, options={"unannotated": "background"})
    assert dataset.labels == () and dataset.targets.tolist() == [0]


def test_a_path_outside_the_data_folders_is_left_out(tmp_path, monkeypatch):
    inside = tmp_path / "inside"
    monkeypatch.setenv("BIOVIZ_DATA", str(inside))
    write(inside / "a.wav")
    secret = write(tmp_path / "secret.wav", seed=1)
    (inside / "link.wav").symlink_to(secret)
    lines(inside / "t.csv", "path,label", "a.wav,x", "link.wav,y", "../secret.wav,z")
    dataset = build_dataset(inside)
    assert [r.name for r in dataset.recordings] == ["a.wav"]
    assert kinds(dataset) == {"no_recording": ["t.csv"], "outside": ["link.wav"]}


def test_names_taken_apart_by_macos_and_a_hint_for_another_ending(tmp_path):
    write(tmp_path / "e\u0301.WAV")  # e and accent apart
    write(tmp_path / "b.flac", seed=1)
    lines(tmp_path / "t.csv", "path,label", "\u00e9.wav,owl", "b.wav,owl")
    dataset = build_dataset(tmp_path)
    assert list(labels_of(dataset).values()) == [[{"owl"}]]
    (problem,) = (p for p in dataset.problems if p.kind == "no_recording")
    assert "b.flac" in problem.detail


# --- Raven ----------------------------------------------------------------------------------------------------------


def test_raven_one_table_a_recording_with_both_views(tmp_path):
    write(tmp_path / "x" / "rec.one.WAV", seconds=5)
    write(tmp_path / "x" / "rec.two.wav", seconds=5, seed=1)
    lines(
        tmp_path / "x" / "rec.one.Table.1.selections.txt", RAVEN + "\tSpecies\tNotes",
        "1\tWaveform 1\t1\t0.5\t1.5\t\t\towl\tfaint", "1\tSpectrogram 1\t1\t0.5\t1.5\t300\t900\towl\tfaint",
        "2\tSpectrogram 1\t1\t2\t2.5\t300\t900\tcrow\t", "2\tSpectrogram 1\t1\t2\t2.5\t300\t900\tfrog\t",
    )  # fmt: skip
    lines(tmp_path / "x" / "rec.two.Table.1.selections.txt", RAVEN)
    dataset = build_dataset(tmp_path, options=WINDOWS)
    assert dataset.source["reader"] == "raven"
    assert boxes(dataset) == [
        ("x/rec.one.WAV", 0.5, 1.5, "owl", 300.0, 900.0), ("x/rec.one.WAV", 2.0, 2.5, "crow", 300.0, 900.0),
        ("x/rec.one.WAV", 2.0, 2.5, "frog", 300.0, 900.0),
    ]  # fmt: skip
    assert dataset.annotations[0].extras == {"Notes": "faint"}
    assert labels_of(dataset)["x/rec.two.wav"] == [set()] * 4
    assert kinds(dataset) == {"empty_table": ["x/rec.two.Table.1.selections.txt"]}


def test_raven_combined_table_uses_the_offset_in_the_file(tmp_path):
    write(tmp_path / "d1" / "a.wav", seconds=5)
    write(tmp_path / "d2" / "a.wav", seconds=5, seed=1)
    lines(
        tmp_path / "all.txt", RAVEN + "\tBegin Path\tBegin File\tFile Offset (s)\tAnnotation",
        "1\tSpectrogram 1\t1\t1.0\t1.5\t0\t900\tC:\\field\\d1\\a.wav\ta.wav\t1.0\towl",
        "2\tSpectrogram 1\t1\t7.0\t8.0\t0\t900\tC:\\field\\d2\\a.wav\ta.wav\t2.0\tcrow",
    )  # fmt: skip
    assert boxes(build_dataset(tmp_path)) == [
        ("d1/a.wav", 1.0, 1.5, "owl", 0.0, 900.0), ("d2/a.wav", 2.0, 3.0, "crow", 0.0, 900.0),
    ]  # fmt: skip


def test_raven_begin_file_alone_that_fits_two_recordings_is_reported(tmp_path):
    write(tmp_path / "d1" / "a.wav")
    write(tmp_path / "d2" / "a.wav", seed=1)
    write(tmp_path / "b.wav", seed=2)
    lines(tmp_path / "all.txt", RAVEN + "\tBegin File\tAnnotation", "1\tS\t1\t1\t2\t0\t9\ta.wav\towl",
           "2\tS\t1\t1\t2\t0\t9\tb.wav\towl")  # fmt: skip
    dataset = build_dataset(tmp_path)
    assert boxes(dataset) == [("b.wav", 1.0, 2.0, "owl", 0.0, 9.0)]
    assert kinds(dataset)["ambiguous"] == ["all.txt"]


def test_raven_times_that_run_on_without_offset_are_not_guessed(tmp_path):
    write(tmp_path / "a.wav", seconds=30)
    write(tmp_path / "b.wav", seconds=60, seed=1)
    lines(tmp_path / "all.txt", RAVEN + "\tBegin File\tAnnotation", "1\tS\t1\t1\t2\t0\t9\ta.wav\towl",
           "2\tS\t1\t33\t34\t0\t9\tb.wav\towl")  # fmt: skip
    for unannotated in ("skip", "background"):
        with pytest.raises(BadInput, match=r"File Offset \(s\)"):
            build_dataset(tmp_path, options={"unannotated": unannotated})


def test_one_stem_in_two_formats_is_reported_and_not_guessed(tmp_path):
    write(tmp_path / "a.wav")
    write(tmp_path / "a.flac", seed=1)
    write(tmp_path / "b.wav", seed=2)
    lines(tmp_path / "a.txt", RAVEN + "\tAnnotation", "1\tS\t1\t1\t2\t0\t9\towl")
    lines(tmp_path / "b.txt", RAVEN + "\tAnnotation", "1\tS\t1\t1\t2\t0\t9\tcrow")
    dataset = build_dataset(tmp_path)
    assert boxes(dataset) == [("b.wav", 1.0, 2.0, "crow", 0.0, 9.0)]
    found = kinds(dataset)
    assert found["ambiguous"] == ["a.txt"] and sorted(found["unlisted"]) == ["a.flac", "a.wav"]
    # Nor are they background for those who take recordings without annotations as such.
    wider = build_dataset(tmp_path, options={"unannotated": "background"})
    assert [r.name for r in wider.recordings] == ["b.wav"]


def test_a_table_named_after_the_whole_file_or_naming_it_is_unambiguous(tmp_path):
    write(tmp_path / "a.wav")
    write(tmp_path / "a.flac", seed=1)
    lines(tmp_path / "a.wav.txt", RAVEN + "\tAnnotation", "1\tS\t1\t1\t2\t0\t9\towl")
    lines(tmp_path / "x.txt", RAVEN + "\tBegin File\tAnnotation", "1\tS\t1\t2\t3\t0\t9\ta.flac\tcrow")
    dataset = build_dataset(tmp_path)
    assert {(name, label) for name, *_, label, _, _ in boxes(dataset)} == {
        ("a.wav", "owl"),
        ("a.flac", "crow"),
    }
    assert kinds(dataset) == {"same_stem": ["a.wav"]}


def test_label_column_can_be_chosen(tmp_path):
    write(tmp_path / "a.wav")
    lines(tmp_path / "a.txt", RAVEN + "\tSpecies\tCall", "1\tS\t1\t1\t2\t0\t9\towl\thoot")
    assert build_dataset(tmp_path).labels == ("owl",)
    assert build_dataset(tmp_path, options={"label_column": "call"}).labels == ("hoot",)


# --- Audacity, BirdNET, Kaleidoscope ----------------------------------------------------------------------------------


def test_audacity_with_and_without_frequencies(tmp_path):
    write(tmp_path / "a.flac")
    write(tmp_path / "quiet.wav", seed=1)
    lines(tmp_path / "a.txt", "0.5\t1.5\towl hoots", "\\\t300.0\t900.0", "2,25\t3,5\tcrow", "oops\t1\tx",
           "3\t3.5\tfrog", "\\\t-1.0\t700.0")  # fmt: skip
    (tmp_path / "quiet.txt").write_bytes(b"")
    dataset = build_dataset(tmp_path)
    assert dataset.source["reader"] == "audacity"
    assert boxes(dataset) == [
        ("a.flac", 0.5, 1.5, "owl hoots", 300.0, 900.0), ("a.flac", 2.25, 3.5, "crow", None, None),
        ("a.flac", 3.0, 3.5, "frog", None, 700.0),
    ]  # fmt: skip
    assert kinds(dataset) == {"bad_row": ["a.txt"], "empty_table": ["quiet.txt"]}


def test_birdnet_tables_beside_and_combined(tmp_path):
    head = "\ufeffStart (s),End (s),Scientific name,Common name,Confidence,File"
    write(tmp_path / "a.wav", seconds=6)
    write(tmp_path / "b.wav", seconds=6, seed=1)
    lines(tmp_path / "a.BirdNET.results.csv", head.rpartition(",")[0], "0.0,3.0,Strix aluco,Tawny Owl,0.9",
           "3.0,6.0,Strix aluco,Tawny Owl,0.2")  # fmt: skip
    lines(tmp_path / "BirdNET_CombinedTable.csv", head, "3.0,6.0,Parus major,Great Tit,0.8,/data/x/b.wav")
    dataset = build_dataset(tmp_path, options={"min_confidence": 0.5})
    assert dataset.source["reader"] == "birdnet" and (dataset.plan.width_s, dataset.plan.hop_s) == (3.0, 3.0)
    assert labels_of(dataset) == {"a.wav": [{"Tawny Owl"}], "b.wav": [set(), {"Great Tit"}]}
    assert kinds(dataset)["weak"] == ["a.wav"], (
        "the owl that BirdNET was not sure of is neither a call nor background"
    )
    assert build_dataset(tmp_path, options={"label_column": "Scientific name"}).labels == (
        "Parus major",
        "Strix aluco",
    )


def test_birdnet_raven_tables_are_read_as_raven(tmp_path):
    write(tmp_path / "a.wav")
    more = "\tCommon Name\tSpecies Code\tConfidence\tBegin Path\tFile Offset (s)"
    lines(tmp_path / "a.BirdNET.selection.table.txt", RAVEN + more,
           "1\tSpectrogram 1\t1\t0\t3.0\t0\t15000\tBlackbird\teurbla\t0.9\t/data/a.wav\t0")  # fmt: skip
    assert boxes(build_dataset(tmp_path)) == [("a.wav", 0.0, 3.0, "Blackbird", 0.0, 15000.0)]


def test_kaleidoscope_manual_id_goes_first_and_khz_become_hz(tmp_path):
    write(tmp_path / "s1" / "a.wav")
    lines(
        tmp_path / "cluster.csv", "INDIR,FOLDER,IN FILE,CHANNEL,OFFSET,DURATION,Fmin,Fmean,Fmax,TOP1MATCH,MANUAL ID",
        r"D:\rec,s1,a.wav,0,0.5,1.0,1500,2000,3000,owl,", r"D:\rec,s1,a.wav,0,2,0.5,20,30,45.5,owl,bat",
        r"D:\rec,s1,a.wav,0,3,0.5,,,,Noise,",
    )  # fmt: skip
    dataset = build_dataset(tmp_path)
    assert dataset.source["reader"] == "kaleidoscope"
    assert boxes(dataset) == [
        ("s1/a.wav", 0.5, 1.5, "owl", 1500.0, 3000.0), ("s1/a.wav", 2.0, 2.5, "bat", 20000.0, 45500.0),
    ]  # fmt: skip
    assert kinds(dataset) == {"background_label": ["s1/a.wav"]}
