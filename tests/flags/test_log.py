"""Flags are kept: by several processes at once, through crashes, undo and new scans."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bioviz.datasets.types import WindowPlan
from bioviz.errors import BadInput, Missing
from bioviz.flags import FLAG_LOGS, check_user, flag, load_flags, tables, undo
from tests.flags.datasets import detection, recording

PROJECT = Path(__file__).resolve().parents[2]
APPENDER = """
import sys
from bioviz.flags import flag
from tests.flags.datasets import detection
dataset = detection()
print("ready", flush=True)
sys.stdin.readline()
for i in range(200):
    flag(dataset, i % len(dataset.clips), "unsure", user="anna", note=f"{sys.argv[1]} {i}")
"""


def path_of(dataset, user: str, cache: Path) -> Path:
    return cache / "flags" / dataset.id / f"{user}.jsonl"


def test_a_flag_is_there_when_asked_for(own_cache):
    dataset = detection()
    flag(dataset, 3, "wrong_label", user="Anna", label="owl", wrong="frog", note="heard\ttwice")
    flag(dataset, 9, "bad_audio", user="Anna")
    found = load_flags(dataset)
    assert found.rows.tolist() == [3, 9]
    assert found.counts == {
        "wrong_label": 1, "background": 0, "missed": 0, "bad_audio": 1, "unsure": 0, "fine": 0,
    }  # fmt: skip
    assert found.of(3).text == "wrong label: frog is owl"
    assert found.of(3).note == "heard twice"
    assert found.labels.tolist() == ["owl", ""]
    assert found.column(14).tolist() == [-1] * 3 + [0] + [-1] * 5 + [3] + [-1] * 4
    assert found.of(4) is None and len(found) == 2


def test_two_processes_lose_no_flag(own_cache):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", APPENDER, name],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:  # both wait for this, so that they write at the same time
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.wait(timeout=100) for writer in writers] == [0, 0]
    for writer in writers:
        writer.stdin.close()
        writer.stdout.close()
    (kept,) = FLAG_LOGS.read(detection().id, "anna")
    assert kept.damaged == 0
    assert sorted(f.note for f in kept.records) == sorted(
        f"{name} {i}" for name in ("one", "two") for i in range(200)
    )


@pytest.mark.parametrize("torn", [b'{"id":"abc', b'{"id": 1}', b"\xff\xfe", b"[1]", b"null"])
def test_a_line_that_a_crash_cut_short_costs_only_itself(own_cache, torn):
    dataset = detection()
    flag(dataset, 0, "fine", user="anna")
    with path_of(dataset, "anna", own_cache).open("ab") as file:
        file.write(torn)
    assert load_flags(dataset).rows.tolist() == [0]
    flag(dataset, 1, "unsure", user="anna")
    found = load_flags(dataset)
    assert found.rows.tolist() == [0, 1]
    assert found.damaged == 1


def test_undo_brings_back_the_flag_before(own_cache):
    dataset = detection()
    flag(dataset, 2, "fine", user="anna")
    flag(dataset, 2, "bad_audio", user="anna")
    flag(dataset, 3, "unsure", user="anna")
    assert load_flags(dataset).of(2).kind == "bad_audio"
    assert undo(dataset, 2, user="anna").kind == "bad_audio"
    assert load_flags(dataset).of(2).kind == "fine"
    assert undo(dataset, 2, user="ben") is None
    undo(dataset, 2, user="anna")
    assert undo(dataset, 2, user="anna") is None
    assert load_flags(dataset).rows.tolist() == [3]
    assert path_of(dataset, "anna", own_cache).read_text().count("\n") == 5, "a line was taken out of the log"


def test_an_act_that_is_told_twice_counts_once(own_cache):
    dataset = detection()
    flag(dataset, 2, "fine", user="anna", id="act-00000001")
    flag(dataset, 2, "unsure", user="anna", id="act-00000002")
    flag(dataset, 2, "fine", user="anna", id="act-00000001")
    assert load_flags(dataset).of(2).kind == "unsure"
    undo(dataset, 2, user="anna", id="act-00000003")
    undo(dataset, 2, user="anna", id="act-00000003")
    assert load_flags(dataset).of(2).kind == "fine"


def test_users_are_kept_apart_the_latest_decides_and_disagreement_shows(own_cache):
    dataset = detection()
    flag(dataset, 1, "bad_audio", user="Anna")
    flag(dataset, 1, "fine", user="ben")
    flag(dataset, 4, "unsure", user="ben")
    flag(dataset, 4, "missed", user="Anna", label="owl")
    found = load_flags(dataset)
    assert found.users == ("Anna", "ben")
    assert [f.kind for f in found.deciding] == ["fine", "missed"]
    assert found.disagreement.tolist() == [True, False]
    assert load_flags(dataset, "anna").of(1).kind == "bad_audio"
    assert load_flags(dataset, "ben").rows.tolist() == [1, 4]
    flag(dataset, 1, "fine", user="ANNA")
    assert load_flags(dataset).disagreement.tolist() == [False, False]
    assert len(list((own_cache / "flags" / dataset.id).glob("*.jsonl"))) == 2


def test_flags_find_their_clips_after_a_new_scan(own_cache):
    before = detection()
    flag(before, 3, "bad_audio", user="anna")  # a.wav from 3 s
    flag(before, 10, "fine", user="anna")  # b.wav from 3 s
    # Another recording comes first, and a.wav has another name.
    after = detection(
        recordings=(recording("0.wav"), recording("renamed.wav", "hash of a.wav"), recording("b.wav"))
    )
    assert load_flags(after).rows.tolist() == [10, 17]
    assert [f.kind for f in load_flags(after).deciding] == ["bad_audio", "fine"]
    coarser = detection(plan=WindowPlan(4.0, 2.0))
    assert len(load_flags(coarser)) == 0
    assert len(load_flags(coarser).unplaced) == 2
    assert load_flags(before).rows.tolist() == [3, 10]
    shifted = detection(plan=WindowPlan(2.0, 1.25))  # clips from 2.5 and 3.75 s, each mostly what was heard
    assert load_flags(shifted).moved == 2 and not load_flags(shifted).unplaced
    assert {shifted.clips.start_s[row] for row in load_flags(shifted).rows} == {2.5}


def test_what_is_said_of_a_clip_stands_over_what_was_said_of_one_at_its_time(own_cache):
    before, after = detection(), detection(plan=WindowPlan(2.0, 1.25))
    flag(after, 2, "fine", user="anna")
    flag(before, 3, "bad_audio", user="anna")
    assert [f.kind for f in load_flags(after).deciding] == ["fine"] and load_flags(after).moved == 0


def test_copies_of_a_recording_are_told_apart_by_name(own_cache):
    twice = detection(recordings=(recording("frogs/1.wav", "same"), recording("owls/1.wav", "same")))
    flag(twice, 7, "wrong_label", user="anna", label="frog")
    assert load_flags(twice).rows.tolist() == [7]


def test_what_is_cached_by_the_state_of_flags_goes_stale_with_every_line(own_cache):
    dataset = detection()
    states = [FLAG_LOGS.state(dataset.id)]
    flag(dataset, 0, "fine", user="anna")
    states.append(FLAG_LOGS.state(dataset.id))
    flag(dataset, 0, "fine", user="ben")
    states.append(FLAG_LOGS.state(dataset.id))
    undo(dataset, 0, user="ben")
    states.append(FLAG_LOGS.state(dataset.id))
    assert len(set(states)) == 4
    assert FLAG_LOGS.state(dataset.id) == states[-1]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "..",
        "../x",
        "a/b",
        "a\\b",
        "a\0b",
        "con",
        "NUL.txt",
        "-x",
        ".x",
        "x.",
        "x" * 41,
        "a\nb:c",
        "a:b",
    ],
)
def test_a_name_that_is_no_file_name_is_refused(own_cache, name):
    with pytest.raises(BadInput):
        flag(detection(), 0, "fine", user=name)
    assert not (own_cache / "flags").exists()


def test_names_have_one_spelling():
    assert check_user("  Jose\u0301   Maria ") == "José Maria"
    assert check_user("anna.b-2") == "anna.b-2"


def test_a_flag_that_cannot_be_is_refused(own_cache):
    dataset = detection()
    for arguments, error in [
        ((99, "fine"), Missing),
        ((-1, "fine"), Missing),
        ((0, "maybe"), BadInput),
        ((0, "missed"), BadInput),
    ]:
        with pytest.raises(error):
            flag(dataset, *arguments, user="anna")
    with pytest.raises(BadInput, match="background"):
        flag(dataset, 0, "missed", user="anna", label="Noise")
    with pytest.raises(BadInput):
        flag(dataset, 0, "wrong_label", user="anna", wrong="unheard of")
    with pytest.raises(Missing):
        flag(replace(dataset, id="../x"), 0, "fine", user="anna")
    assert len(load_flags(dataset)) == 0


def test_exports_hold_every_users_flag(own_cache):
    dataset = detection([(0, 0.0, 1.0, "frog")])
    flag(dataset, 0, "wrong_label", user="anna", label="owl", note="=1+1, surely")
    flag(dataset, 0, "fine", user="ben")
    flag(dataset, 10, "bad_audio", user="ben")
    found = load_flags(dataset)
    lines = tables.to_csv(dataset, found).decode().splitlines()
    assert lines[0].endswith("clip,flag,right_label,wrong_label,note,user,time,decides,users_disagree")
    assert len(lines) == 4
    assert [line.split(",")[-2:] for line in lines[1:]] == [["yes", "yes"], ["no", "yes"], ["yes", "no"]]
    raven = {name: text.decode().splitlines() for name, text in tables.to_raven(dataset, found).items()}
    assert set(raven) == {"a.Table.1.selections.txt", "b.Table.1.selections.txt"}
    cells = [dict(zip(raven["a.Table.1.selections.txt"][0].split("\t"), line.split("\t"), strict=True))
             for line in raven["a.Table.1.selections.txt"][1:]]  # fmt: skip
    assert {(c["Annotation"], c["User"], c["Note"]) for c in cells} == {
        ("wrong label: it is owl", "anna", "=1+1, surely"),
        ("fine", "ben", ""),
    }
    assert tables.to_audacity(dataset, found)["b.txt"] == b"3.000000\t5.000000\tbad audio\n"


def test_many_flags_are_read_quickly_enough(own_cache):
    dataset = detection()
    for i in range(30):
        flag(dataset, i % 14, "fine", user="anna", note=str(i))
    kept = load_flags(dataset)
    assert kept is load_flags(dataset), "unchanged logs are read again"
    assert [kept.of(row).note for row in range(14)] == [str(28 + r if r < 2 else 14 + r) for r in range(14)]
    assert np.array_equal(kept.rows, np.arange(14))


def test_a_changed_line_is_passed_over_and_counted(own_cache):
    dataset = detection()
    for clip in (3, 5):
        flag(dataset, clip, "wrong_label", user="anna", label="owl", note="heard 12 times")
    path = path_of(dataset, "anna", own_cache)
    path.write_bytes(path.read_bytes().replace(b"heard 12", b"heard 92", 1))
    found = load_flags(dataset)
    assert found.rows.tolist() == [5] and found.damaged == 1
    flag(dataset, 3, "fine", user="anna")
    assert load_flags(dataset).rows.tolist() == [3, 5]


def test_lines_of_earlier_versions_have_no_checksum(own_cache):
    dataset = detection()
    flag(dataset, 3, "unsure", user="anna", note="a\ttab")
    path = path_of(dataset, "anna", own_cache)
    path.write_bytes(b"".join(line.rpartition(b"\t")[0] + b"\n" for line in path.read_bytes().splitlines()))
    found = load_flags(dataset)
    assert found.rows.tolist() == [3] and found.damaged == 0


def test_clips_that_start_within_the_same_second_are_not_taken_for_each_other(own_cache):
    dataset = detection(plan=WindowPlan(0.4, 0.1))
    for row in (1, 2, 3):
        flag(dataset, row, "wrong_label", user="anna", label=dataset.labels[row - 1])
    found = load_flags(dataset)
    assert found.rows.tolist() == [1, 2, 3]
    assert found.labels.tolist() == list(dataset.labels)
