"""Whatever is sent to a route: an answer or a sentence, never a traceback, a path of the server or a 500."""

from __future__ import annotations

import json
import os
import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.server.replies import without_paths
from tests.server.conftest import dataset, get, port  # noqa: F401

TRIES = int(os.environ.get("BIOVIZ_FAULT_TRIES", "60"))
QUICK = "BIOVIZ_FAULT_TRIES" not in os.environ  # the same tries each time, so that CI does not fail by chance
ODD = (
    "1e-300", "1e300", "1e999", "-1e999", "9" * 5000, "-" + "9" * 5000, "0." + "9" * 5000, "nan", "inf", "-inf", "-1",
    "-0", "", " ", "0x10", "1_0", "١٢", "1,5", "[]", "null", "true", "%00", "\\", "../../etc/passwd", "<script>",
    "1" + "0" * 308, "5e-324", "1e-5", "0.3", "2", "20", "16", "900", "1e7",
)  # fmt: skip
PARAMETERS = (
    "context", "normalise", "slow", "loudness", "low", "high", "from", "to", "v", "axis", "db_range", "top", "cmap",
    "w", "h", "n", "first", "apart", "by", "name", "user", "thumb",
)  # fmt: skip
PATHS = (
    "clip/media/{row}.wav", "clip/media/{row}.png", "clip/media/{row}.levels", "clip/media/{row}.waveform",
    "clip/media/{row}/box.json", "clip/media/{row}.json", "run/{run}/clip/{row}.json", "run/{run}/similar/{row}.json",
    "flags/media/{row}.json", "flags/user.json", "annotations/media/{row}.json", "jobs/{row}.json", "scripts/x/{row}",
)  # fmt: skip
ALLOWED = {200, 206, 304, 400, 404, 405, 410, 413, 415, 416}


def checked(reply, root) -> None:
    assert reply.status in ALLOWED, (reply.status, reply.body[:300])
    if reply.status >= 400 and reply.body.startswith(b"{"):
        sentence = reply.json["error"]
        assert sentence and "Traceback" not in sentence and str(root) not in sentence and len(sentence) < 1000
    assert b"Traceback" not in reply.body[:2000]


@pytest.fixture
def run_key(dataset, own_cache):  # noqa: F811
    spec = {"model": "acoustic_features", "checkpoint": "none", "projection": ProjectionSpec(method="pca")}
    return runs.compute_run(runs.RunSpec(dataset.id, **spec)).key


def test_odd_numbers_in_every_parameter_of_every_route(dataset, run_key, get, tmp_path):  # noqa: F811
    @settings(max_examples=TRIES, derandomize=QUICK, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(PATHS),
        st.one_of(st.sampled_from(("0", "1", "7")), st.from_regex(r"\A[0-9]{1,30}\Z"), st.just("9" * 5000)),
        st.dictionaries(
            st.sampled_from(PARAMETERS), st.one_of(st.sampled_from(ODD), st.text(max_size=20)), max_size=5
        ),
        st.sampled_from(("", "bytes=0-", "bytes=-5", f"bytes={'9' * 5000}-", "bytes=5-1", "bytes=x-y")),
    )
    def ask(path, row, query, wanted):
        address = "/bioviz/" + path.format(row=row, run=run_key)
        address += "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        checked(get(address, **({"Range": wanted} if wanted else {})), tmp_path)

    ask()
    for band in (
        "low=1e-300",
        "low=100&high=100.0000001",
        "high=1",
        "low=3999.9999",
        "high=3999.9999",
        "low=0.3&high=1",
    ):
        checked(get(f"/bioviz/clip/media/0.wav?{band}"), tmp_path)
    for parameter in PARAMETERS:
        for value in ("1e-300", "9" * 5000, "nan", "-inf"):
            for path in ("clip/media/0.wav", "clip/media/0.png", "clip/media/0/box.json?from=0&to=1"):
                joint = "&" if "?" in path else "?"
                checked(get(f"/bioviz/{path}{joint}{parameter}={value}"), tmp_path)


NUMBERS = st.one_of(
    st.sampled_from(
        ["NaN", "Infinity", "-Infinity", "1e400", "9" * 400, "9" * 5000, "1e-300", "-1", "null", "true", '"1"', "[]"]
    ),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)  # fmt: skip


def test_odd_values_in_every_field_that_is_sent(dataset, get, tmp_path):  # noqa: F811
    version = dataset.version[:12]

    @settings(max_examples=TRIES, derandomize=QUICK, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(("flags", "annotations")),
        st.dictionaries(
            st.sampled_from(("id", "user", "kind", "act", "label", "wrong", "note", "annotation", "version")),
            st.one_of(
                st.text(max_size=60), st.sampled_from(("con", "..", "a/b", "\u0000", "x" * 3000, "\ud800"))
            ),
            max_size=4,
        ),
        st.dictionaries(st.sampled_from(("start_s", "end_s", "low_hz", "high_hz")), NUMBERS, max_size=4),
    )
    @example("flags", {"kind": "x" * 3000}, {})  # it was repeated whole
    @example("annotations", {"act": "draw"}, {"start_s": "9" * 400})  # OverflowError
    def send(what, texts, numbers):
        told = {
            "id": "act-00000001",
            "user": "Anna",
            "kind": "fine",
            "act": "draw",
            "label": "owl",
            "version": version,
        } | texts
        fields = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in told.items()]
        fields += [
            f"{json.dumps(name)}: {value}"
            for name, value in ({"start_s": "0.1", "end_s": "0.2"} | numbers).items()
        ]
        body = ("{" + ", ".join(fields) + "}").encode()
        reply = get(f"/bioviz/{what}/media/0", "POST", body, Content_Type="application/json")
        assert reply.status == 409 or checked(reply, tmp_path) is None

    send()
    for body in (
        b"",
        b"[" * 10_000,
        b"{",
        b"\xff",
        b'{"id": ' + b"9" * 5000 + b"}",
        b"5",
        b'"x"',
        b"x" * 20_000,
    ):
        checked(get("/bioviz/flags/media/0", "POST", body, Content_Type="application/json"), tmp_path)


@pytest.mark.parametrize(
    "address", ["0.wav?slow=1e-300", "0.png?w=" + "9" * 5000, "9" * 5000 + ".wav", "0.png?low=nan"]
)
def test_a_number_that_cannot_be_is_400(dataset, get, address):  # noqa: F811
    reply = get(f"/bioviz/clip/media/{address}")
    assert reply.status == 400 and reply.json["error"].endswith(".")


def test_what_nobody_foresaw_is_a_sentence_and_in_the_log(dataset, get, monkeypatch, caplog):  # noqa: F811
    def fail(*_: object) -> None:
        raise ZeroDivisionError("in /srv/secret/place.wav")

    monkeypatch.setattr("bioviz.server.app.find_clip", fail)
    reply = get("/bioviz/clip/media/0.json")
    assert reply.status == 500 and "unforeseen" in reply.json["error"] and "secret" not in reply.json["error"]
    assert "ZeroDivisionError" in caplog.text and "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("/srv/a b/c.wav is damaged near 1.0 s.", "c.wav is damaged near 1.0 s."),
        ("x could not be written to /home/anna/cache: full.", "x could not be written to cache: full."),
        (r"C:\Users\Anna\c.wav is damaged", "c.wav is damaged"),
        ("3 calls/min, and/or 5 m/s", "3 calls/min, and/or 5 m/s"),
        ("see https://example.org/a/b", "see https://example.org/a/b"),
    ],
)
def test_sentences_name_files_without_their_folders(sentence, shown):
    assert without_paths(sentence) == shown
    assert not re.search(r"(^|\s)/\w+/", without_paths(sentence))
