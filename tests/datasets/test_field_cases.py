"""Real situations of the field, modelled on public bug reports: each with what comes of it now.

`pytest -s tests/datasets/test_field_cases.py` prints a line a case.
"""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
import soundfile

from bioviz.audio.decode import load_clip
from bioviz.audio.playback import render
from bioviz.datasets.build import build_dataset
from bioviz.datasets.problems import LEFT_OUT
from bioviz.datasets.recorded_at import time_from_name
from bioviz.datasets.tables.titles import title_lines
from bioviz.errors import BadInput, NotUnderstood
from tests.datasets.sounds import boxes, kinds, labels_of, lines, write

RATE = 16_000
RAVEN = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)"
WINDOWS = {"width_s": 1, "hop_s": 1}


@pytest.fixture
def r1(tmp_path):
    """A folder that holds 12 s of quiet noise."""
    write(tmp_path / "r1.wav", seconds=12, rate=RATE)
    return tmp_path


def told(case: object, what: str) -> None:
    print(f"\n  case {case}: {what}")


def spans(dataset) -> list[tuple[float, float, str]]:
    return [(start, end, label) for _, start, end, label, _, _ in boxes(dataset)]


BOX = [(1.0, 2.0, "owl")]
TABLES = {
    "DCASE few-shot": ("r1.csv", "Audiofilename,Starttime,Endtime,Q\nr1.wav,1.0,2.0,POS\n", [(1.0, 2.0, "target")]),
    "crowsetta generic-seq": ("x.csv", "label,onset_s,offset_s,onset_sample,offset_sample,notated_path,annot_path,"
                              "sequence,annotation\nowl,1.0,2.0,,,r1.wav,r1.csv,0,0\n", BOX),
    "crowsetta simple-seq": ("r1.csv", "onset_s,offset_s,label\n1.0,2.0,owl\n", BOX),
    "crowsetta simple-seq, other names": ("r1.wav.csv", "start_seconds,stop_seconds,name\n1.0,2.0,owl\n", BOX),
    "crowsetta audacity box": ("r1.txt", "1.0\t2.0\towl\n\\\t300\t900\n", BOX),
    "batdetect2 CSV": ("r1.wav.csv", ",det_prob,start_time,end_time,high_freq,low_freq,class,class_prob\n"
                       "0,0.9,1.0,2.0,900,300,owl,0.8\n", BOX),
    "batdetect2 JSON": ("r1.wav.json", json.dumps({"id": "r1.wav", "annotated": False, "annotation": [
        {"start_time": 1.0, "end_time": 2.0, "class": "owl", "det_prob": 0.9}]}), BOX),
    "Raven with Delta Time": ("r1.Table.1.selections.txt", "Selection\tView\tChannel\tBegin Time (s)\tDelta Time (s)"
                              "\tSpecies\n1\tSpectrogram 1\t1\t1.0\t1.0\towl\n", BOX),
    "Raven saved as CSV": ("r1.csv", RAVEN.replace("\t", ",") + ",Species\n1,Spectrogram 1,1,1,2,0,900,owl\n", BOX),
    "sep=;": ("x.csv", "sep=;\npath;start;end;label\nr1.wav;1,0;2,0;owl\n", BOX),
    "opensoundscape boxes": ("x.csv", "audio_file,annotation_file,annotation,start_time,end_time,low_f,high_f,"
                             "annotation_id\nr1.wav,a.txt,owl,1.0,2.0,300,900,0\n", BOX),
    "opensoundscape one-hot": ("x.csv", "file,start_time,end_time,owl,frog\nr1.wav,1.0,2.0,1,0\nr1.wav,2.0,3.0,0,0\n",
                               BOX),
    "AviaNZ": ("r1.wav.data", '[{"Operator": "x"}, [1, 2, 0, 0, [{"species": "owl", "certainty": 100}]]]', BOX),
    "BirdCLEF": ("x.csv", "row_id,birds\nr1_5,owl\nr1_10,nocall\n", [(0.0, 5.0, "owl")]),
    "German headers": ("x.csv", "Dateiname;Anfang (s);Ende (s);Art\nr1.wav;1,0;2,0;owl\n", BOX),
    "German headers, from and to": ("x.csv", "Datei;Von;Bis;Tierart\nr1.wav;1,0;2,0;owl\n", BOX),
    "Hoplite": ("hoplite_annotations.csv", "recording,label,start_offset_s,end_offset_s,label_type\n"
                "r1.wav,owl,1.0,2.0,positive\nr1.wav,frog,5.0,6.0,negative\n", BOX),
    "Hoplite inference": ("x.csv", "idx,project,filename,window_start,window_end,label,logits\n"
                          "1,p,r1.wav,1.0,2.0,owl,1.5\n", BOX),
    "bacpipe": ("annotations.csv", "audiofilename,start,end,label:species,label:call_type\nr1.wav,1,2,owl,A\n", BOX),
    "BirdNET Audacity": ("r1.BirdNET.results.txt", "1.0\t2.0\tStrix aluco_Tawny Owl\t0.8123\n",
                         [(1.0, 2.0, "Strix aluco_Tawny Owl")]),
    "BirdNET R": ("x.csv", "filepath,start,end,scientific_name,common_name,confidence,lat,lon,week\n"
                  "/d/r1.wav,1,2,Strix aluco,owl,0.9,-1,-1,-1\n", BOX),
    "BirdNET Kaleidoscope": ("x.csv", "OFFSET,confidence,INDIR,FOLDER,IN FILE,DURATION,TOP1MATCH\n"
                             "1.0,0.9,/d,e,r1.wav,1.0,owl\n", BOX),
    "BirdNET Raven": ("r1.BirdNET.selection.table.txt", "Selection\tBegin Time (s)\tEnd Time (s)\tCommon Name\t"
                      "Scientific Name\tSpecies Code\tConfidence\tView\tChannel\tFile Offset (s)\tLow Freq (Hz)\t"
                      "High Freq (Hz)\tBegin Path\n1\t1.0\t2.0\towl\tS a\tx\t0.9\tSpectrogram 1\t1\t1.0\t0\t8000\t"
                      "/d/r1.wav\n", BOX),
    "evaluation table": ("x.txt", "Start Time\tEnd Time\tClass\tRecording\n1.0\t2.0\towl\tr1\n", BOX),
    "Perch and BirdSet": ("annotations.csv", "Filename,Start Time (s),End Time (s),Low Freq (Hz),High Freq (Hz),"
                          "Species eBird Code\nr1.wav,1,2,300,900,owl\n", BOX),
    "TIMIT": ("r1.phn", "16000 32000 owl\n", BOX),
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_1_tables_of_the_field_are_read(r1, kind):
    file, content, expected = TABLES[kind]
    (r1 / file).write_text(content)
    dataset = build_dataset(r1)
    assert spans(dataset) == expected
    assert dataset.source["files"][0]["role"] == "read"
    assert not {p.kind for p in dataset.problems} & LEFT_OUT
    told(1, f"{kind}: read, {expected}")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "cp1252"])
def test_1_encodings(r1, encoding):
    lines(r1 / "x.csv", "Datei;Anfang;Ende;Art", "r1.wav;1,0;2,0;Käuzchen", encoding=encoding)
    assert spans(build_dataset(r1)) == [(1.0, 2.0, "Käuzchen")]
    told(1, f"German headers in {encoding}: read")


def test_1_what_nobody_knows_is_asked_about(r1):
    lines(r1 / "r1.csv", "zeitpunkt,wer", "1.0,owl")
    with pytest.raises(NotUnderstood, match=r"r1\.csv.*zeitpunkt, wer"):
        build_dataset(r1)
    told(1, "unknown header: not understood, named with its columns, exit 4")


def test_4_people_go_before_a_detector(r1):
    rows = [
        "1\tSpectrogram 1\t1\t1.0\t2.0\t500\t900\tHUMAN",
        "2\tSpectrogram 1\t1\t9.0\t10.0\t500\t900\tHUMAN",
    ]
    lines(r1 / "r1.Table.1.selections.txt", RAVEN + "\tSpecies", *rows)
    head = "Start (s),End (s),Scientific name,Common name,Confidence,File"
    lines(r1 / "r1.BirdNET.results.csv", head, "6.0,9.0,Fictus avis,Made-up Bird,0.31,r1.wav")
    dataset = build_dataset(r1)
    assert spans(dataset) == [(1.0, 2.0, "HUMAN"), (9.0, 10.0, "HUMAN")]
    assert kinds(dataset)["passed_over"] == ["r1.BirdNET.results.csv"]
    (r1 / "r1.BirdNET.results.csv").unlink()
    file, content, _ = TABLES["BirdNET Raven"]
    (r1 / file).write_text(content)
    dataset = build_dataset(r1)
    assert spans(dataset) == [(1.0, 2.0, "HUMAN"), (9.0, 10.0, "HUMAN")]
    assert kinds(dataset)["passed_over"] == [file]
    told(4, "people's rows are read; the detector's table is named as passed over, with how to use it")


@pytest.mark.parametrize("name", ["nocall", "no call", "No_Call", "NOID", "noise", "Background"])
def test_5_background_names_are_one_list(tmp_path, name):
    write(tmp_path / name / "a.wav")
    write(tmp_path / "owl" / "b.wav", seed=1)
    dataset = build_dataset(tmp_path)
    assert dataset.labels == ("owl",) and (~dataset.clips.labels.any(axis=1)).mean() == 0.5
    told(5, f"folder {name}: background 50 %")


def test_12_sound_that_cannot_be_opened_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # without ffmpeg
    write(tmp_path / "noise" / "a.wav")
    write(tmp_path / "owl" / "b.wav", seed=1)
    files = ["noise/e.wma", "owl/c.m4a", "owl/d.W4V", "owl/f.zc", "owl/g.cbin"]
    for name in files:
        (tmp_path / name).write_bytes(bytes(3000))
    dataset = build_dataset(tmp_path)
    assert kinds(dataset)["unsupported_audio"] == files and "unsupported_audio" in LEFT_OUT
    told(12, f"{', '.join(files)}: each named with what to do")


def test_15_two_formats_in_one_folder(r1):
    write(r1 / "r2.wav", seconds=12, rate=RATE, seed=1)
    lines(r1 / "r1.Table.1.selections.txt", RAVEN + "\tSpecies", "1\tSpectrogram 1\t1\t1\t2\t0\t900\towl")
    lines(r1 / "r2.txt", "3\t4\tfrog")
    dataset = build_dataset(r1)
    assert {(name, label) for name, _, _, label, _, _ in boxes(dataset)} == {
        ("r1.wav", "owl"),
        ("r2.wav", "frog"),
    }
    assert dataset.problems == ()
    told(15, "both read, no problem")


@pytest.mark.parametrize("label", ["nan", "NA", "?", "????"])
def test_16_labels_that_say_nothing(r1, label):
    lines(r1 / "x.csv", "path,start,end,label", "r1.wav,1,2,owl", f"r1.wav,5,6,{label}")
    dataset = build_dataset(r1, options=WINDOWS)
    assert (
        dataset.labels == ("owl",)
        and 5.0 not in dataset.clips.start_s
        and kinds(dataset)["no_label"] == ["r1.wav"]
    )
    told(16, f"{label}: asked about; until then its clip is neither call nor background")


def test_17_labels_that_differ_in_how_they_are_written(r1):
    rows = [
        f"r1.wav,{i},{i + 1},{label}"
        for i, label in enumerate(["Robin", "robin", "ROBIN", " Robin ", "1", "1.0"])
    ]
    lines(r1 / "x.csv", "path,start,end,label", *rows)
    dataset = build_dataset(r1, options=WINDOWS)
    assert dataset.labels == ("1", "1.0", "ROBIN", "Robin", "robin") and len(kinds(dataset)["alike"]) == 2
    told(17, "kept apart, noted in two sentences")


def test_18_several_labels_in_a_cell(tmp_path):
    write(tmp_path / "r0.wav")
    write(tmp_path / "r3.wav", seed=1)
    lines(tmp_path / "x.csv", "path,label", "r0.wav,owl;frog", "r3.wav,frog;owl")
    assert len(kinds(build_dataset(tmp_path))["several_labels"]) == 1
    split = build_dataset(tmp_path, options={"separator": ";"})
    assert labels_of(split) == {"r0.wav": [{"owl", "frog"}], "r3.wav": [{"owl", "frog"}]}
    head = "INDIR,FOLDER,IN FILE,OFFSET,DURATION,AUTO ID,MANUAL ID"
    lines(tmp_path / "x.csv", head, '/d,,r0.wav,1,1,NOID,"MYOLUC,EPTFUS"')
    assert {label for _, _, label in spans(build_dataset(tmp_path))} == {"MYOLUC", "EPTFUS"}
    told(18, "noted with the separator to set; with it both labels; Kaleidoscope's MANUAL ID gives both")


def test_20_a_wav_shorter_than_its_header(r1):
    path = r1 / "r1.wav"
    path.write_bytes(path.read_bytes()[: 44 + 6 * RATE * 2])
    dataset = build_dataset(r1)
    (problem,) = dataset.problems
    assert dataset.recordings[0].duration_s == 6 and problem.kind == "short_of_header"
    told(20, problem.detail)


def test_21_time_expansion(tmp_path):
    path = write(tmp_path / "r1.wav", seconds=10, rate=38_400)
    body = b"GUANO|Version: 1.0\nTE: 10\n"
    raw = path.read_bytes() + b"guan" + struct.pack("<I", len(body)) + body
    path.write_bytes(raw[:4] + struct.pack("<I", len(raw) - 8) + raw[8:])
    dataset = build_dataset(tmp_path)
    (recording,) = dataset.recordings
    assert (recording.sample_rate, recording.duration_s) == (384_000, 1.0) and kinds(dataset)["expanded"]
    told(21, next(p.detail for p in dataset.problems if p.kind == "expanded"))


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("2022-09-01-birdnet-11:07:18.wav", "2022-09-01T11:07:18"),
        ("2025-03-12-birdnet-RTSP_1-10:54:26.wav", "2025-03-12T10:54:26"),
        ("5eb3c2a0.WAV", "2020-05-07T08:11:12+00:00"),
        ("swift1_20200601_053000.123_-0500.wav", "2020-06-01T05:30:00-05:00"),
        ("180801_1630.wav", "2018-08-01T16:30:00"),
    ],
)
def test_22_times_in_names(tmp_path, name, at):
    write(tmp_path / name)
    (recording,) = build_dataset(tmp_path).recordings
    assert recording.recorded_at == time_from_name(name) and recording.recorded_at.isoformat() == at
    told(22, f"{name}: {at}")


@pytest.mark.parametrize(
    "table",
    ["x_label.txt", "r1_label.txt", "r1_selections.txt", "Label Track.txt", "Labels 1.txt", "r1.label.txt"],
)
@pytest.mark.parametrize(
    "content", ["1.0\t2.0\towl", RAVEN + "\tSpecies\n1\tSpectrogram 1\t1\t1.0\t2.0\t0\t900\towl"]
)
def test_23_tables_that_can_mean_one_recording_alone(r1, table, content):
    lines(r1 / table, content)
    dataset = build_dataset(r1)
    assert spans(dataset) == BOX
    told(23, f"{table}: read for the only recording")


def test_23_with_several_recordings_it_is_asked(r1):
    write(r1 / "r2.wav", seconds=12, rate=RATE, seed=1)
    lines(r1 / "Label Track.txt", "1.0\t2.0\towl")
    with pytest.raises(BadInput, match=r"Label Track\.txt"):
        build_dataset(r1, options={"unannotated": "background"})
    told(23, "Label Track.txt beside two recordings: named, neither is background")


def test_24_birdnet_before_2(r1):
    head = "INDIR,FOLDER,IN FILE,OFFSET,DURATION,scientific_name,common_name,confidence"
    lines(r1 / "x.csv", head, "/d,,r1.wav,1,1,Strix aluco,owl,0.9")
    assert spans(build_dataset(r1)) == BOX
    told(24, "label from common_name")


@pytest.mark.parametrize("count", [1, 2])
def test_25_one_and_two_clips_load(tmp_path, count):
    for i, name in enumerate(["owl", "noise"][:count]):
        write(tmp_path / name / f"{i}.wav", seed=i)
    dataset = build_dataset(tmp_path)
    assert len(dataset.clips) == count and dataset.labels == ("owl",)
    told(25, f"{count} clips: loads (what the pages say of so few is theirs)")


def test_26_sound_above_full_scale(tmp_path):
    x = np.random.default_rng(0).normal(0, 1, 12 * RATE)
    soundfile.write(tmp_path / "r1.wav", 8 * x / np.abs(x).max(), RATE, subtype="FLOAT")
    dataset = build_dataset(tmp_path)
    played = render(load_clip(dataset.recordings[0].sound, 0, 12, RATE), RATE)
    pcm = np.abs(np.frombuffer(played.wav[44:], "<i2").astype(int))
    assert (pcm >= 32767).mean() < 1e-4 and played.gain_db < -18
    (problem,) = dataset.problems
    told(
        26,
        f"{problem.detail}; played {played.gain_db:.1f} dB, {100 * (pcm >= 32767).mean():.3f} % at full scale",
    )


def test_27_channels_that_cancel(tmp_path):
    x = np.random.default_rng(0).uniform(-0.3, 0.3, 12 * RATE)
    soundfile.write(tmp_path / "r1.wav", np.stack([x, -x], axis=1), RATE)
    (problem,) = build_dataset(tmp_path).problems
    assert problem.kind == "cancel"
    (recording,) = build_dataset(tmp_path, options={"channel": 2}).recordings
    assert np.abs(load_clip(recording.sound, 0, 1, RATE)).max() > 0.2
    told(27, problem.detail)


def test_28_what_folders_take_uploads_take(r1, tmp_path_factory):
    from bioviz.datasets.files import upload

    for i, (file, content, _) in enumerate(TABLES.values()):
        stored = upload.store([("r1.wav", (r1 / "r1.wav").open("rb")), (file, _stream(content, i))])
        assert {path.name for path in stored.iterdir()} == {"r1.wav", file}
    told(28, "uploads keep every kind of file that folders read")


def _stream(content: str, salt: int):
    import io

    return io.BytesIO(content.encode() + b"\n" * salt)


# --- beyond the numbered cases ----------------------------------------------------------------------------------------


LONE = ["audio", "wav", "WAVs", "recordings", "sounds", "Data/audio", "files", "train", "Audio Files"]


@pytest.mark.parametrize("folder", LONE)
def test_a_lone_folder_of_recordings_is_no_species(tmp_path, folder):
    for i in range(3):
        write(tmp_path / folder / f"{i}.wav", seconds=20, seed=i)
    dataset = build_dataset(tmp_path, options={"width_s": 2, "hop_s": 2})
    assert dataset.labels == () and len(dataset.clips) == 30
    told("lone folder", f"{folder}/: no species, whole recordings")


def test_a_lone_folder_named_after_a_species_is_asked_about(tmp_path):
    write(tmp_path / "Strix aluco" / "a.wav")
    dataset = build_dataset(tmp_path)
    assert dataset.labels == ("Strix aluco",)
    assert [p.file for p in dataset.problems if p.kind == "one_folder"] == ["Strix aluco"]
    told("lone folder", "Strix aluco/: the label, and said so")


def test_class_folders_of_long_recordings_are_cut_into_windows(tmp_path):
    for i, name in enumerate(["owl", "noise"]):
        write(tmp_path / name / "a.wav", seconds=60, seed=i)
    dataset = build_dataset(tmp_path)
    of = labels_of(dataset)
    assert len(of["owl/a.wav"]) >= 20 and all(labels == {"owl"} for labels in of["owl/a.wav"])
    assert not any(of["noise/a.wav"])
    assert "truncated" not in kinds(dataset) and kinds(dataset)["cut"] == ["all recordings"]
    assert build_dataset(tmp_path, options={"task": "classification"}).plan.width_s == 10
    told("class folders", next(p.detail for p in dataset.problems if p.kind == "cut"))


def test_stray_folders_of_other_depth_are_named(tmp_path):
    for i, name in enumerate(["owl/a.wav", "frog/a.wav", "owl/old/b.wav", "c.wav"]):
        write(tmp_path / name, seed=i)
    dataset = build_dataset(tmp_path)
    assert labels_of(dataset)["owl/old/b.wav"] == [{"owl"}]
    assert kinds(dataset) == {"unlisted": ["c.wav"], "stray": ["owl/old"]}
    told("stray folders", next(p.detail for p in dataset.problems if p.kind == "stray"))


def test_mirrored_trees_of_audio_and_annotations(tmp_path):
    for i, site in enumerate(["north", "south"]):
        write(tmp_path / "audio" / site / "a.wav", seconds=4, seed=i)
        lines(tmp_path / "annotations" / site / "a.txt", f"{i}\t{i + 1}\t{site}owl")
    dataset = build_dataset(tmp_path)
    found = {(name, start, label) for name, start, _, label, _, _ in boxes(dataset)}
    assert found == {("audio/north/a.wav", 0.0, "northowl"), ("audio/south/a.wav", 1.0, "southowl")}
    assert dataset.problems == ()
    told("mirrored trees", "each table finds its recording")


# kind -> (what stands for the start, what makes it no time)
START = {
    "DCASE few-shot": ("1.0", "soon"),
    "crowsetta generic-seq": ("1.0", "soon"),
    "crowsetta simple-seq": ("1.0", "soon"),
    "crowsetta simple-seq, other names": ("1.0", "soon"),
    "crowsetta audacity box": ("1.0", "soon"),
    "batdetect2 CSV": ("1.0", "soon"),
    "batdetect2 JSON": ("1.0", '"soon"'),
    "Raven with Delta Time": ("1.0", "soon"),
    "Raven saved as CSV": ("1,1,2", "1,soon,2"),
    "sep=;": ("1,0;", "soon;"),
    "opensoundscape boxes": ("1.0", "soon"),
    "opensoundscape one-hot": ("1.0", "soon"),
    "AviaNZ": ("[1, 2", '["soon", 2'),
    "German headers": ("1,0;", "soon;"),
    "German headers, from and to": ("1,0;2,0", "x,0;2,0"),
    "Hoplite": ("1.0", "soon"),
    "Hoplite inference": ("1.0", "soon"),
    "bacpipe": ("1,2", "soon,2"),
    "BirdNET Audacity": ("1.0", "soon"),
    "BirdNET R": ("1,2", "soon,2"),
    "BirdNET Kaleidoscope": ("1.0,", "soon,"),
    "BirdNET Raven": ("1.0", "soon"),
    "evaluation table": ("1.0", "soon"),
    "Perch and BirdSet": ("1,2", "soon,2"),
    "TIMIT": ("16000", "soon"),
    "BirdCLEF": ("r1_5", "r1_soon"),
}  # fmt: skip


@pytest.mark.parametrize("later", [False, True], ids=["first row", "later row"])
@pytest.mark.parametrize("kind", START)
def test_a_row_without_times_leaves_its_recording_out_of_background(r1, kind, later):
    write(r1 / "r2.wav", seconds=12, rate=RATE, seed=1)
    lines(r1 / "r2.txt", "1\t2\tfrog")
    file, content, _ = TABLES[kind]
    assert START[kind][0] in content
    broken = content.replace(*START[kind], 1)
    if later and not file.endswith((".json", ".data")):
        broken = (
            content + next(line for line in broken.splitlines() if line not in content.splitlines()) + "\n"
        )
    (r1 / file).write_text(broken)
    dataset = build_dataset(r1, options={**WINDOWS, "unannotated": "background"})
    of_r1 = labels_of(dataset).get("r1.wav", [])
    assert all(of_r1) and {p.kind for p in dataset.problems} & LEFT_OUT
    told("a row without times", f"{kind}: no background from its recording")


def test_every_kind_of_table_is_tried_with_a_broken_time():
    assert set(START) == set(TABLES)


# --- faults of reading that were found later --------------------------------------------------------------------------


def test_damaged_sound_that_no_table_mentions_is_called_damaged(tmp_path):
    write(tmp_path / "a.wav")
    (tmp_path / "broken.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEjunk" + bytes(40))
    (tmp_path / "empty.wav").write_bytes(b"")
    write(tmp_path / "whole.wav", seed=1)
    lines(tmp_path / "x.csv", "path,start_s,end_s,label", "a.wav,0,1,owl")
    dataset = build_dataset(tmp_path)
    by_kind = kinds(dataset)
    assert by_kind["unreadable"] == ["broken.wav"] and by_kind["empty_audio"] == ["empty.wav"]
    assert by_kind["unlisted"] == ["whole.wav"]
    (damage,) = [each.detail for each in dataset.problems if each.kind == "unreadable"]
    assert damage.startswith("broken.wav cannot be read as audio: ")


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        ("detector_confidence", ("owl",)),
        ("BirdNET score", ("owl",)),
        ("modelProbability", ("owl",)),
        ("observer_confidence", ("frog", "owl")),  # how sure a person is, is no detector's confidence
    ],
)
def test_confidences_whose_name_says_whose_they_are(tmp_path, column, labels):
    write(tmp_path / "a.wav")
    lines(tmp_path / "x.csv", f"path,start_s,end_s,label,{column}", "a.wav,0,1,owl,0.9", "a.wav,2,3,frog,0.3")
    dataset = build_dataset(tmp_path, options={"min_confidence": 0.5})
    assert dataset.labels == labels
    assert ("no_confidence" in kinds(dataset)) == (len(labels) == 2)


def test_several_of_a_kind_are_counted_in_words(tmp_path):
    write(tmp_path / "a.wav")
    lines(
        tmp_path / "x.csv", "path,start_s,end_s,label", "a.wav,0,1,owl", "a.wav,9,10,owl", "a.wav,11,12,owl"
    )
    (outside,) = [each.detail for each in build_dataset(tmp_path).problems if each.kind == "past_end"]
    assert outside == "it lies outside the recording of 4.00 s (2 annotations)"


@pytest.mark.parametrize(
    "titles",
    [
        ["Owls of the north wood"],
        ["# exported by a program", "# 2024-05-01"],
        ["Project;North wood;;;", "Recorder;SM4;;;", ""],
        ["Owl survey, 2024 (start, end, label in seconds)"],
        ["% one", "// two", "Survey 3"],
    ],
)
def test_lines_above_a_clear_header_are_passed_over_and_said(tmp_path, titles):
    write(tmp_path / "a.wav")
    lines(tmp_path / "x.csv", *titles, "file;start;end;label;note", "a.wav;0;1;owl;", "a.wav;x;3;owl;")
    dataset = build_dataset(tmp_path)
    assert boxes(dataset) == [("a.wav", 0.0, 1.0, "owl", None, None)]
    said = {each.kind: each.detail for each in dataset.problems}
    assert f"“{titles[0]}”" in said["titles"]
    assert said["bad_row"].startswith(f"line {len(titles) + 3}: ")  # as lines are counted in the file


def test_lines_above_a_header_that_says_nothing_are_asked_about(tmp_path):
    write(tmp_path / "a.wav")
    lines(
        tmp_path / "x.csv", "Owls of the north wood", "wo;los;schluss;was", "a.wav;0;1;owl", "a.wav;2;3;frog"
    )
    with pytest.raises(NotUnderstood) as asked:
        build_dataset(tmp_path)
    (account,) = asked.value.accounts
    assert account.columns == ("wo", "los", "schluss", "was") and account.first_row == (
        "a.wav",
        "0",
        "1",
        "owl",
    )
    explained = {"path": "wo", "start": "los", "end": "schluss", "label": "was"}
    assert build_dataset(tmp_path, options={"columns": explained}).labels == ("frog", "owl")


@pytest.mark.parametrize(
    "rows",
    [
        ["0.5\t1.0\towl", "2\t3\tfrog"],
        ["file,start,end,label", "a.wav,0,1,owl", "file,start,end,label,note"],
        ["sep=;", "file;start;end;label", "a.wav;0;1;owl"],
        ["a.wav,0,1,owl", "file,start,end,label", "a.wav,0,1,owl"],
        ['{"a": 1,', '"file": 1, "start": 2, "end": 3, "label": 4}'],
    ],
)
def test_no_data_is_taken_for_a_title(rows):
    assert title_lines(rows) == 0
