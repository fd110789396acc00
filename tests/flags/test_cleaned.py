"""Flags applied give a new dataset in which only what was flagged differs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.datasets import library
from bioviz.datasets.types import Annotation
from bioviz.errors import BadInput
from bioviz.flags import KINDS, Flags, apply_flags, flag, load_flags, make_cleaned
from bioviz.flags.records import Flag
from tests.embedding.stored import places_of_blocks
from tests.flags.datasets import LABELS, detection, identity, named_labels, recording
from tests.sounds import saved_calls


def flags_of(dataset, **by_row) -> Flags:
    """Flags(r3=("missed", "owl"), ...): kind, label, wrong."""
    return Flags({int(r[1:]): (made(dataset, int(r[1:]), *what),) for r, what in sorted(by_row.items())})


def made(dataset, row: int, kind: str, label: str = "", wrong: str = "") -> Flag:
    where = dataset.recordings[dataset.clips.recording[row]]
    start, end = float(dataset.clips.start_s[row]), float(dataset.clips.end_s[row])
    time = "2026-01-02T03:04:05.000000+00:00"
    return Flag(
        "0" * 8, where.content_hash, where.name, start, end, row, kind, label, wrong, "", "anna", time
    )


def boxes(dataset) -> list[tuple]:
    return [(dataset.recordings[a.recording].name, a.start_s, a.end_s, a.label) for a in dataset.annotations]


# Windows of a.wav: rows 0 to 6, of b.wav: 7 to 13; each 2 s, every second.
FIELD = detection([(0, 1.2, 2.8, "frog"), (0, 2.5, 3.5, "owl"), (1, 5.0, 6.0, "frog")])


def test_the_test_dataset_is_as_the_tests_assume():
    labels = named_labels(FIELD)
    assert [r for r in range(14) if "frog" in labels[r]] == [0, 1, 2, 11, 12]
    assert [r for r in range(14) if "owl" in labels[r]] == [1, 2, 3]


@pytest.mark.parametrize(
    "row, what, expected",
    [
        (0, ("wrong_label", "wren"), {"wren"}),
        (0, ("wrong_label", "jay"), {"jay"}),
        (0, ("wrong_label",), set()),
        (1, ("wrong_label", "wren"), {"wren"}),
        (1, ("wrong_label", "wren", "frog"), {"wren", "owl"}),
        (1, ("wrong_label", "", "owl"), {"frog"}),
        (1, ("wrong_label", "", "no longer a label"), None),
        (4, ("wrong_label", "wren"), {"wren"}),
        (2, ("background",), set()),
        (4, ("background",), None),
        (4, ("missed", "owl"), {"owl"}),
        (0, ("missed", "owl"), {"frog", "owl"}),
        (0, ("missed", "frog"), None),
        (0, ("unsure",), None),
        (0, ("fine",), None),
    ],
)
def test_what_each_kind_does_to_its_clip(row, what, expected):
    found = flags_of(FIELD, **{f"r{row}": what})
    if expected is None:
        with pytest.raises(BadInput, match="change nothing"):
            apply_flags(FIELD, found)
        return
    cleaned = apply_flags(FIELD, found)
    before, after = named_labels(FIELD), named_labels(cleaned)
    assert after[row] == expected
    assert [labels for r, labels in enumerate(after) if r != row] == [
        labels for r, labels in enumerate(before) if r != row
    ]


def test_bad_audio_takes_the_clip_out_and_the_rest_moves_up():
    cleaned = apply_flags(FIELD, flags_of(FIELD, r0=("bad_audio",), r8=("bad_audio",)))
    kept = [r for r in range(14) if r not in (0, 8)]
    assert [identity(cleaned, r) for r in range(12)] == [identity(FIELD, r) for r in kept]
    assert named_labels(cleaned) == [named_labels(FIELD)[r] for r in kept]


def test_a_recording_without_a_clip_left_goes_and_its_boxes_too():
    gone = apply_flags(FIELD, flags_of(FIELD, **{f"r{r}": ("bad_audio",) for r in range(7)}))
    assert [r.name for r in gone.recordings] == ["b.wav"]
    assert gone.clips.recording.tolist() == [0] * 7
    assert boxes(gone) == [("b.wav", 5.0, 6.0, "frog")]
    assert gone.labels == ("frog", "wren"), "owl is nowhere any more; wren never was, but is declared"
    with pytest.raises(BadInput, match="nothing would be left"):
        apply_flags(FIELD, flags_of(FIELD, **{f"r{r}": ("bad_audio",) for r in range(14)}))


def test_a_box_follows_when_all_its_clips_agree():
    some = apply_flags(FIELD, flags_of(FIELD, r11=("background",)))
    assert boxes(some) == boxes(FIELD), "a clip still carries the label of the box"
    none = apply_flags(FIELD, flags_of(FIELD, r11=("background",), r12=("background",)))
    assert boxes(none) == boxes(FIELD)[:2]
    other = apply_flags(FIELD, flags_of(FIELD, r11=("wrong_label", "jay"), r12=("wrong_label", "jay")))
    assert boxes(other) == [*boxes(FIELD)[:2], ("b.wav", 5.0, 6.0, "jay")]
    heard = apply_flags(FIELD, flags_of(FIELD, r11=("wrong_label", "jay"), r12=("bad_audio",)))
    assert boxes(heard) == [*boxes(FIELD)[:2], ("b.wav", 5.0, 6.0, "jay")]
    split = apply_flags(FIELD, flags_of(FIELD, r11=("wrong_label", "jay"), r12=("wrong_label", "owl")))
    assert boxes(split) == [*boxes(FIELD)[:2], ("b.wav", 4.0, 6.0, "jay"), ("b.wav", 5.0, 7.0, "owl")]


def test_a_missed_call_becomes_a_box_over_its_clip_within_the_recording():
    short = detection(recordings=(recording("a.wav", seconds=1.5),))
    cleaned = apply_flags(short, flags_of(short, r0=("missed", "owl")))
    assert boxes(cleaned) == [("a.wav", 0.0, 1.5, "owl")]
    assert cleaned.annotations[0].extras == {"Flagged by": "anna"}


def test_new_labels_come_in_the_datasets_order():
    new = flags_of(FIELD, r4=("missed", "jay"))
    assert apply_flags(FIELD, new).labels == ("frog", "jay", "owl", "wren")
    declared = detection(labels=("wren", "frog", "owl"))
    assert apply_flags(declared, flags_of(declared, r4=("missed", "jay"))).labels == (
        "wren",
        "frog",
        "owl",
        "jay",
    )


def test_the_version_the_id_and_the_record():
    found = flags_of(FIELD, r4=("missed", "owl"), r5=("fine",))
    cleaned = apply_flags(FIELD, found)
    assert cleaned.version != FIELD.version
    assert cleaned.id.startswith(f"{FIELD.id}-clean-") and len(cleaned.id) == len(FIELD.id) + 15
    record = cleaned.source["cleaned"]
    assert (record["parent"], record["parent_version"]) == (FIELD.id, FIELD.version)
    assert (record["counts"], record["clips_changed"], record["clips_removed"]) == ({"missed": 1}, 1, 0)
    assert [(f["row"], f["label"], f["user"]) for f in record["flags"]] == [(4, "owl", "anna")]
    json.dumps(record)
    assert apply_flags(FIELD, found).id == cleaned.id
    assert apply_flags(FIELD, flags_of(FIELD, r4=("missed", "wren"))).id != cleaned.id


def test_cleaned_datasets_are_numbered_saved_and_can_be_cleaned_again(own_cache):
    library.save(FIELD)
    flag(FIELD, 4, "missed", user="anna", label="owl")
    first = make_cleaned(FIELD, load_flags(FIELD))
    assert make_cleaned(FIELD, load_flags(FIELD)).name == first.name == "Field (cleaned 1)"
    assert library.load(first.id).version == first.version
    assert library.load(first.id).source["cleaned"]["parent"] == FIELD.id
    flag(FIELD, 5, "bad_audio", user="anna")
    second = make_cleaned(FIELD, load_flags(FIELD))
    assert len(load_flags(first)) == 0, "what was applied is not to be done again"
    flag(first, 0, "background", user="anna")
    third = make_cleaned(first, load_flags(first))
    assert [second.name, third.name] == ["Field (cleaned 2)", "Field (cleaned 3)"]
    assert third.id.startswith(f"{FIELD.id}-clean-") and third.source["cleaned"]["parent"] == first.id
    assert library.load(FIELD.id).version == FIELD.version
    assert sorted(s.name for s in library.list_datasets()) == [
        "Field",
        *(f"Field (cleaned {i})" for i in (1, 2, 3)),
    ]


some_boxes = st.lists(
    st.tuples(st.integers(0, 1), st.floats(0, 7), st.floats(0.1, 3), st.sampled_from(LABELS)).map(
        lambda b: (b[0], round(b[1], 2), round(min(b[1] + b[2], 8.0), 2), b[3])
    ),
    max_size=6,
)
verdicts = st.tuples(
    st.sampled_from(KINDS), st.sampled_from((*LABELS, "jay")), st.sampled_from(("", *LABELS))
).map(
    lambda v: (v[0], v[1] if v[0] in ("wrong_label", "missed") else "", v[2] if v[0] == "wrong_label" else "")
)


@settings(max_examples=150, deadline=None)
@given(some_boxes, st.dictionaries(st.integers(0, 13), verdicts, min_size=1, max_size=13))
def test_only_what_is_flagged_changes(field_boxes, by_row):
    dataset = detection(field_boxes)
    version, labels_before, boxes_before = dataset.version, named_labels(dataset), boxes(dataset)
    expected = {}
    for row, on in enumerate(labels_before):
        kind, label, wrong = by_row.get(row, ("fine", "", ""))
        match kind:
            case "wrong_label":
                on = (on - {wrong} if wrong else set()) | ({label} - {""})
            case "background":
                on = set()
            case "missed":
                on = on | {label}
            case "bad_audio":
                continue
        expected[identity(dataset, row)] = on
    found = Flags({row: (made(dataset, row, *by_row[row]),) for row in sorted(by_row)})
    unchanged = list(expected.values()) == labels_before
    if unchanged:
        with pytest.raises(BadInput):
            apply_flags(dataset, found)
        return
    cleaned = apply_flags(dataset, found)

    assert (replace(dataset).version, named_labels(dataset), boxes(dataset)) == (
        version,
        labels_before,
        boxes_before,
    )
    assert {identity(cleaned, r): on for r, on in enumerate(named_labels(cleaned))} == expected
    assert list(expected) == [identity(cleaned, r) for r in range(len(cleaned.clips))]
    assert cleaned.version != version
    firsts = [sorted(on, key=cleaned.labels.index)[:1] for on in expected.values()]
    assert [cleaned.target_names[t] for t in cleaned.targets] == [f[0] if f else "background" for f in firsts]
    assert {r.name for r in cleaned.recordings} == {name for _, name, *_ in expected}
    # A box whose clips were not flagged is as before, and every label of a clip is backed by a box.
    flagged = {identity(dataset, row)[1] for row in by_row}
    assert [b for b in boxes(cleaned) if b[0] not in flagged] == [
        b for b in boxes_before if b[0] not in flagged
    ]
    for row, on in enumerate(named_labels(cleaned)):
        _, name, start, end, _ = identity(cleaned, row)
        touching = {label for file, a, b, label in boxes(cleaned) if file == name and a < end and b > start}
        assert on <= touching
    marked = {box[3] for box in boxes(cleaned)}
    assert marked <= {label for on in expected.values() for label in on}, "a box whose label no clip carries"
    assert Counter(b[3] for b in boxes(cleaned) if b[3] == "jay").total() <= len(by_row)


def test_embeddings_of_what_did_not_change_are_used_again(own_cache, tmp_path):
    from bioviz.embedding.pipeline import embed_dataset

    original = saved_calls(tmp_path / "calls")
    before = embed_dataset(original, "acoustic_features", "none")
    blocks = places_of_blocks(own_cache / "blocks")
    flag(original, 0, "bad_audio", user="anna")
    flag(original, 5, "wrong_label", user="anna", label="low call")
    cleaned = make_cleaned(original, load_flags(original))
    after = embed_dataset(cleaned, "acoustic_features", "none")
    assert places_of_blocks(own_cache / "blocks") == blocks, "something was computed again"
    assert np.array_equal(after.matrix, np.asarray(before.matrix)[1:])
    assert cleaned.targets[4] != original.targets[5]


def test_a_box_on_a_clip_that_goes_is_not_counted_as_its_label(own_cache):
    dataset = detection()
    first = dataset.clips.start_s[3]
    flag(dataset, 3, "bad_audio", user="anna")
    box = Annotation(0, float(first) + 0.9, float(first) + 1.1, "wren")  # in clips 2, 3 and 4
    drawn = apply_flags(dataset, load_flags(dataset), boxes=[box]).source["cleaned"]["annotations"]
    assert drawn == {"boxes": 1, "clips_labelled": 2, "against_flags": 0}
