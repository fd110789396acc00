"""Annotations over HTTP: drawn, changed, removed, and what is refused."""

from __future__ import annotations

import json

import pytest

from bioviz.annotations import load_annotations
from bioviz.server.posting import MAX_BODY_BYTES
from tests.server.samples import HOSTILE, first_row


@pytest.fixture
def post(get, dataset):
    """post(row, **fields) -> Reply; of a box on that clip by Ada."""
    count = 0

    def send(row: int, **fields):
        nonlocal count
        count += 1
        usual = {
            "act": "draw", "user": "Ada", "id": f"act-{count:08}", "version": dataset.version[:12], "label": "wren",
            "start_s": 3.25, "end_s": 3.75, "low_hz": 2000.0, "high_hz": 4000.0,
        }  # fmt: skip
        body = json.dumps({**usual, **fields}).encode()
        return get(f"/bioviz/annotations/media/{row}", "POST", body, Content_Type="application/json")

    return send


def test_a_box_is_drawn_changed_and_removed(get, post, dataset):
    row = first_row(dataset, "noise.wav") + 3
    reply = post(row, label=HOSTILE)
    assert reply.status == 200
    (drawn,) = reply.json["annotations"]
    assert (drawn["label"], drawn["start_s"], drawn["high_hz"], drawn["mine"]) == (HOSTILE, 3.25, 4000, True)
    assert get(f"/bioviz/annotations/media/{row}.json?user=Bob").json["annotations"][0]["mine"] is False
    far = first_row(dataset, "stereo.flac")
    assert get(f"/bioviz/annotations/media/{far}.json").json["annotations"] == []
    (new,) = post(row, act="change", annotation=drawn["id"], label="owl", end_s=4.0).json["annotations"]
    assert (new["label"], new["end_s"]) == ("owl", 4.0)
    assert post(row, act="remove", annotation=drawn["id"]).status == 404  # it is another one by now
    gone = post(row, act="remove", annotation=new["id"])
    assert gone.json["annotations"] == []
    assert len(load_annotations(dataset)) == 0


def test_a_box_that_is_sent_twice_counts_once(post, dataset):
    for _ in range(2):
        assert post(0, id="act-twice-01", start_s=0.5, end_s=1.0).status == 200
    assert len(load_annotations(dataset)) == 1


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"start_s": "1"}, 400, "must be a number"),
        ({"start_s": None}, 400, "must be a number"),
        ({"end_s": True}, 400, "must be a number"),
        ({"low_hz": float("inf")}, 400, "must be a number"),
        ({"start_s": 90.0, "end_s": 99.0}, 400, "Nothing of noise.wav"),
        ({"label": " "}, 400, "label"),
        ({"label": ["x"]}, 400, "must be texts"),
        ({"label": "background"}, 400, "means background"),
        ({"user": "../../etc"}, 400, "user name"),
        ({"id": "x"}, 400, "id"),
        ({"act": "drop table"}, 400, "drawn, changed or removed"),
        ({"act": "remove", "annotation": "none-there"}, 404, "not yours"),
        ({"version": "0" * 12}, 409, "has changed"),
        ({"note": "x" * MAX_BODY_BYTES}, 413, "at most"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(post, dataset, fields, status, sentence):
    reply = post(first_row(dataset, "noise.wav"), **fields)
    assert reply.status == status
    assert sentence in reply.json["error"]
    assert str(dataset.recordings[0].path.parent) not in reply.json["error"]
    assert len(load_annotations(dataset)) == 0


def test_other_sites_and_forms_are_refused(get, dataset):
    path = "/bioviz/annotations/media/0"
    assert get(path, "POST", b"{}", Content_Type="text/plain").status == 415
    assert (
        get(path, "POST", b"{}", Content_Type="application/json", Origin="http://evil.example").status == 403
    )
    assert get(path, "POST", b"[1]", Content_Type="application/json").status == 400
    assert get("/bioviz/annotations/media/99999.json").status == 404
