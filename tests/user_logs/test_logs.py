"""One mechanism keeps flags and annotations; what earlier versions wrote still opens, and is written as it was."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from dataclasses import dataclass

import pytest

from bioviz.annotations import ANNOTATION_LOGS
from bioviz.annotations import actions as annotating
from bioviz.annotations.records import UserAnnotation
from bioviz.config import settings
from bioviz.errors import BadInput, BiovizError, Missing
from bioviz.flags import FLAG_LOGS, check_label
from bioviz.flags import actions as flagging
from bioviz.flags.records import TITLES, Flag
from bioviz.store.files import DiskFull
from bioviz.user_logs import Places, UserLogs, UserRecord, check_id, logs
from tests.flags.datasets import detection

TIME = "2026-01-02T03:04:05.000006+00:00"
# Written by the version before flags and annotations shared a log: these bytes lie on users' disks.
FLAG_LINES = """\
{"id":"act-00000001","recording":"hash of a.wav","name":"a.wav","start_s":3.0,"end_s":5.0,"row":3,"kind":"wrong_label",\
"label":"owl","wrong":"frog","note":"heard twice é","user":"Ännä","time":"2026-01-02T03:04:05.000006+00:00"}\
	3f62eb051ebb453c
{"id":"act-00000002","recording":"hash of a.wav","name":"a.wav","start_s":3.0,"end_s":5.0,"row":3,"kind":"fine",\
"label":"","wrong":"","note":"","user":"Ännä","time":"2026-01-02T03:04:05.000006+00:00"}	b8b92f62cb75eb2e
{"id":"act-00000003","undoes":"act-00000002","user":"Ännä","time":"2026-01-02T03:04:05.000006+00:00"}\
	98e39ab6450c1c99
"""
ANNOTATION_LINES = """\
{"id":"act-00000011","recording":"hash of a.wav","name":"a.wav","start_s":1.25,"end_s":2.5,"low_hz":10,"high_hz":30,\
"label":"wren","note":"a faint one","user":"Ännä","time":"2026-01-02T03:04:05.000006+00:00"}	0f212e2cf531b6fd
{"id":"act-00000012","recording":"hash of b.wav","name":"b.wav","start_s":1.25,"end_s":2.5,"low_hz":null,\
"high_hz":null,"label":"wren","note":"","user":"Ännä","time":"2026-01-02T03:04:05.000006+00:00"}	340afc936870c699
{"id":"act-00000013","recording":"hash of a.wav","name":"a.wav","start_s":1.5,"end_s":3.0,"low_hz":null,\
"high_hz":null,"label":"owl","note":"a faint one","user":"Ännä","time":"2026-01-02T03:04:05.000006+00:00",\
"replaces":"act-00000011"}	66b2fd27d3177a40
{"id":"act-00000014","removes":"act-00000012","user":"Ännä","time":"2026-01-02T03:04:05.000006+00:00"}\
	fcc8d5117fa0fde7
"""


@dataclass(frozen=True)
class Remark(UserRecord):
    """A kind of record that only this test knows."""

    louder_db: float | None
    times: int
    user: str


REMARKS = UserLogs("remark", Remark, withdrawal="regrets")


def remark(id: str, **values: object) -> dict[str, object]:
    return {
        "id": id, "recording": "r", "name": "a.wav", "start_s": 0, "end_s": 1, "louder_db": None, "times": 2,
        "user": "ada", **values,
    }  # fmt: skip


def test_the_bytes_of_both_logs_are_what_they_were(own_cache, monkeypatch):
    monkeypatch.setattr(flagging, "now", lambda: TIME)
    monkeypatch.setattr(annotating, "now", lambda: TIME)
    field, ids = detection([(0, 1.0, 2.0, "owl")]), [f"act-000000{i:02}" for i in range(15)]
    flagging.flag(
        field, 3, "wrong_label", user="Ännä", label="owl", wrong="frog", note="heard\ttwice é", id=ids[1]
    )
    flagging.flag(field, 3, "fine", user="Ännä", id=ids[2])
    flagging.undo(field, 3, user="Ännä", id=ids[3])
    box = {"low_hz": 10, "high_hz": 30}
    annotating.annotate(field, 0, 1.25, 2.5, "wren", user="Ännä", **box, note="a faint one", id=ids[11])
    annotating.annotate(field, 1, 1.25, 2.5, "wren", user="Ännä", id=ids[12])
    annotating.change(field, ids[11], user="Ännä", label="owl", box=(1.5, 3.0, None, None), id=ids[13])
    annotating.remove(field, ids[12], user="Ännä", id=ids[14])
    for folder, lines in (("flags", FLAG_LINES), ("annotations", ANNOTATION_LINES)):
        assert (own_cache / folder / field.id / "ännä.jsonl").read_bytes() == lines.encode()


def test_logs_of_earlier_versions_open(own_cache):
    for folder, lines in (("flags", FLAG_LINES), ("annotations", ANNOTATION_LINES)):
        path = own_cache / folder / "field" / "ännä.jsonl"
        path.parent.mkdir(parents=True)
        path.write_bytes(lines.encode())
    (flags,), (annotations,) = FLAG_LOGS.read("field"), ANNOTATION_LOGS.read("field", "ÄNNÄ")
    assert flags.records == (
        Flag(
            "act-00000001", "hash of a.wav", "a.wav", 3.0, 5.0, 3, "wrong_label", "owl", "frog", "heard twice é",
            "Ännä", TIME,
        ),
    )  # fmt: skip
    assert annotations.records == (
        UserAnnotation(
            "act-00000013", "hash of a.wav", "a.wav", 1.5, 3.0, None, None, "owl", "a faint one", "Ännä", TIME
        ),
    )
    assert (flags.user, flags.damaged, annotations.damaged) == ("ännä", 0, 0)
    assert flags.ids == {"act-00000001", "act-00000002", "act-00000003"}
    assert annotations.ids == {f"act-000000{i}" for i in range(11, 15)}


def test_a_third_kind_of_record_needs_a_class_and_a_line(own_cache):
    with REMARKS.writing("field", "Ada") as log:
        for line in (
            remark("first"),
            remark("second", louder_db=3),
            {"id": "third", "regrets": "first", "user": "ada"},
        ):
            log.append(line)
        assert [each.id for each in log.read().records] == ["second"]
    (log,) = REMARKS.read("field")
    assert log.records == (Remark("second", "r", "a.wav", 0.0, 1.0, 3.0, 2, "ada"),)
    assert [path.name for path in (own_cache / "remarks" / "field").iterdir()] == ["ada.jsonl"]
    assert REMARKS.read("field", "bob")[0].records == () and REMARKS.read("elsewhere") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_s": float("nan")}, {"end_s": float("inf")}, {"end_s": "late"}, {"louder_db": float("-inf")},
        {"name": 3}, {"user": None}, {"times": "often"}, {"recording": None},
    ],
)  # fmt: skip
def test_a_line_that_is_no_record_is_counted_and_costs_only_itself(own_cache, wrong):
    with REMARKS.writing("field", "ada") as log:
        log.append(remark("first", **wrong))
        log.append({name: value for name, value in remark("second").items() if name != next(iter(wrong))})
        log.append(remark("third"))
        assert ([each.id for each in log.read().records], log.read().damaged) == (["third"], 2)


def test_a_log_that_was_copied_by_hand_speaks_only_for_its_file(own_cache):
    with REMARKS.writing("field", "bob") as log:
        log.append(remark("first", user="Ada"))
        log.append(remark("second", user="BOB"))
        assert [each.user for each in log.read().records] == ["bob", "BOB"]


def test_a_record_that_stands_twice_counts_as_it_stood_first(own_cache):
    with REMARKS.writing("field", "ada") as log:
        log.append(remark("first", times=1))
        log.append(remark("first", times=9))
        assert [each.times for each in log.read().records] == [1]


def test_who_waits_too_long_for_a_log_is_told_whose(own_cache, monkeypatch):
    monkeypatch.setattr(logs, "_PATIENCE_S", 0.05)
    errors: list[BaseException] = []

    def second() -> None:
        try:
            with REMARKS.writing("field", "ADA"):
                pass
        except BiovizError as error:
            errors.append(error)

    with REMARKS.writing("field", "ada"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        with REMARKS.writing("field", "bob"):
            pass
    assert "remarks of ADA are being written" in str(errors[0])


def test_a_full_disk_is_told_in_the_words_of_the_record(own_cache, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with REMARKS.writing("field", "ada") as log:
        log.append(remark("first"))
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull, match="this remark is not kept"):
            log.append(remark("second"))
        assert log.read().records[0].id == "first"


def test_no_dataset_or_user_leads_out_of_the_folder(own_cache):
    for dataset, user, error in [("../x", "ada", Missing), ("field", "../x", BadInput)]:
        with pytest.raises(error), REMARKS.writing(dataset, user):
            pass
        with pytest.raises(error):
            REMARKS.read(dataset, user)
    assert not list(settings().cache_dir.rglob("*.jsonl"))


def test_content_is_found_under_another_name_and_copies_by_theirs():
    places = Places()
    for index, (name, content) in enumerate([("a", "x"), ("b", "x"), ("a", "y"), ("b", "x")]):
        places.add(name, content, index)
    assert [places.find(*each) for each in [("a", "x"), ("b", "x"), ("renamed", "x"), ("b", "y"), ("a", "z")]] == [
        0, 1, 0, 2, -1,
    ]  # fmt: skip


def test_ids_are_short_plain_texts():
    assert check_id("0123-abc") == "0123-abc"
    for text in ("short", "Capitals", "-1234567", "x" * 65, "under_score", "line\nline"):
        with pytest.raises(BadInput):
            check_id(text)


def test_a_label_that_means_background_names_the_flag_for_it(own_cache):
    with pytest.raises(BadInput, match=TITLES["background"]):
        check_label(detection(), "noise")


def test_a_line_ends_with_the_beginning_of_its_checksum(own_cache):
    with REMARKS.writing("field", "ada") as log:
        log.append(remark("first"))
        body, _, checksum = log.path.read_bytes().rstrip(b"\n").rpartition(b"\t")
    assert checksum.decode() == hashlib.sha256(body).hexdigest()[:16]
