"""What the search tells over HTTP, against a small run made by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bioviz import runs
from bioviz.datasets.independence import Unit
from bioviz.embedding import acoustic
from bioviz.errors import Missing
from bioviz.server import facts
from tests.server.samples import HOSTILE, first_row

ROWS = np.arange(19)


@pytest.fixture
def run(dataset, monkeypatch):
    embedding = np.random.default_rng(0).normal(size=(len(dataset.clips), 6)).astype(np.float32)[ROWS]

    def position(row):
        if row not in ROWS:
            raise Missing("Clip 99 is not in this map.")
        return int(np.searchsorted(ROWS, row))

    made = SimpleNamespace(
        spec=SimpleNamespace(dataset="media", model="gpv_teacher2"),
        rows=ROWS,
        embedding=embedding,
        groups=dataset.clips.recording[ROWS].astype(np.int64),
        unit=Unit.FILE,
        position=position,
    )
    monkeypatch.setattr(runs, "open_run_by_key", lambda key: made if key == "abc" else None)
    monkeypatch.setattr(acoustic, "open_acoustic", lambda dataset: {})
    monkeypatch.setattr(facts, "_opened", facts.RecentlyUsed(4))
    return made


def test_all_other_clips_are_found_background_too(get, dataset, run):
    told = get("/bioviz/run/abc/similar/3.json?n=1000").json
    assert told["clips"] == len(ROWS) - 1
    assert sorted(each["row"] for each in told["similar"]) == [row for row in ROWS.tolist() if row != 3]
    assert [each["rank"] for each in told["similar"]] == list(range(1, len(ROWS)))
    e = run.embedding / np.linalg.norm(run.embedding, axis=1, keepdims=True)
    assert [each["similarity"] for each in told["similar"]] == pytest.approx(
        sorted(e @ e[3], reverse=True)[1:], abs=1e-4
    )
    labels = {tuple(each["labels"]) for each in told["similar"]}
    assert ("background",) in labels
    assert any(HOSTILE in each for each in labels)
    noise = {each["row"]: each for each in told["similar"]}
    assert noise[4]["same_recording"]
    assert not noise[first_row(dataset, "stereo.flac")]["same_recording"]
    assert told["query"]["row"] == 3
    assert told["model"].startswith("GPV")
    assert str(dataset.recordings[0].path.parent) not in str(told)


def test_pages_of_results_join_and_other_recordings_can_be_asked_for_alone(get, run):
    whole = get("/bioviz/run/abc/similar/3.json?n=1000").json["similar"]
    first, rest = (
        get(f"/bioviz/run/abc/similar/3.json?{q}").json["similar"] for q in ("n=5", "n=1000&first=5")
    )
    assert first + rest == whole
    apart = get("/bioviz/run/abc/similar/3.json?apart=1&n=1000").json
    assert [each["row"] for each in apart["similar"]] == [
        each["row"] for each in whole if not each["same_unit"]
    ]
    assert apart["clips"] == len(apart["similar"]) > 0


def test_a_box_is_searched_for_by_the_clip_that_holds_it(get, run):
    """Windows of 2 s begin every second, so several hold most boxes whole."""
    told = get("/bioviz/run/abc/similar/0.json?from=4.6&to=5.2").json
    assert told["query"]["row"] == 4  # from 4 to 6 s
    assert told["query"]["asked"] == 0
    assert get("/bioviz/run/abc/similar/0.json?from=4.9&to=7.5").json["query"]["row"] in (5, 6)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("abc/similar/3.json?n=0", 400),
        ("abc/similar/3.json?n=nan", 400),
        ("abc/similar/3.json?n=1e9", 400),
        ("abc/similar/3.json?first=-1", 400),
        ("abc/similar/3.json?apart=yes", 400),
        ("abc/similar/3.json?from=3&to=1", 400),
        ("abc/similar/9999.json", 404),
        ("nope/similar/3.json", 404),
    ],
)
def test_odd_requests_are_refused_with_a_sentence(get, run, path, status):
    reply = get(f"/bioviz/run/{path}")
    assert reply.status == status
    assert reply.json["error"]


@pytest.fixture
def heard(monkeypatch):
    """What the model was given of boxes; its embedding of them is planted."""
    from bioviz.embedding import one_sound

    given: list[tuple] = []

    def waveform(sound, part, low_hz, high_hz, recipe):
        given.append((part, low_hz, high_hz, recipe.model))
        return np.zeros(recipe.width, dtype=np.float32)

    monkeypatch.setattr(one_sound, "box_waveform", waveform)
    monkeypatch.setattr(one_sound, "embed_sound", lambda waveform, recipe: np.eye(6, dtype=np.float32)[2])
    return given


def test_the_sound_of_a_box_alone_is_embedded_and_does_not_find_itself(get, dataset, run, heard):
    run.spec.checkpoint, run.spec.seed = "random", 0
    told = get("/bioviz/run/abc/similar/4.json?n=1000&by=sound&from=4.6&to=5.2&low=300&high=900").json
    assert heard == [((4.6, 5.2), 300.0, 900.0, "gpv_teacher2")]
    assert told["query"]["alone"] and told["query"]["row"] == 4
    clips = dataset.clips
    touched = [
        row for row in ROWS.tolist()
        if clips.recording[row] == clips.recording[4] and clips.start_s[row] < 5.2 and clips.end_s[row] > 4.6
    ]  # fmt: skip
    assert 4 in touched
    assert sorted(each["row"] for each in told["similar"]) == sorted(set(ROWS.tolist()) - set(touched))
    unit = run.embedding / np.linalg.norm(run.embedding, axis=1, keepdims=True)
    assert [each["similarity"] for each in told["similar"]] == pytest.approx(
        sorted((unit[row][2] for row in set(ROWS.tolist()) - set(touched)), reverse=True), abs=1e-4
    )
    apart = get("/bioviz/run/abc/similar/4.json?n=1000&by=sound&from=4.6&to=5.2&apart=1").json
    assert all(not each["same_unit"] for each in apart["similar"])


def test_a_sound_without_times_is_refused(get, run):
    reply = get("/bioviz/run/abc/similar/4.json?by=sound")
    assert reply.status == 400 and "its times are needed" in reply.json["error"]


def test_a_sound_that_somebody_brings_is_searched_for_and_not_kept(get, run, heard, monkeypatch, tmp_path):
    from bioviz.embedding import one_sound

    run.spec.checkpoint, run.spec.seed = "random", 0
    seen = []

    def loudest(path, recipe):
        seen.append(path)
        assert path.read_bytes() == b"the sound"
        return np.zeros(recipe.width, dtype=np.float32), 1.5

    monkeypatch.setattr(one_sound, "loudest_waveform", loudest)
    told = get("/bioviz/run/abc/similar.json?n=1000&name=my+owl.wav", "POST", b"the sound").json
    assert told["query"]["recording"] == "my owl.wav" and told["query"]["row"] == -1
    assert told["query"]["start_s"] == 1.5
    assert sorted(each["row"] for each in told["similar"]) == ROWS.tolist()
    assert not any(each["same_unit"] or each["same_recording"] for each in told["similar"])
    assert not seen[0].exists()


def test_a_foreign_page_a_huge_sound_and_no_sound_are_refused(get, run, monkeypatch):
    from bioviz.server import similar

    run.spec.checkpoint, run.spec.seed = "random", 0
    address = "/bioviz/run/abc/similar.json?name=a.wav"
    assert get(address, "POST", b"x", Origin="http://elsewhere.example").status == 403
    monkeypatch.setattr(similar, "MAX_SOUND_BYTES", 100)
    assert get(address, "POST", b"x" * 101).status == 413
    reply = get(address, "POST", b"no sound")
    assert reply.status == 400 and "a.wav is no sound that can be read" in reply.json["error"]
