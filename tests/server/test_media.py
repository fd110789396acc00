"""Sound and pictures over HTTP: the right samples, settings, ranges, tags, and what is refused."""

from __future__ import annotations

import io
import json
import time

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.server.samples import HOSTILE, first_row


def wav(reply) -> tuple[np.ndarray, int]:
    assert reply.status in (200, 206), reply.body
    return soundfile.read(io.BytesIO(reply.body), dtype="float32")


def recording(dataset, row: int) -> np.ndarray:
    """(T,) mono samples of the whole recording a clip is from."""
    path = dataset.recordings[int(dataset.clips.recording[row])].path
    return soundfile.read(path, dtype="float32", always_2d=True)[0].mean(axis=1)


def about(reply) -> dict:
    return json.loads(reply.headers["X-Bioviz-About"])


def test_a_clip_is_exactly_its_samples(get, dataset):
    row = first_row(dataset, "noise.wav") + 3
    samples, rate = wav(get(f"/bioviz/clip/media/{row}.wav"))
    assert rate == 48_000
    assert (samples == recording(dataset, row)[3 * rate : 5 * rate]).all()


def test_context_adds_what_is_before_and_after_within_the_recording(get, dataset):
    row = first_row(dataset, "noise.wav")
    samples, rate = wav(get(f"/bioviz/clip/media/{row}.wav?context=1.5"))
    assert (samples == recording(dataset, row)[: round(3.5 * rate)]).all()


def test_channels_are_averaged(get, dataset):
    row = first_row(dataset, "stereo.flac") + 1
    samples, rate = wav(get(f"/bioviz/clip/media/{row}.wav"))
    expected = recording(dataset, row)[rate : 3 * rate]
    assert np.abs(samples - expected).max() <= 0.5 / 32768 + 1e-7


def test_a_recording_shorter_than_its_window_ends_where_it_ends(get, dataset):
    row = first_row(dataset, "short.wav")
    samples, _ = wav(get(f"/bioviz/clip/media/{row}.wav"))
    assert (samples == recording(dataset, row)).all()
    assert about(get(f"/bioviz/clip/media/{row}.png"))["end_s"] == 1.5


def test_ultrasound_is_slowed_by_itself_and_complete(get, dataset):
    row = first_row(dataset, "bat.wav")
    samples, rate = wav(get(f"/bioviz/clip/media/{row}.wav"))
    assert rate == 38_400
    assert (samples == recording(dataset, row)[: 2 * 384_000]).all()
    at_speed, rate = wav(get(f"/bioviz/clip/media/{row}.wav?slow=1"))
    assert (rate, len(at_speed)) == (48_000, 96_000)


def test_normalise_raises_the_peak(get, dataset):
    row = first_row(dataset, "noise.wav")
    reply = get(f"/bioviz/clip/media/{row}.wav?normalise=1")
    assert np.abs(wav(reply)[0]).max() == pytest.approx(10 ** (-1 / 20), abs=1e-3)
    assert about(reply)["gain_db"] > 5


def test_sound_above_full_scale_tells_the_page_so(get, dataset):
    name = "noise.wav"
    assert about(get(f"/bioviz/clip/media/{first_row(dataset, name)}.wav"))["quieter_db"] == 0


def test_a_picture_tells_its_edges(get, dataset):
    row = first_row(dataset, "bat.wav")
    reply = get(
        f"/bioviz/clip/media/{row}.png?context=0.5&low=20000&high=110000&w=300&h=90&top=-10&db_range=40"
    )
    assert Image.open(io.BytesIO(reply.body)).size == (300, 90)
    told = about(reply)
    assert (told["start_s"], told["end_s"], told["low_hz"], told["high_hz"]) == (0, 2.5, 20_000, 110_000)
    assert (told["top_db"], told["floor_db"]) == (-10, -50)


def test_the_sweep_is_drawn_where_it_is(get, dataset):
    row = first_row(dataset, "bat.wav") + 1  # 1 to 3 s of a sweep from 20 to 150 kHz in 3 s
    image = Image.open(io.BytesIO(get(f"/bioviz/clip/media/{row}.png?w=200&h=192").body)).convert("L")
    darkest = np.asarray(image).argmin(axis=0)
    khz = (192 - darkest[10:-10] - 0.5) / 192 * 192
    seconds = 1 + (np.arange(10, 190) + 0.5) / 200 * 2
    assert np.abs(khz - (20 + 130 * seconds / 3)).max() < 3


@pytest.mark.parametrize("kind", ["wav", "png"])
def test_ranges_join_to_the_whole(get, dataset, kind):
    whole = get(f"/bioviz/clip/media/0.{kind}")
    assert whole.headers["Accept-Ranges"] == "bytes"
    size = len(whole.body)
    first = get(f"/bioviz/clip/media/0.{kind}", Range="bytes=0-99")
    rest = get(f"/bioviz/clip/media/0.{kind}", Range="bytes=100-")
    assert (first.status, rest.status) == (206, 206)
    assert first.headers["Content-Range"] == f"bytes 0-99/{size}"
    assert first.body + rest.body == whole.body
    last = get(f"/bioviz/clip/media/0.{kind}", Range="bytes=-10")
    assert last.body == whole.body[-10:]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 400_000), length=st.integers(0, 400_000))
def test_any_range_is_the_bytes_of_that_range(get, dataset, first, length):
    whole = get("/bioviz/clip/media/0.wav").body
    reply = get("/bioviz/clip/media/0.wav", Range=f"bytes={first}-{first + length}")
    if first >= len(whole):
        assert reply.status == 416
        assert reply.headers["Content-Range"] == f"bytes */{len(whole)}"
    else:
        assert reply.status == 206
        assert reply.body == whole[first : first + length + 1]


def test_a_range_of_other_bytes_than_held_is_the_whole(get, dataset):
    reply = get("/bioviz/clip/media/0.wav", Range="bytes=0-9", If_Range='"other"')
    assert reply.status == 200
    assert len(reply.body) > 10


def test_nonsense_ranges_are_ignored(get, dataset):
    for asked in ("bytes=", "bytes=-", "lines=1-2", "bytes=5-x", "bytes=0-1,4-5"):
        assert get("/bioviz/clip/media/0.wav", Range=asked).status == 200


def test_head_has_the_headers_alone(get, dataset):
    whole = get("/bioviz/clip/media/0.wav")
    head = get("/bioviz/clip/media/0.wav", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.body))
    assert head.headers["ETag"] == whole.headers["ETag"]


def test_what_the_browser_holds_is_not_sent_again(get, dataset):
    whole = get("/bioviz/clip/media/0.png")
    again = get("/bioviz/clip/media/0.png", If_None_Match=whole.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    other = get("/bioviz/clip/media/0.png?axis=mel", If_None_Match=whole.headers["ETag"])
    assert other.status == 200


def test_only_a_url_with_the_datasets_version_is_kept_unasked(get, dataset):
    version = dataset.version[:12]
    assert "immutable" in get(f"/bioviz/clip/media/0.wav?v={version}").headers["Cache-Control"]
    assert get("/bioviz/clip/media/0.wav?v=000000000000").headers["Cache-Control"] == "private, no-cache"
    assert get("/bioviz/clip/media/0.wav").headers["Cache-Control"] == "private, no-cache"


def test_another_recording_of_the_same_length_is_not_played_for_the_one_that_was_added(get, dataset):
    row = first_row(dataset, "noise.wav")
    before = get(f"/bioviz/clip/media/{row}.wav")
    assert before.status == 200
    path = dataset.recordings[0].path
    own = path.read_bytes()
    samples, rate = soundfile.read(path, dtype="int16")
    time.sleep(0.01)
    soundfile.write(path, samples[::-1], rate, subtype="PCM_16")
    for kind in ("wav", "png"):
        after = get(f"/bioviz/clip/media/{row}.{kind}")
        assert after.status == 400 and "noise.wav has changed" in after.json["error"]
    path.write_bytes(own)  # the same bytes at another time
    again = get(f"/bioviz/clip/media/{row}.wav")
    assert again.status == 200 and again.body == before.body


def test_a_recording_of_another_length_is_refused(get, dataset):
    path = dataset.recordings[0].path
    soundfile.write(path, np.zeros(48_000), 48_000)
    reply = get("/bioviz/clip/media/0.wav")
    assert reply.status == 400
    assert "noise.wav has changed" in reply.json["error"]


def test_a_missing_recording_is_told_by_name_alone(get, dataset):
    dataset.recordings[0].path.unlink()
    for kind in ("wav", "png"):
        reply = get(f"/bioviz/clip/media/0.{kind}")
        assert reply.status == 410
        assert "noise.wav is no longer there" in reply.json["error"]
        assert str(dataset.recordings[0].path.parent) not in reply.json["error"]


def test_an_unreadable_recording_is_told(get, dataset):
    dataset.recordings[0].path.write_bytes(b"not audio at all")
    reply = get("/bioviz/clip/media/0.png")
    assert reply.status == 400
    assert "noise.wav" in reply.json["error"]


@pytest.mark.parametrize("row", [10_000, 2**40])
def test_rows_outside_the_dataset_are_missing(get, dataset, row):
    for kind in ("wav", "png", "json"):
        reply = get(f"/bioviz/clip/media/{row}.{kind}")
        assert reply.status == 404
        assert str(row) in reply.json["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/bioviz/clip/nothere/0.wav",
        "/bioviz/clip/..%2F..%2Fetc/0.wav",
        "/bioviz/clip/../../etc/passwd/0.wav",
        "/bioviz/clip/%2e%2e/0.wav",
        "/bioviz/clip/media%00/0.wav",
        "/bioviz/clip/media/-1.wav",
        "/bioviz/clip/media/0.exe",
        "/bioviz/clip/media/0/../../x.wav",
        "/bioviz/run/..%2Fx/clip/0.json",
        "/bioviz/run/nothere/clip/0.json",
    ],
)
def test_nothing_but_registered_clips_can_be_reached(get, dataset, path):
    assert get(path).status == 404


@pytest.mark.parametrize(
    "query",
    ["context=-1", "context=31", "context=nan", "slow=0", "slow=21", "slow=x", "normalise=yes",
     "context=1e309"],
)  # fmt: skip
def test_bad_settings_are_refused_with_what_is_allowed(get, dataset, query):
    reply = get(f"/bioviz/clip/media/0.wav?{query}")
    assert reply.status == 400
    assert query.split("=")[0] in reply.json["error"]


@pytest.mark.parametrize(
    "query", ["axis=bark", "cmap=jet", "w=1", "w=99999", "h=nan", "db_range=0", "low=-5", "top=99"]
)
def test_bad_picture_settings_are_refused(get, dataset, query):
    assert get(f"/bioviz/clip/media/0.png?{query}").status == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_sites_get_nothing(get, dataset, site):
    for kind in ("wav", "png", "json"):
        assert get(f"/bioviz/clip/media/0.{kind}", Sec_Fetch_Site=site).status == 403
    assert get("/bioviz/clip/media/0.wav", Sec_Fetch_Site="same-origin").status == 200


def test_headers_keep_the_reply_to_this_origin(get, dataset):
    for path in ("0.wav", "0.png", "0.json", "99999.wav"):
        headers = get(f"/bioviz/clip/media/{path}").headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers


def test_a_picture_survives_in_the_disk_cache(get, dataset, monkeypatch):
    from bioviz.server import media
    from bioviz.server.memory.recently_used import RecentlyUsed

    first = get("/bioviz/clip/media/1.png")
    monkeypatch.setattr(media, "_rendered", RecentlyUsed(2**20))
    monkeypatch.setattr(media.spectrogram, "draw", None)
    again = get("/bioviz/clip/media/1.png")
    assert again.body == first.body
    assert about(again) == about(first)


def test_plotly_comes_from_its_package(get):
    reply = get("/bioviz/plotly.js")
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/javascript")
    assert b"plotly.js" in reply.body[:300]


def test_facts_of_a_clip(get, dataset):
    row = first_row(dataset, "noise.wav") + 2
    facts = get(f"/bioviz/clip/media/{row}.json").json
    assert facts["labels"] == ["wren", HOSTILE]
    assert facts["recording"] == "noise.wav"
    assert (facts["start_s"], facts["end_s"], facts["recording_s"]) == (2, 4, 12)
    assert (facts["time"], facts["zone"]) == ("2025-06-14 05:30:02", "UTC")
    assert (facts["site"], facts["split"], facts["rate"], facts["slow"]) == ("SITE-A", "test", 48_000, 1)
    assert facts["boxes"] == [[2.2, 3.9, None, None, HOSTILE], [2.5, 3.5, 2_000, 6_000, "wren"]]
    bat = get(f"/bioviz/clip/media/{first_row(dataset, 'bat.wav')}.json").json
    assert (bat["slow"], bat["time"]) == (10, None)
