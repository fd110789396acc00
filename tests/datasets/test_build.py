"""Building a dataset: odd audio, copies, splits, ids, times and places."""

from __future__ import annotations

import shutil
import struct
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioviz.datasets.build import build_dataset
from bioviz.datasets.options import Options
from bioviz.datasets.recorded_at import site_of, time_from_name
from bioviz.datasets.report import report
from bioviz.datasets.sound_files.header import read_header
from bioviz.datasets.sound_files.probe import content_hash, probe
from bioviz.datasets.splits import make_splits
from bioviz.errors import BadInput, Cancelled
from tests.datasets.sounds import kinds, write


def test_formats_rates_and_channels(tmp_path):
    write(tmp_path / "x" / "a.wav", rate=384_000, seconds=0.5)
    write(tmp_path / "x" / "b.flac", rate=22_050, channels=2)
    write(tmp_path / "x" / "c.ogg", rate=44_100)
    write(tmp_path / "x" / "d.mp3", rate=44_100)
    dataset = build_dataset(tmp_path)
    assert {r.name: (r.sample_rate, r.channels) for r in dataset.recordings} == {
        "x/a.wav": (384_000, 1), "x/b.flac": (22_050, 2), "x/c.ogg": (44_100, 1), "x/d.mp3": (44_100, 1),
    }  # fmt: skip
    assert dataset.sample_rate == 44_100  # the commonest
    assert dataset.recordings[1].frames == 4 * 22_050


def test_unusable_audio_is_named_and_does_not_stop_the_rest(tmp_path):
    good = write(tmp_path / "x" / "good.wav")
    (tmp_path / "x" / "zero.wav").write_bytes(b"")
    (tmp_path / "x" / "text.flac").write_text("this is not audio")
    (tmp_path / "x" / "cut.wav").write_bytes(good.read_bytes()[:20])
    write(tmp_path / "x" / "nothing.wav", seconds=0)
    dataset = build_dataset(tmp_path)
    assert [r.name for r in dataset.recordings] == ["x/good.wav"]
    assert kinds(dataset) == {
        "empty_audio": ["x/nothing.wav", "x/zero.wav"], "unreadable": ["x/cut.wav", "x/text.flac"],
        "one_folder": ["x"],
    }  # fmt: skip


def test_nothing_usable_says_why(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "zero.wav").write_bytes(b"")
    with pytest.raises(BadInput, match=r"zero\.wav"):
        build_dataset(tmp_path)


def test_copies_are_kept_reported_and_stay_in_one_split(tmp_path):
    for i in range(12):
        write(tmp_path / "x" / f"{i:02}.wav", seed=i, seconds=0.2)
        shutil.copy(tmp_path / "x" / f"{i:02}.wav", tmp_path / "x" / f"copy{i:02}.wav")
    dataset = build_dataset(tmp_path)
    assert len(dataset.clips) == 24 and len(kinds(dataset)["duplicate"]) == 12
    split_of = {}
    for recording in dataset.recordings:
        assert split_of.setdefault(recording.content_hash, recording.split) == recording.split


def test_a_copy_in_train_and_test_is_called_a_leak(tmp_path):
    write(tmp_path / "train" / "x" / "a.wav")
    shutil.copytree(tmp_path / "train", tmp_path / "test")
    problem = next(p for p in build_dataset(tmp_path).problems if p.kind == "duplicate")
    assert "test" in problem.detail and "train" in problem.detail


def test_two_folders_of_one_name_are_two_datasets(tmp_path):
    for seed, parent in enumerate("ab"):
        write(tmp_path / parent / "data" / "x" / "r.wav", seed=seed)
    one, two = (build_dataset(tmp_path / parent / "data") for parent in "ab")
    assert one.name == two.name == "data" and one.id != two.id and one.version != two.version
    assert one.id.startswith("data-")


def test_the_version_ignores_where_the_folder_lies_but_not_what_it_holds(tmp_path):
    write(tmp_path / "a" / "x" / "r.wav")
    first = build_dataset(tmp_path / "a")
    moved = shutil.copytree(tmp_path / "a", tmp_path / "b")
    assert build_dataset(moved).version == first.version
    write(moved / "x" / "r.wav", seed=9)
    assert build_dataset(moved).version != first.version


def test_clips_of_files_are_padded_or_truncated_to_one_length(tmp_path):
    write(tmp_path / "x" / "short.wav", seconds=1)
    write(tmp_path / "x" / "long.wav", seconds=14, seed=1)
    dataset = build_dataset(tmp_path)
    assert dataset.plan.width_s == 10 and set(dataset.clips.end_s.tolist()) == {10.0}
    assert kinds(dataset) == {"one_folder": ["x"], "truncated": ["x/long.wav"]}


def test_options_are_checked():
    assert Options.of({"background_names": "a, b ,"}).background_names == ("a", "b")
    for bad in (
        {"width": 3}, {"width_s": 0}, {"hop_s": -1}, {"min_overlap": 2}, {"task": "x"}, {"unannotated": "x"},
        {"split_fractions": [0.5, 0.5]}, {"split_fractions": [0.9, 0.9, -0.8]}, {"width_s": "long"},
        {"width_s": float("nan")}, {"sample_rate": 0},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            Options.of(bad)


def test_cancelling_stops_the_scan(tmp_path):
    for i in range(30):
        write(tmp_path / "x" / f"{i}.wav", seconds=0.05, seed=i)

    class Stop:
        def report(self, *_, **__):
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        build_dataset(tmp_path, progress=Stop())


# --- splits -----------------------------------------------------------------------------------------------------------


@given(st.integers(1, 80), st.integers(1, 5), st.integers(0, 10))
def test_splits_follow_the_fractions_in_all_and_ignore_order(n, strata, seed):
    groups = [f"r{i}" for i in range(n)]
    of = [f"s{i % strata}" for i in range(n)]
    made = make_splits(groups, of, (0.6, 0.2, 0.2), seed)
    for name, share in (("train", 0.6), ("valid", 0.2), ("test", 0.2)):
        assert abs(made.count(name) - share * n) <= 1.0
    backwards = make_splits(groups[::-1], of[::-1], (0.6, 0.2, 0.2), seed)
    assert backwards[::-1] == made


def test_splits_share_out_every_label_and_follow_the_seed():
    groups = [f"r{i}" for i in range(100)]
    strata = ["rare" if i < 10 else "common" for i in range(100)]
    made = make_splits(groups, strata, (0.6, 0.2, 0.2), 1)
    assert [made[:10].count(name) for name in ("train", "valid", "test")] == [6, 2, 2]
    assert (
        made
        == make_splits(groups, strata, (0.6, 0.2, 0.2), 1)
        != make_splits(groups, strata, (0.6, 0.2, 0.2), 2)
    )


# --- time and place ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SITE-A_20250614_053000.flac", datetime(2025, 6, 14, 5, 30)),
        ("20190522_003000.WAV", datetime(2019, 5, 22, 0, 30)),
        ("20190522$003000.WAV", datetime(2019, 5, 22, 0, 30)),
        ("S4A03895_20190522_003000.wav", datetime(2019, 5, 22, 0, 30)),
        ("x/2MM1_2024-05-01T04-05-06Z.wav", datetime(2024, 5, 1, 4, 5, 6, tzinfo=UTC)),
        ("a_20240501T040506-0300.wav", datetime(2024, 5, 1, 4, 5, 6, tzinfo=timezone(timedelta(hours=-3)))),
        ("5B1AF4C0.WAV", datetime(2018, 6, 8, 21, 27, 28, tzinfo=UTC)),
        ("5eb3c2a0.WAV", datetime(2020, 5, 7, 8, 11, 12, tzinfo=UTC)),
        ("5eb3c2a0.wav", None),  # may be a hash
        ("2022-09-01-birdnet-11:07:18.wav", datetime(2022, 9, 1, 11, 7, 18)),
        ("2025-03-12-birdnet-RTSP_1-10:54:26.wav", datetime(2025, 3, 12, 10, 54, 26)),
        (
            "swift1_20200601_053000.123_-0500.wav",
            datetime(2020, 6, 1, 5, 30, tzinfo=timezone(timedelta(hours=-5))),
        ),
        ("a_20200601T053000-09.wav", datetime(2020, 6, 1, 5, 30, tzinfo=timezone(timedelta(hours=-9)))),
        ("20200601T053000+1000_REC.flac", datetime(2020, 6, 1, 5, 30, tzinfo=timezone(timedelta(hours=10)))),
        ("a_20200601T053000+05:30.wav", datetime(2020, 6, 1, 5, 30, tzinfo=timezone(timedelta(minutes=330)))),
        ("20200601_053000-77.wav", datetime(2020, 6, 1, 5, 30)),  # no zone
        ("180801_1630.wav", datetime(2018, 8, 1, 16, 30)),
        ("site_180801_163005.wav", datetime(2018, 8, 1, 16, 30, 5)),
        ("120815_1630.wav", None),  # 15 August 2012 or 12 August 2015
        ("123456_7890.wav", None),
        ("rec_20200601_053000", datetime(2020, 6, 1, 5, 30)),
        ("XC823144-Desmodus-2013.01.16-CL00262_A_30.flac", None),
        ("20251399_053000.wav", None),
        ("120190522_003000.wav", None),
        ("dog_07.flac", None),
    ],
)
def test_time_from_file_names(name, expected):
    assert time_from_name(name) == expected


@pytest.mark.parametrize(
    ("name", "site"),
    [
        ("SITE-A_20250614_053000.flac", "SITE-A"),
        ("Ridge/Data/20250614_053000.WAV", "Ridge"),
        ("audio/wav/x.wav", ""),
        ("x.wav", ""),
        ("forest/x.wav", "forest"),
    ],
)
def test_site_from_prefix_or_folder(name, site):
    assert site_of(name) == site


def _with_chunk(path, name, body):
    data = path.read_bytes()
    body += b"\0" * (len(body) % 2)
    data += name + struct.pack("<I", len(body)) + body
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])


def test_time_from_guano_and_audiomoth_headers(tmp_path):
    guano = write(tmp_path / "x" / "bat.wav")
    _with_chunk(guano, b"guan", b"GUANO|Version: 1.0\nTimestamp: 2024-05-01T22:10:05+02:00\n")
    moth = write(tmp_path / "x" / "moth.wav", seed=1)
    text = b"Recorded at 19:17:30 23/02/2018 (UTC-5) by AudioMoth 0FE081F80FE081F0 at gain setting 2\0"
    _with_chunk(moth, b"LIST", b"INFOICMT" + struct.pack("<I", len(text)) + text)
    zone = timezone(timedelta(hours=2))
    assert read_header(guano).recorded_at == datetime(2024, 5, 1, 22, 10, 5, tzinfo=zone)
    found = {r.name: r.recorded_at for r in build_dataset(tmp_path).recordings}
    assert found["x/bat.wav"].utcoffset() == timedelta(hours=2)
    assert found["x/moth.wav"] == datetime(2018, 2, 23, 19, 17, 30, tzinfo=timezone(timedelta(hours=-5)))


def test_time_from_song_meter_broadcast_wav_and_the_first_audiomoth(tmp_path):
    zone = timezone(timedelta(hours=-5))
    meter = write(tmp_path / "meter.wav")
    stamp = b"2014-04-02 22:59:14-05:00"
    fields = struct.pack("<HIH", 0, 2, 1) + struct.pack("<HI", 5, len(stamp)) + stamp
    _with_chunk(meter, b"wamd", fields + struct.pack("<HIH", 15, 2, 10))
    cast = write(tmp_path / "cast.wav", seed=1)
    _with_chunk(cast, b"bext", bytes(320) + b"2019:06:01" + b"05-30-00" + bytes(264))
    moth = write(tmp_path / "moth.wav", seed=2)
    text = b"Recorded at 20:00:00 05/02/2018 by AudioMoth 0FE081F80FE081F0\0"
    _with_chunk(moth, b"LIST", b"INFOICMT" + struct.pack("<I", len(text)) + text)
    dataset = build_dataset(tmp_path)
    assert {r.name: r.recorded_at for r in dataset.recordings} == {
        "meter.wav": datetime(2014, 4, 2, 22, 59, 14, tzinfo=zone),
        "cast.wav": datetime(2019, 6, 1, 5, 30),
        "moth.wav": datetime(2018, 2, 5, 20, tzinfo=UTC),
    }
    assert {r.name: r.expansion for r in dataset.recordings if r.expansion != 1} == {"meter.wav": 10}
    for broken in (b"\xff" * 40, struct.pack("<HI", 5, 0xFFFFFFFF), b"2014"):
        for name in (b"wamd", b"bext", b"guan"):
            _with_chunk(write(tmp_path / "meter.wav"), name, broken)
            assert read_header(tmp_path / "meter.wav").recorded_at is None


# --- report -----------------------------------------------------------------------------------------------------------


def test_report_counts(tmp_path):
    write(tmp_path / "a.wav", seconds=10, rate=8000)
    write(tmp_path / "b.wav", seconds=10, rate=16_000, channels=2, seed=1)
    (tmp_path / "t.csv").write_text(
        "path,start_s,end_s,label\na.wav,0,2,owl\na.wav,0,2,frog\nb.wav,4,6,owl\na.wav,9,12,owl\ngone.wav,1,2,owl\n"
    )
    found = report(build_dataset(tmp_path, options={"width_s": 2, "hop_s": 2}))
    assert (found.recordings, found.clips, found.annotations, found.multi_label_clips) == (2, 10, 4, 1)
    assert found.hours == pytest.approx(20 / 3600) and found.background_share == pytest.approx(0.7)
    rows = {row.label: (row.clips, row.annotations, row.hours) for row in found.labels}
    assert rows == {
        "frog": (1, 1, pytest.approx(2 / 3600)), "owl": (3, 3, pytest.approx(6 / 3600)),
        "background": (7, 0, pytest.approx(14 / 3600)),
    }  # fmt: skip
    assert found.sample_rates == {8000: 1, 16_000: 1} and found.channels == {1: 1, 2: 1}
    assert {g.kind: [file for file, _ in g.items] for g in found.problems} == {
        "clipped": ["a.wav"], "no_recording": ["t.csv"],
    }  # fmt: skip
    assert sum(found.splits.values()) == 10
    import json

    assert json.loads(json.dumps(found.to_dict()))["sample_rates"] == {"8000": 1, "16000": 1}


def test_probe_and_hash(tmp_path):
    path = write(tmp_path / "a.wav", seconds=2, rate=8000, channels=3)
    info = probe(path)
    assert (info.sample_rate, info.channels, info.frames, info.duration_s) == (8000, 3, 16_000, 2.0)
    assert content_hash(path) == content_hash(shutil.copy(path, tmp_path / "b.wav"))
    assert content_hash(path) != content_hash(write(tmp_path / "c.wav", seconds=2, channels=3, seed=1))
    with pytest.raises(BadInput, match=r"gone\.wav"):
        probe(tmp_path / "gone.wav")


# --- real recordings --------------------------------------------------------------------------------------------------


def test_real_folder_per_class_and_csv(real_data):
    root = real_data / "esc50_animals"
    by_table = build_dataset(root)
    assert by_table.source["reader"] == "csv" and len(by_table.labels) == 10
    assert (by_table.targets == 0).sum() == 200 and set(np.bincount(by_table.targets)[1:]) == {24}
    assert {s: int((by_table.clips.split == s).sum()) for s in ("train", "valid", "test")} == {
        "train": 224, "valid": 72, "test": 144,
    }  # fmt: skip
    names = [
        "wind",
        "rain",
        "engine",
        "airplane",
        "sea_waves",
        "thunderstorm",
        "water_drops",
        "crackling_fire",
    ]
    by_folder = build_dataset(root, reader="folders", options={"background_names": names})
    assert by_folder.labels == by_table.labels and (by_folder.targets == 0).sum() == 200
    assert {r.name for r in by_folder.recordings} == {r.name for r in by_table.recordings}


def test_real_annotations_and_their_original_tables(real_data, tmp_path):
    root = real_data / "field_detection"
    dataset = build_dataset(root)
    assert dataset.source["reader"] == "csv" and len(dataset.recordings) == 29
    assert max(r.sample_rate for r in dataset.recordings) == 500_000
    # The tables that the recordings came with, read by their own readers, say the same as annotations.csv.
    for folder, audio, reader in (
        ("powdermill_chronister2021", "Recording_1_Segment_07-snippet.flac", "raven"),
        ("maad_spinetail", "spinetail.flac", "audacity"),
    ):
        here = tmp_path / folder
        here.mkdir()
        (table,) = (root / "original_annotations" / folder).glob("*.txt")
        shutil.copy(root / "audio" / folder / audio, here / audio)
        shutil.copy(table, here / (audio.replace(".flac", ".txt")))
        own = build_dataset(here)
        assert own.source["reader"] == reader
        expected = [a for a in dataset.annotations if folder in dataset.recordings[a.recording].name]
        assert len(own.annotations) == len(expected) > 8
        for a, b in zip(
            sorted(own.annotations, key=lambda a: (a.start_s, a.label)),
            sorted(expected, key=lambda a: (a.start_s, a.label)),
            strict=True,
        ):
            assert (a.label, a.start_s, a.end_s) == (
                b.label,
                pytest.approx(b.start_s),
                pytest.approx(b.end_s),
            )
            assert a.low_hz == pytest.approx(b.low_hz, abs=0.1)
    # The Raven table covers five minutes, the snippet ten seconds.
    assert "past_end" in kinds(build_dataset(tmp_path / "powdermill_chronister2021"))


def test_the_collector_is_as_it_was_after_a_folder_was_read(tmp_path):
    import gc

    write(tmp_path / "owl" / "a.wav")
    build_dataset(tmp_path)
    assert gc.isenabled()
    with pytest.raises(BadInput):
        build_dataset(tmp_path / "nowhere")
    assert gc.isenabled()
