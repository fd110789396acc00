"""Which files are one unit: from names, times, tables and copies, whatever their order."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.independence import Unit, independence
from bioviz.datasets.recorded_at import date_of, recording_id_of, site_of, time_from_name
from bioviz.datasets.types import Recording
from bioviz.errors import BadInput
from tests.datasets.sounds import kinds, lines, write

START = datetime(2021, 2, 16, 18, 0)


def recording(name, at=None, site="", seconds=60.0, content=None, **more) -> Recording:
    """A recording; `at` in minutes from START."""
    moment = None if at is None else START + timedelta(minutes=at)
    return Recording(Path(name), name, content or name, 1000, 1, round(1000 * seconds), site, moment, **more)


def together(found, recordings) -> set[frozenset[str]]:
    """The units as sets of names."""
    return {
        frozenset(r.name for r, g in zip(recordings, found.groups, strict=True) if g == group)
        for group in set(found.groups.tolist())
    }


@pytest.mark.parametrize(
    ("name", "site", "original", "at"),
    [
        (
            "audio/miles_cotton_01_2982_772257_20210216_182030_30_0.flac",
            "miles_cotton_01",
            "2982/772257",
            datetime(2021, 2, 16, 18, 20, 30),
        ),
        (
            "miles_cotton_01_2982_772257_20210216_182030.flac",
            "miles_cotton_01",
            "2982/772257",
            datetime(2021, 2, 16, 18, 20, 30),
        ),
        ("PLOT_3_2021_20210216_182030.wav", "PLOT_3_2021", "", datetime(2021, 2, 16, 18, 20, 30)),
        ("20170418_1953.flac", "", "", datetime(2017, 4, 18, 19, 53)),
        ("audio/Montijo_20210712_210000.flac", "Montijo", "", datetime(2021, 7, 12, 21)),
        ("201704181953.flac", "", "", None),
        ("20170418_2561.flac", "", "", None),
        ("4-183992-A-0.wav", "", "", None),
    ],
)
def test_names_tell_site_original_recording_and_time(name, site, original, at):
    assert site_of(name) == site
    assert recording_id_of(name) == original
    assert time_from_name(name) == at


@pytest.mark.parametrize(
    ("text", "date", "start"),
    [
        ("20170116", "2017-01-16", None),
        ("2017-01-16", "2017-01-16", None),
        ("2019-05-22T00:30:00", "2019-05-22", datetime(2019, 5, 22, 0, 30)),
        ("2017", "2017", None),
        ("03/04/2017", "03/04/2017", None),  # the third of April, or the fourth of March
    ],
)
def test_dates_of_tables(text, date, start):
    assert date_of(text) == (date, start)


def test_cuts_of_one_original_recording_are_one():
    files = [
        recording(n, recording_id=i) for n, i in (("a", "1"), ("b", "1"), ("c", "2"), ("d", ""), ("e", ""))
    ]
    found = independence(files)
    assert found.unit is found.detected is Unit.RECORDING
    assert together(found, files) == {frozenset("ab"), frozenset("c"), frozenset("d"), frozenset("e")}
    assert found.reason == "2 of 5 files are cut from the same original recordings: 4 original recordings."


def test_files_that_follow_each_other_are_one_session():
    files = [
        recording("a", 0, "X"), recording("b", 1, "X"), recording("c", 11, "X"),  # ten minutes of silence
        recording("d", 23, "X"), recording("e", 1, "Y"), recording("f", None, "X"),
    ]  # fmt: skip
    found = independence(files)
    assert found.unit is Unit.SESSION
    assert together(found, files) == {frozenset("abc"), frozenset("d"), frozenset("e"), frozenset("f")}


def test_a_recorder_that_never_stops_is_cut_at_noon():
    files = [recording(f"{i:03d}", 60 * i, "X", 3600) for i in range(72)]
    found = independence(files)
    assert found.unit is Unit.SESSION and found.choices[Unit.SESSION] == 4
    # 18:00 to noon, and noon to noon
    assert sorted(np.bincount(found.groups).tolist()) == [6, 18, 24, 24]


def test_one_session_only_cannot_be_held_out():
    files = [recording(str(i), i, "X") for i in range(5)]
    found = independence(files)
    assert found.unit is Unit.RECORDING or found.unit is Unit.FILE
    assert "nothing could be held out" in found.reason


def test_copies_are_one_whatever_the_unit():
    files = [recording("a", content="same"), recording("b", content="same"), recording("c")]
    for unit in ("file", "recording", "session"):
        assert together(independence(files, unit), files) == {frozenset("ab"), frozenset("c")}


def test_coarser_units_hold_whole_finer_ones():
    files = [
        recording(
            f"{site}{night}{part}",
            24 * 60 * night + 90 * part,
            site,
            recording_id=f"{site}{night}{part // 2}",
        )
        for site in "XYZ"
        for night in range(3)
        for part in range(4)
    ]
    found = independence(files)
    assert found.unit is Unit.RECORDING
    assert list(found.coarser) == ["night", "site"]
    assert {str(u): n for u, n in found.choices.items()} == {
        "file": 36,
        "recording": 18,
        "night": 9,
        "site": 3,
    }
    for groups in found.coarser.values():
        assert len(set(zip(found.groups.tolist(), groups.tolist(), strict=True))) == 18


def test_an_unknown_unit_is_named():
    with pytest.raises(BadInput, match="'clip'"):
        independence([recording("a")], "clip")


@some.composite
def collections(draw):
    n = draw(some.integers(1, 12))
    return [
        recording(
            f"{draw(some.sampled_from(['one', 'two']))}/{i:02d}.wav",
            draw(some.none() | some.integers(0, 3000)),
            draw(some.sampled_from(["", "X", "Y"])),
            content=str(draw(some.integers(0, 9))),
            recording_id=draw(some.sampled_from(["", "", "1", "2"])),
        )
        for i in range(n)
    ]


@hypothesis_settings(max_examples=200, deadline=None)
@given(collections(), some.randoms(), some.sampled_from(["", *Unit]))
def test_neither_order_nor_folders_decide(files, random, unit):
    from dataclasses import replace

    found = independence(files, unit)
    shuffled = files.copy()
    random.shuffle(shuffled)
    again = independence(shuffled, unit)
    assert again.unit == found.unit
    assert again.reason == found.reason
    assert together(again, shuffled) == together(found, files)
    number = {r.name: g for r, g in zip(files, found.groups.tolist(), strict=True)}
    assert [number[r.name] for r in shuffled] == again.groups.tolist()
    renamed = [replace(r, name=r.name.replace("one/", "zebra/x/")) for r in files]
    moved = independence(renamed, unit)
    back = {frozenset(n.replace("zebra/x/", "one/") for n in unit_) for unit_ in together(moved, renamed)}
    assert back == together(found, files)


def boxes_and_facts(root, facts: list[str]) -> None:
    """Ten recordings; annotations.csv and a recordings.csv beside the audio."""
    for i in range(10):
        write(root / "audio" / f"r{i}.wav", seed=i)
    lines(
        root / "annotations.csv", "path,start_s,end_s,label", *(f"audio/r{i}.wav,0,1,owl" for i in range(10))
    )
    lines(root / "audio" / "recordings.csv", *facts)


def test_tables_beside_the_audio_are_read(tmp_path):
    header = "path,recording_id,Site,recorder,source,date"
    rows = [f"r{i}.wav,R{i // 2},S{i % 3},AudioMoth {i % 2},survey,201{i}-06-01" for i in range(10)]
    boxes_and_facts(tmp_path, [header, *rows])
    dataset = build_dataset(tmp_path)
    first = dataset.recordings[3]
    assert (first.recording_id, first.site, first.recorder, first.source, first.date, first.year) == (
        "R1", "S0", "AudioMoth 1", "survey", "2013-06-01", "2013",
    )  # fmt: skip
    assert dataset.independence.unit is Unit.RECORDING
    assert dataset.groups.max() == 4
    library.save(dataset)
    assert library.load(dataset.id).recordings == dataset.recordings


def test_an_id_that_is_the_files_own_name_joins_nothing(tmp_path):
    boxes_and_facts(tmp_path, ["path,recording_id", *(f"r{i}.wav,r{i}" for i in range(10))])
    assert {r.recording_id for r in build_dataset(tmp_path).recordings} == {""}


def test_tables_that_contradict_each_other_leave_the_fact_unknown(tmp_path):
    boxes_and_facts(tmp_path, ["path,site", "r0.wav,A", "r0.wav,B", "r1.wav,A"])
    dataset = build_dataset(tmp_path)
    assert [r.site for r in dataset.recordings[:2]] == ["", "A"]
    assert kinds(dataset)["facts"] == ["audio/r0.wav"]


def test_splits_made_here_keep_a_unit_together_and_follow_it(tmp_path):
    boxes_and_facts(
        tmp_path, ["path,recording_id,site", *(f"r{i}.wav,R{i // 2},S{i // 4}" for i in range(10))]
    )
    dataset = build_dataset(tmp_path)
    library.save(dataset)
    for unit in ("", "file", "site"):
        chosen = library.set_unit(dataset.id, unit)
        of = {}
        for row, group in enumerate(chosen.groups.tolist()):
            of.setdefault(group, set()).add(str(chosen.clips.split[row]))
        assert all(len(splits) == 1 for splits in of.values())
        assert len(set().union(*of.values())) == (2 if unit == "site" else 3)  # three sites do not reach
        assert [r.split for r in chosen.recordings] == [
            str(chosen.clips.split[chosen.clips.recording == i][0]) for i in range(10)
        ]
    again = library.set_unit(dataset.id, "")
    assert again.version == dataset.version


def test_a_split_that_the_source_declares_stays(tmp_path):
    for i in range(6):
        write(tmp_path / f"r{i}.wav", seed=i)
    splits = ["train", "test"] * 3
    lines(
        tmp_path / "labels.csv",
        "path,label,split,site",
        *(f"r{i}.wav,owl,{splits[i]},S{i // 2}" for i in range(6)),
    )
    dataset = build_dataset(tmp_path)
    library.save(dataset)
    assert [r.split for r in library.set_unit(dataset.id, "site").recordings] == splits
    with pytest.raises(BadInput):
        library.set_unit(dataset.id, "clip")


def test_records_from_before_have_the_detected_unit(tmp_path):
    from bioviz.store.files import read_json, write_json

    boxes_and_facts(tmp_path, ["path,site", *(f"r{i}.wav,S" for i in range(10))])
    dataset = build_dataset(tmp_path)
    library.save(dataset)
    path = library._file(dataset.id)
    plain = read_json(path)
    del plain["unit"]
    plain["recordings"] = [each[:11] for each in plain["recordings"]]
    write_json(path, plain)
    assert library.load(dataset.id).independence.unit is Unit.FILE
