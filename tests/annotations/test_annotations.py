"""Boxes that users draw: kept, changed, removed, read back by the readers, and applied in a cleaned dataset."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
import soundfile

from bioviz import flags
from bioviz.annotations import ANNOTATION_LOGS, annotate, change, load_annotations, remove, tables
from bioviz.annotations.aoef import to_aoef
from bioviz.annotations.records import UserAnnotation
from bioviz.config import settings
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.errors import BadInput, Missing
from bioviz.flags.drawn import in_words
from tests.flags.datasets import LABELS, detection, named_labels

HOSTILE = "=cmd()\t<b>\nowl"


@pytest.fixture
def field(own_cache):
    return detection([(0, 1.0, 2.0, "owl")])


def test_a_box_is_kept_with_who_and_when_and_read_back(field):
    drawn = annotate(field, 0, 1.25, 2.5, "wren", user="Ada", low_hz=10, high_hz=30, note="a  faint\none")
    assert load_annotations(field).by_recording == {0: (drawn,)}
    assert (drawn.user, drawn.label, drawn.note) == ("Ada", "wren", "a faint one")
    assert drawn.time.endswith("+00:00")
    assert UserAnnotation.from_dict(json.loads(json.dumps(drawn.to_dict()))) == drawn


def test_a_box_is_cut_to_the_recording_and_its_whole_band_is_no_band(field):
    drawn = annotate(field, 0, -3, 99, "wren", user="Ada", low_hz=0, high_hz=1e6)
    assert (drawn.start_s, drawn.end_s, drawn.low_hz, drawn.high_hz) == (0, 8, None, None)


@pytest.mark.parametrize(
    "box",
    [
        (9, 10, None, None),
        (2, 1, None, None),
        (1, 1, None, None),
        (float("nan"), 2, None, None),
        (1, float("inf"), None, float("nan")),
        (1, 2, 60, 90),
        (1, 2, 30, 20),
    ],
)
def test_a_box_that_cannot_be_is_refused_with_a_sentence(field, box):
    with pytest.raises(BadInput):
        annotate(field, 0, box[0], box[1], "wren", user="Ada", low_hz=box[2], high_hz=box[3])
    assert len(load_annotations(field)) == 0


@pytest.mark.parametrize(("label", "user"), [("", "Ada"), ("  ", "Ada"), ("noise", "Ada"), ("wren", "../x")])
def test_labels_and_users_are_held_to_what_flags_allow(field, label, user):
    with pytest.raises(BadInput):
        annotate(field, 0, 1, 2, label, user=user)


def test_an_act_that_is_told_twice_counts_once(field):
    for _ in range(2):
        annotate(field, 0, 1, 2, "wren", user="Ada", id="act-00000001")
    (drawn,) = load_annotations(field).by_recording[0]
    for _ in range(2):
        change(field, drawn.id, user="Ada", label="owl", id="act-00000002") if drawn.label == "wren" else None
        drawn = load_annotations(field).by_recording[0][0]
    assert len(load_annotations(field)) == 1
    for _ in range(2):
        remove(field, drawn.id, user="Ada", id="act-00000003")
    assert len(load_annotations(field)) == 0


def test_only_ones_own_are_changed_and_removed_and_the_log_keeps_all(field):
    drawn = annotate(field, 0, 1, 2, "wren", user="Ada")
    with pytest.raises(Missing):
        change(field, drawn.id, user="Bob", label="owl")
    with pytest.raises(Missing):
        remove(field, drawn.id, user="Bob")
    before = ANNOTATION_LOGS.state(field.id)
    new = change(field, drawn.id, user="ada", label="owl", box=(1.5, 3.0, 5.0, 20.0), note="sure")
    assert ANNOTATION_LOGS.state(field.id) != before
    (now,) = load_annotations(field).by_recording[0]
    assert now == new
    assert (now.label, now.start_s, now.end_s, now.low_hz, now.high_hz) == ("owl", 1.5, 3, 5, 20)
    remove(field, new.id, user="Ada")
    assert len(load_annotations(field)) == 0
    (path,) = (settings().cache_dir / "annotations" / field.id).glob("*.jsonl")
    assert len(path.read_bytes().splitlines()) == 3


def test_a_line_that_a_crash_cut_short_is_passed_over_and_said(field):
    first = annotate(field, 0, 1, 2, "wren", user="Ada")
    (path,) = (settings().cache_dir / "annotations" / field.id).glob("*.jsonl")
    with path.open("ab") as file:
        file.write(b'{"id": "x", "start_s": 1e999}\n[1]\n"x"\n{"half')
    second = annotate(field, 1, 1, 2, "owl", user="Ada")
    loaded = load_annotations(field)
    assert loaded.by_recording == {0: (first,), 1: (second,)}
    assert loaded.damaged == 4


def test_many_at_once_are_all_kept(field):
    threads = [
        threading.Thread(target=annotate, args=(field, 0, i / 10, i / 10 + 1, "wren"), kwargs={"user": "Ada"})
        for i in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load_annotations(field)) == 12


def test_recordings_are_known_by_their_content(field):
    annotate(field, 1, 1, 2, "wren", user="Ada")
    moved = detection(recordings=field.recordings[::-1])
    assert list(load_annotations(moved).by_recording) == [0]
    gone = detection(recordings=field.recordings[:1])
    assert len(load_annotations(gone)) == 0
    assert len(load_annotations(gone).unplaced) == 1
    assert [each.user for each in ANNOTATION_LOGS.read(field.id)] == ["ada"]


@pytest.mark.parametrize("form", ["raven", "audacity", "csv", "aoef"])
def test_exported_tables_are_read_back_as_they_were_drawn(own_cache, tmp_path, form):
    folder = tmp_path / "field"
    (folder / "day").mkdir(parents=True)
    for i, name in enumerate(("day/a.wav", "b.wav")):
        noise = np.random.default_rng(i).normal(0, 0.05, 6 * 22_050)
        soundfile.write(folder / name, noise, 22_050)
    (folder / "boxes.csv").write_text("path,start_s,end_s,label\nday/a.wav,1,2,owl\nb.wav,0.5,2,owl\n")
    dataset = build_dataset(folder, name="Field")
    library.save(dataset)
    at = {recording.name: i for i, recording in enumerate(dataset.recordings)}
    annotate(dataset, at["day/a.wav"], 1.234567, 2.5, "wren", user="Ada", low_hz=1_000.5, high_hz=4_000)
    annotate(dataset, at["day/a.wav"], 3, 4, HOSTILE, user="Ada", low_hz=500, high_hz=900, note=HOSTILE)
    annotate(dataset, at["b.wav"], 0.1, 0.4, "grey owl", user="Bob")
    drawn = load_annotations(dataset)
    makers = {
        "raven": tables.to_raven,
        "audacity": tables.to_audacity,
        "csv": tables.to_csv,
        "aoef": to_aoef,
    }
    made = makers[form](dataset, drawn)
    assert makers[form](dataset, load_annotations(dataset)) == made, (
        "the same annotations give the same bytes"
    )
    files = made if isinstance(made, dict) else {"boxes.json" if form == "aoef" else "boxes.csv": made}
    (folder / "boxes.csv").unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    again = build_dataset(folder, name="Again")
    read = sorted(
        (
            again.recordings[a.recording].name,
            round(a.start_s, 4),
            round(a.end_s, 4),
            a.low_hz,
            a.high_hz,
            a.label,
        )
        for a in again.annotations
    )
    top = 22_050 / 2 if form == "raven" else None  # Raven knows no box without a band
    assert read == [
        ("b.wav", 0.1, 0.4, 0 if top else None, top, "grey owl"),
        ("day/a.wav", 1.2346, 2.5, 1_000.5, 4_000, "wren"),
        ("day/a.wav", 3, 4, 500, 900, "=cmd() <b> owl"),
    ]


def cleaned(field, **kwargs):
    return flags.apply_flags(field, flags.load_flags(field), boxes=load_annotations(field).boxes, **kwargs)


def test_a_call_drawn_in_background_labels_the_windows_it_overlaps(field):
    annotate(field, 1, 4.2, 4.6, "wren", user="Ada", low_hz=10, high_hz=20)
    result = cleaned(field)
    before, after = named_labels(field), named_labels(result)
    clips = field.clips
    for row in range(len(clips)):
        in_it = clips.recording[row] == 1 and clips.start_s[row] < 4.5 and clips.end_s[row] > 4.3
        assert after[row] == (before[row] | {"wren"} if in_it else before[row]), row
    added = result.annotations[-1]
    assert (added.recording, added.start_s, added.end_s, added.label) == (1, 4.2, 4.6, "wren")
    assert (added.low_hz, added.high_hz, added.extras["Annotated by"]) == (10, 20, "Ada")
    record = result.source["cleaned"]
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    assert changed == 2
    assert record["annotations"] == {"boxes": 1, "clips_labelled": 2, "against_flags": 0}
    assert record["clips_changed"] == 2
    assert in_words(record["annotations"]) == "1 drawn annotation labelled 2 clips."


def test_a_new_label_and_a_flag_that_says_otherwise(field):
    row = int(np.flatnonzero((field.clips.recording == 0) & (field.clips.start_s == 0))[0])
    flags.flag(field, row, "background", user="Bob")
    annotate(field, 0, 0.2, 1.2, "bat", user="Ada")
    result = cleaned(field)
    assert result.labels == tuple(sorted((*LABELS, "bat")))
    assert named_labels(result)[row] == {"bat"}
    told = result.source["cleaned"]["annotations"]
    assert told["against_flags"] == 1
    assert "against a flag of the whole clip" in in_words(told)


def test_what_a_flag_leaves_out_stays_out(field):
    rows = np.flatnonzero(field.clips.recording == 1)
    for row in rows.tolist():
        flags.flag(field, row, "bad_audio", user="Bob")
    annotate(field, 1, 4.2, 4.6, "wren", user="Ada")
    result = cleaned(field)
    assert len(result.recordings) == 1
    assert "wren" not in {annotation.label for annotation in result.annotations}


def test_the_same_boxes_give_the_same_dataset_and_others_another(field):
    annotate(field, 1, 4.2, 4.6, "wren", user="Ada")
    first = cleaned(field)
    assert cleaned(field).id == first.id
    annotate(field, 1, 6.2, 6.6, "wren", user="Ada")
    assert cleaned(field).id != first.id
    with pytest.raises(BadInput):
        flags.apply_flags(field, flags.load_flags(field))


def test_flags_alone_give_the_dataset_that_they_gave_before(field):
    flags.flag(field, 0, "background", user="Bob")
    alone = flags.apply_flags(field, flags.load_flags(field))
    assert cleaned(field).id == alone.id
    assert alone.source["cleaned"]["annotations"] is None
