"""Parts and boxes of a clip over HTTP: pictures zoomed into, levels, waveform, a box heard and measured."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import soundfile
from PIL import Image

from bioviz.audio.box_sound import box_sound
from tests.server.samples import first_row


def about(reply) -> dict:
    return json.loads(reply.headers["X-Bioviz-About"])


def recording(dataset, row: int) -> tuple[np.ndarray, int]:
    path = dataset.recordings[int(dataset.clips.recording[row])].path
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return samples.mean(axis=1), rate


def test_a_picture_zoomed_into_tells_its_edges(get, dataset):
    row = first_row(dataset, "noise.wav") + 3
    reply = get(f"/bioviz/clip/media/{row}.png?from=3.5&to=4.25&low=1000&high=3000&top=-20&w=200&h=100")
    assert Image.open(io.BytesIO(reply.body)).size == (200, 100)
    told = about(reply)
    assert (told["start_s"], told["end_s"], told["low_hz"], told["high_hz"]) == (3.5, 4.25, 1000, 3000)
    assert told["top_db"] == -20


def test_a_part_is_kept_to_what_is_shown_of_the_clip(get, dataset):
    row = first_row(dataset, "noise.wav") + 3
    told = about(get(f"/bioviz/clip/media/{row}.png?from=0&to=4&w=50&h=20"))
    assert (told["start_s"], told["end_s"]) == (3, 4)
    told = about(get(f"/bioviz/clip/media/{row}.png?from=2.5&to=4&context=1&w=50&h=20"))
    assert (told["start_s"], told["end_s"]) == (2.5, 4)


def test_levels_are_those_that_the_picture_draws(get, dataset):
    row = first_row(dataset, "bat.wav")
    query = "w=120&h=80&from=0.5&to=1.5&low=20000&high=100000"
    reply = get(f"/bioviz/clip/media/{row}.levels?{query}")
    told = about(reply)
    codes = np.frombuffer(reply.body, np.uint8).reshape(told["height"], told["width"])
    db = told["lowest_db"] + told["step_db"] * codes
    picture = get(f"/bioviz/clip/media/{row}.png?{query}&top=0&db_range=100")
    grey = np.asarray(Image.open(io.BytesIO(picture.body)).convert("L")).astype(float)
    assert np.abs(np.clip(db, -100, 0) - -grey / 255 * 100).max() <= 0.25 + 100 / 255 + 0.01
    assert (told["start_s"], told["end_s"], told["low_hz"], told["high_hz"]) == (0.5, 1.5, 20_000, 100_000)


def test_the_waveform_holds_the_clips_peak(get, dataset):
    row = first_row(dataset, "noise.wav") + 3
    reply = get(f"/bioviz/clip/media/{row}.waveform?w=100&from=3.2&to=4.1")
    samples, rate = recording(dataset, row)
    cut = samples[round(3.2 * rate) : round(4.1 * rate)]
    told = about(reply)
    assert told["peak"] == pytest.approx(float(np.abs(cut).max()), abs=1e-6)
    pairs = np.frombuffer(reply.body, "<i2").reshape(100, 2) / 32767 * told["peak"]
    assert pairs.min() == pytest.approx(float(cut.min()), abs=1e-4)
    assert pairs.max() == pytest.approx(float(cut.max()), abs=1e-4)


def test_a_box_is_heard_alone(get, dataset):
    row = first_row(dataset, "noise.wav") + 3
    reply = get(f"/bioviz/clip/media/{row}.wav?from=3.25&to=3.75&low=2000&high=4000&slow=1")
    heard, rate = soundfile.read(io.BytesIO(reply.body), dtype="float32")
    samples, native = recording(dataset, row)
    assert (rate, len(heard)) == (native, native // 2)
    clip = samples[3 * rate : 5 * rate]
    wanted = box_sound(clip, rate, (rate // 4, 3 * rate // 4), 2000, 4000)
    np.testing.assert_allclose(heard, wanted, atol=1 / 32768)
    power = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    hz = np.fft.rfftfreq(len(heard), 1 / rate)
    assert power[(hz < 1850) | (hz > 4150)].sum() < 1e-6 * power.sum()


def test_a_box_as_loud_as_the_others(get, dataset):
    row = first_row(dataset, "noise.wav") + 3
    reply = get(f"/bioviz/clip/media/{row}.wav?from=3.25&to=3.75&low=2000&high=4000&loudness=-23")
    assert about(reply)["loudness_db"] == pytest.approx(-23, abs=0.1)
    assert about(reply)["gain_db"] > 3


def test_a_box_is_measured(get, dataset):
    row = first_row(dataset, "bat.wav")
    told = get(f"/bioviz/clip/media/{row}/box.json?from=0.5&to=0.7&low=35000&high=60000").json
    assert (told["start_s"], told["end_s"], told["low_hz"], told["high_hz"]) == (0.5, 0.7, 35_000, 60_000)
    # A sweep without any noise: in the box 20 + 130/3 kHz a second.
    assert 41_000 < told["peak_hz"] < 51_000
    row = first_row(dataset, "stereo.flac") + 1
    told = get(f"/bioviz/clip/media/{row}/box.json?from=1.5&to=2&low=3000&high=5000").json
    assert told["snr_db"] is None
    assert "rises as high" in told["snr_unknown"]


@pytest.mark.parametrize("kind", ["png", "levels", "waveform", "wav", "box"])
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=nan&to=2", "must be a number"),
        ("from=1e99&to=2e99", "must be a number"),
        ("from=1&to=x", "must be a number"),
        ("from=2&to=1", "the second larger"),
        ("from=1", "both must be numbers"),
        ("from=8&to=9", "nothing of this clip"),
    ],
)
def test_odd_numbers_are_refused_with_a_sentence(get, dataset, kind, query, sentence):
    row = first_row(dataset, "noise.wav")
    path = f"{row}/box.json" if kind == "box" else f"{row}.{kind}"
    reply = get(f"/bioviz/clip/media/{path}?{query}")
    assert reply.status == 400
    assert sentence in reply.json["error"]
    assert str(dataset.recordings[0].path.parent) not in reply.json["error"]


def test_a_box_beyond_the_recordings_frequencies_is_refused(get, dataset):
    row = first_row(dataset, "short.wav")
    reply = get(f"/bioviz/clip/media/{row}/box.json?from=0.1&to=0.5&low=9000&high=12000")
    assert reply.status == 400
    assert "8000 Hz" in reply.json["error"]
    assert get(f"/bioviz/clip/media/{row}/box.json").status == 400  # a box without times is none
