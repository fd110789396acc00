"""Sound that is not as its header says, endings that say nothing, channels, time expansion, and programs beside."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from bioviz.audio.decode import load_clip
from bioviz.audio.playback import render
from bioviz.datasets.build import build_dataset
from bioviz.datasets.options import Options
from bioviz.datasets.sound_files import converted, flac
from bioviz.datasets.sound_files.probe import probe
from bioviz.datasets.sound_files.unchanged import check_unchanged
from bioviz.embedding.bandwidth import _measured
from bioviz.errors import BadInput
from tests.datasets.sounds import boxes, kinds, lines, write
from tests.sounds import load_windows

RATE = 8000


def with_data_size(path, size: int, riff: int | None = None) -> None:
    """Write another size into the header of a WAV."""
    raw = bytearray(path.read_bytes())
    at = raw.index(b"data")
    raw[at + 4 : at + 8] = struct.pack("<I", size)
    if riff is not None:
        raw[4:8] = struct.pack("<I", riff)
    path.write_bytes(raw)


def with_flac_frames(path, frames: int) -> None:
    raw = path.read_bytes()
    path.write_bytes(flac.with_frames(raw[:64], frames) + raw[64:])


def chunk(path, name: bytes, body: bytes) -> None:
    """Append a chunk to a WAV."""
    raw = path.read_bytes() + name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    path.write_bytes(raw[:4] + struct.pack("<I", len(raw) - 8) + raw[8:])


@pytest.mark.parametrize(("size", "riff"), [(0, 0), (0, 36), (0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFE, None)])
@pytest.mark.parametrize("more", [{}, {"subtype": "PCM_24"}, {"subtype": "FLOAT"}, {"channels": 2}])
def test_a_header_without_a_length_is_read_to_the_end_and_noted(tmp_path, size, riff, more):
    write(tmp_path / "whole.wav", **more)
    path = tmp_path / "x" / "a.wav"
    write(path, **more)
    with_data_size(path, size, riff)
    dataset = build_dataset(tmp_path / "x", options={"width_s": 1})
    (recording,) = dataset.recordings
    assert recording.frames == 4 * RATE and kinds(dataset) == {"odd_header": ["a.wav"]}
    starts = [0.0, 1.3, 3.0]
    wanted = load_windows(tmp_path / "whole.wav", starts, 1.0, RATE)
    np.testing.assert_array_equal(load_windows(recording.sound, starts, 1.0, RATE), wanted)
    assert load_clip(recording.sound, 1.0, 2.0, 16_000).any()


def test_a_wav_that_is_truly_empty_stays_empty(tmp_path):
    path = write(tmp_path / "a.wav", seconds=1)
    write(tmp_path / "b.wav", seed=1)
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.index(b"data") + 8])
    with_data_size(path, 0)
    chunk(path, b"LIST", b"INFOICMT\x04\0\0\0none")
    assert kinds(build_dataset(tmp_path)) == {"empty_audio": ["a.wav"]}


def test_a_wav_shorter_than_its_header_is_read_and_noted(tmp_path):
    path = write(tmp_path / "a.wav", seconds=12)
    path.write_bytes(path.read_bytes()[: 44 + 6 * RATE * 2])
    dataset = build_dataset(tmp_path)
    assert dataset.recordings[0].duration_s == 6 and kinds(dataset) == {"short_of_header": ["a.wav"]}
    assert "6.00 s" in dataset.problems[0].detail and "12.00 s" in dataset.problems[0].detail
    write(tmp_path / "a.wav", seconds=12)
    assert kinds(build_dataset(tmp_path)) == {}


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("said", [2, 0, 0.5])
def test_a_flac_whose_header_says_another_length_is_read_to_its_end(tmp_path, channels, said):
    path = write(tmp_path / "x" / "a.flac", seconds=10, channels=channels)
    write(tmp_path / "whole.flac", seconds=10, channels=channels)
    with_flac_frames(path, int(said * 10 * RATE))
    dataset = build_dataset(tmp_path / "x", options={"width_s": 1, "hop_s": 1})
    (recording,) = dataset.recordings
    assert recording.duration_s == 10 and len(dataset.clips) == 10
    assert sum(len(kinds(dataset).get(kind, [])) for kind in ("short_of_header", "odd_header")) == 1
    starts = [0.0, 4.5, 9.0]
    wanted = load_windows(tmp_path / "whole.flac", starts, 1.0, RATE)
    np.testing.assert_array_equal(load_windows(recording.sound, starts, 1.0, RATE), wanted)


def test_a_flac_that_was_cut_off_is_read_up_to_its_last_whole_frame(tmp_path):
    path = write(tmp_path / "a.flac", seconds=10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    dataset = build_dataset(tmp_path, options={"width_s": 0.5, "hop_s": 0.5})
    (recording,) = dataset.recordings
    assert 4 < recording.duration_s < 5.5 and kinds(dataset)["short_of_header"] == ["a.flac"]
    assert load_windows(recording.sound, dataset.clips.start_s, 0.5, RATE).any(axis=1).all()


def test_lengths_of_honest_flac_files_are_those_of_their_headers(tmp_path):
    for i, (seconds, rate) in enumerate([(0.01, 8000), (0.512, 8000), (3.3, 44_100), (2.0, 192_000)]):
        path = write(tmp_path / f"{i}.flac", seconds=seconds, rate=rate, channels=1 + i % 2)
        assert flac.held_frames(path) == flac.declared_frames(path) == round(seconds * rate)
        tagged = tmp_path / f"{i}t.flac"
        tagged.write_bytes(path.read_bytes() + b"TAG" + bytes(125))
        assert flac.held_frames(tagged) == round(seconds * rate)


@pytest.mark.parametrize(
    "content", [b"", b"fLaC", b"fLaC" + bytes(60), b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata\0\0\0\0"]
)
def test_broken_beginnings_are_named(tmp_path, content):
    write(tmp_path / "b.wav", seed=1)
    for name in ("a.flac", "a.wav"):
        (tmp_path / name).write_bytes(content)
        assert set(kinds(build_dataset(tmp_path))) <= {"empty_audio", "unreadable"}
        (tmp_path / name).unlink()


def test_sound_without_its_ending_is_found_by_what_it_holds(tmp_path):
    write(tmp_path / "a.flac")
    (tmp_path / "a.flac").rename(tmp_path / "rec_20200601_053000")
    (tmp_path / "notes").write_text("nothing")
    write(tmp_path / "b.wav", seed=1)
    lines(tmp_path / "t.csv", "path,start_s,end_s,label", "rec_20200601_053000,1,2,owl", "b,0,1,owl")
    dataset = build_dataset(tmp_path)
    assert {name for name, *_ in boxes(dataset)} == {"rec_20200601_053000", "b.wav"}
    assert dataset.recordings[1].recorded_at is not None


# --- channels and loud sound ------------------------------------------------------------------------------------------


@pytest.fixture
def cancelling(tmp_path):
    x = np.random.default_rng(0).uniform(-0.3, 0.3, 4 * RATE)
    soundfile.write(tmp_path / "a.wav", np.stack([x, -x], axis=1), RATE)
    return tmp_path


def test_channels_that_cancel_are_noted_and_one_can_be_chosen(cancelling):
    mean = build_dataset(cancelling)
    assert (
        kinds(mean)["cancel"] == ["a.wav"]
        and np.abs(load_clip(mean.recordings[0].sound, 0, 1, RATE)).max() < 1e-4
    )
    first, second = (build_dataset(cancelling, options={"channel": n}) for n in (1, 2))
    assert "cancel" not in kinds(first)
    a, b = (load_clip(dataset.recordings[0].sound, 0, 1, RATE) for dataset in (first, second))
    assert np.abs(a).max() > 0.2 and np.abs(a + b).max() < 1e-4
    assert (
        len({d.recordings[0].content_hash for d in (mean, first, second)}) == 3
    )  # so that no key is the same
    assert len({d.version for d in (mean, first, second)}) == 3
    assert check_unchanged(first) == []


def test_channels_that_differ_do_not_cancel(tmp_path):
    write(tmp_path / "a.wav", channels=2)
    quiet = np.zeros((4 * RATE, 2))
    soundfile.write(tmp_path / "b.wav", quiet, RATE)
    quiet[:, 0] = np.random.default_rng(1).uniform(-0.3, 0.3, len(quiet))
    soundfile.write(tmp_path / "c.wav", quiet, RATE)
    assert kinds(build_dataset(tmp_path)) == {}


def test_a_channel_that_is_not_there_is_named(tmp_path):
    write(tmp_path / "a.wav")
    write(tmp_path / "b.wav", channels=2, seed=1)
    dataset = build_dataset(tmp_path, options={"channel": 3})
    assert [r.name for r in dataset.recordings] == ["a.wav"] and kinds(dataset) == {
        "channel": ["a.wav"],
        "no_channel": ["b.wav"],
    }
    for wrong in ({"channel": -1}, {"channel": "x"}, {"time_expansion": 0}, {"time_expansion": "nan"}):
        with pytest.raises(BadInput):
            Options.of(wrong)


def test_sound_above_full_scale_is_noted_and_played_scaled_down(tmp_path):
    x = np.random.default_rng(0).normal(0, 1, 4 * RATE)
    soundfile.write(tmp_path / "a.wav", 8 * x / np.abs(x).max(), RATE, subtype="FLOAT")
    dataset = build_dataset(tmp_path)
    assert kinds(dataset)["full_scale"] == ["a.wav"]
    samples = load_clip(dataset.recordings[0].sound, 0, 4, RATE)
    assert np.abs(samples).max() == pytest.approx(8, rel=1e-6)  # what a model gets stays as it is
    played = render(samples, RATE)
    pcm = np.frombuffer(played.wav[44:], "<i2")
    assert (np.abs(pcm.astype(int)) >= 32767).mean() < 1e-3 and played.gain_db == pytest.approx(
        -18.06, abs=0.01
    )
    assert render(samples / 16, RATE).gain_db == 0


# --- time expansion ---------------------------------------------------------------------------------------------------


def bat(folder, te: bytes = b"TE: 10\n", name="a.wav") -> None:
    path = write(folder / name, seconds=10, rate=38_400)
    chunk(path, b"guan", b"GUANO|Version: 1.0\nTimestamp: 2024-05-01T22:10:05\n" + te)


def test_time_expansion_of_guano_is_honoured_and_said(tmp_path):
    bat(tmp_path)
    lines(tmp_path / "a.txt", "1\t2\tbat", "\\\t3000\t9000")
    dataset = build_dataset(tmp_path, options={"width_s": 0.2})
    (recording,) = dataset.recordings
    assert (recording.sample_rate, recording.duration_s) == (384_000, 1.0)
    assert boxes(dataset) == [("a.wav", 0.1, 0.2, "bat", 30_000, 90_000)]
    assert "38.4 kHz" in next(p.detail for p in dataset.problems if p.kind == "expanded")
    np.testing.assert_array_equal(
        load_clip(recording.sound, 0.1, 0.2, 384_000), load_clip(recording.path, 1.0, 2.0, 38_400)
    )
    assert _measured(recording.sound, recording.sample_rate, recording.content_hash) > 150_000


def test_time_expansion_can_be_set_and_goes_before_the_header(tmp_path):
    bat(tmp_path, te=b"")
    plain = build_dataset(tmp_path)
    assert plain.recordings[0].sample_rate == 38_400 and "expanded" not in kinds(plain)
    slowed = build_dataset(tmp_path, options={"time_expansion": 8})
    assert slowed.recordings[0].sample_rate == 307_200 and slowed.version != plain.version
    bat(tmp_path)
    assert build_dataset(tmp_path, options={"time_expansion": 1}).recordings[0].sample_rate == 38_400


@pytest.mark.parametrize("te", [b"TE: x\n", b"TE: -1\n", b"TE: nan\n", b"TE: 1e9\n", b"TE:\n", b"TE: 1\n"])
def test_a_time_expansion_that_makes_no_sense_is_none(tmp_path, te):
    bat(tmp_path, te)
    assert build_dataset(tmp_path).recordings[0].sample_rate == 38_400


def test_batdetect_counts_in_the_time_of_the_bat(tmp_path):
    bat(tmp_path)
    (tmp_path / "a.wav.json").write_text(
        '{"id": "a.wav", "time_exp": 10, "annotation": [{"start_time": 0.1, "end_time": 0.2, "low_freq": 30000,'
        ' "high_freq": 90000, "class": "Myotis", "det_prob": 0.9}]}'
    )
    assert boxes(build_dataset(tmp_path)) == [("a.wav", 0.1, 0.2, "Myotis", 30_000, 90_000)]


def test_what_decides_the_samples_decides_the_key(tmp_path):
    sound = build_dataset(_with_two_channels(tmp_path)).recordings[0].sound
    known = {sound.identity("ab")}
    for change in ({"channel": 1}, {"channel": 2}, {"expansion": 10.0}, {"expansion": 10.0, "channel": 1}):
        changed = replace(sound, **change).identity("ab")
        assert changed not in known
        known.add(changed)
    assert sound.identity("ab") == "ab" != sound.identity("ac")


def _with_two_channels(folder):
    write(folder / "a.wav", channels=2)
    return folder


# --- through ffmpeg ---------------------------------------------------------------------------------------------------

FFMPEG = """#!{python}
import sys, numpy as np, soundfile
args = sys.argv[1:]
source, target = args[args.index("-i") + 1].removeprefix("file:"), args[-1].removeprefix("file:")
assert "-nostdin" in args and args[args.index("-protocol_whitelist") + 1] == "file"
raw = open(source, "rb").read()
if raw.startswith(b"broken"):
    sys.exit(source + ": Invalid data found when processing input")
x = np.frombuffer(raw, "<i2").astype("float64") / 32768
soundfile.write(target, x, 16000, format="FLAC", subtype="PCM_16")
"""


@pytest.fixture
def with_ffmpeg(tmp_path, monkeypatch):
    """A program that takes ffmpeg's place: the m4a files of these tests hold plain 16-bit samples."""
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(FFMPEG.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_m4a_is_read_where_there_is_ffmpeg(with_ffmpeg):
    x = np.random.default_rng(0).integers(-9000, 9000, 16_000 * 3).astype("<i2")
    (with_ffmpeg / "a.M4A").write_bytes(x.tobytes())
    lines(with_ffmpeg / "a.txt", "1\t2\towl")
    (with_ffmpeg / "b.aac").write_bytes(b"broken")
    dataset = build_dataset(with_ffmpeg, options={"unannotated": "background"})
    (recording,) = dataset.recordings
    assert (recording.name, recording.sample_rate, recording.duration_s) == ("a.M4A", 16_000, 3.0)
    assert (load_clip(recording.sound, 0, 3, 16_000) == x / np.float32(32768)).all()
    assert kinds(dataset) == {"unreadable": ["b.aac"]}
    assert "Invalid data" in dataset.problems[0].detail and str(with_ffmpeg) not in dataset.problems[0].detail
    made = sorted(converted.settings().cache_dir.glob("converted/*"))
    assert [path.suffix for path in made] == [".flac"] and probe(recording.path).frames == 48_000


def test_m4a_is_named_with_what_to_do_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    write(tmp_path / "a.wav")
    (tmp_path / "b.m4a").write_bytes(b"x")
    (problem,) = build_dataset(tmp_path).problems
    assert (problem.kind, problem.file) == ("unsupported_audio", "b.m4a") and "ffmpeg" in problem.detail


@pytest.mark.parametrize("ending", ["m4a", "aac", "m4b", "wma", "wv", "tta", "webm"])
def test_the_real_ffmpeg_is_used_where_it_is_installed(tmp_path, ending):
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed: only its stand-in is tested")
    rate, path = 48_000, tmp_path / "a.wav"
    times = np.arange(3 * rate) / rate
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 1500 * times), rate)
    other = tmp_path / "set" / f"a.{ending}"
    other.parent.mkdir()
    made = subprocess.run([program, "-v", "error", "-i", path, other], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"this ffmpeg does not write {ending}: {made.stderr.strip()[-100:]}")
    lines(tmp_path / "set" / "a.csv", "path,start,end,label", f"a.{ending},1,2,owl")
    dataset = build_dataset(tmp_path / "set", options={"width_s": 1, "hop_s": 1})
    (recording,) = dataset.recordings
    assert recording.sample_rate == rate and recording.duration_s == pytest.approx(3, abs=0.15)
    samples = load_clip(recording.sound, 1, 2, rate)
    spectrum = np.abs(np.fft.rfft(samples))
    assert abs(spectrum.argmax() - 1500) <= 2 and np.abs(samples).max() == pytest.approx(0.3, abs=0.06)
    assert dataset.labels == ("owl",) and not dataset.problems
    other.write_bytes(other.read_bytes()[:40])  # as after a copy that broke off
    with pytest.raises(BadInput, match=f"a.{ending}"):
        build_dataset(tmp_path / "set")
