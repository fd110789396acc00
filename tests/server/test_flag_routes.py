"""The routes for flags: what is stored, who may ask, and what is refused with a sentence."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from bioviz.flags import FLAG_LOGS, load_flags
from bioviz.server.posting import MAX_BODY_BYTES
from tests.sounds import saved_calls


@pytest.fixture
def dataset(tmp_path):
    return saved_calls(tmp_path / "calls")


def told(dataset, kind="fine", id="window-0001-1", **more):
    return {"id": id, "version": dataset.version[:12], "user": "Anna", "kind": kind, **more}


@pytest.fixture
def post(get, dataset):
    """post(body, row=5, **headers) -> Reply; a body that is no bytes is sent as JSON."""

    def ask(body, row=5, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content_Type": "application/json"} | headers
        return get(f"/bioviz/flags/{dataset.id}/{row}", "POST", content, **headers)

    return ask


def test_a_flag_is_stored_and_what_is_stored_comes_back(get, post, dataset):
    before = FLAG_LOGS.state(dataset.id)
    reply = post(told(dataset, "wrong_label", label="snipe", note="hm"))
    assert reply.status == 200
    flag = load_flags(dataset).of(5)
    assert (flag.text, flag.note, flag.user) == ("wrong label: it is snipe", "hm", "Anna")
    (said,) = reply.json["flags"]
    assert (said["kind"], said["note"], said["mine"]) == ("wrong_label", "hm", True)
    assert "snipe" in reply.json["known"] and reply.json["labels"] == ["high call"]
    assert reply.json["state"] == FLAG_LOGS.state(dataset.id) != before
    assert post(told(dataset, "wrong_label", label="snipe", note="hm")).status == 200
    assert len(FLAG_LOGS.read(dataset.id, "anna")[0].records) == 1, (
        "what the browser repeats was stored again"
    )

    seen = get(f"/bioviz/flags/{dataset.id}/5.json?user=ben").json
    assert [flag["mine"] for flag in seen["flags"]] == [False]
    assert get(f"/bioviz/flags/{dataset.id}/5.json").json["flags"][0]["mine"] is False
    reply = post(told(dataset, "undo", "window-0001-2"))
    assert reply.json["flags"] == [] and len(load_flags(dataset)) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:8502"},
        {"Origin": "null"},
    ],
)
def test_other_sites_pages_are_refused(get, post, dataset, headers):
    reply = post(told(dataset), **headers)
    assert reply.status == 403 and "this dashboard" in reply.json["error"]
    assert len(load_flags(dataset)) == 0


def test_a_form_of_another_site_cannot_pass_for_json(get, post, dataset):
    reply = post(told(dataset), Content_Type="text/plain")
    assert reply.status == 415 and len(load_flags(dataset)) == 0


@pytest.mark.parametrize("headers", [{"Sec_Fetch_Site": "same-origin"}, {"Origin": "http://HOST"}])
def test_pages_of_this_dashboard_are_heard(port, post, dataset, headers):
    headers = {name: value.replace("HOST", f"127.0.0.1:{port}") for name, value in headers.items()}
    assert post(told(dataset), **headers).status == 200


def test_clips_of_a_dataset_that_has_changed_are_not_flagged(get, post, dataset):
    reply = post({**told(dataset), "version": "before"})
    assert reply.status == 409 and "Reload" in reply.json["error"]
    assert len(load_flags(dataset)) == 0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"kind": "delete everything"}, 400),
        ({"kind": "missed"}, 400),
        ({"kind": 3}, 400),
        ({"user": ""}, 400),
        ({"user": "../anna"}, 400),
        ({"id": "../../x"}, 400),
        ({"label": ["snipe"], "kind": "missed"}, 400),
        ({"note": "x" * MAX_BODY_BYTES}, 413),
    ],
)
def test_nonsense_is_refused_with_a_sentence(get, post, dataset, changes, status):
    reply = post(told(dataset) | changes)
    assert reply.status == status and reply.json["error"].endswith(".")
    assert len(load_flags(dataset)) == 0


def test_what_is_no_json_object_is_refused(get, post, dataset):
    for content in (b"", b"[]", b"nonsense", b"[" * 9000, b"\xff"):
        reply = post(content)
        assert reply.status == 400 and "no flag" in reply.json["error"]


def test_clips_and_datasets_that_are_not_there(get, post, dataset):
    assert post(told(dataset), row=99).status == 404
    assert get("/bioviz/flags/nothing/0.json").status == 404
    assert get(f"/bioviz/flags/{dataset.id}/99.json").status == 404


def test_names_are_checked_and_come_back_in_one_spelling(get):
    assert get("/bioviz/flags/user.json?name=" + quote(" Anna  B ")).json == {"user": "Anna B"}
    reply = get("/bioviz/flags/user.json?name=" + quote("../anna"))
    assert reply.status == 400 and "cannot be a user name" in reply.json["error"]
