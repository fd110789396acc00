"""The report: amber where anything was not understood or left out, problems by kind, clips to look at, times."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bioviz.cli import main
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.examples import example_rows
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.profiles import TableProfile, keep_profile
from bioviz.errors import Missing
from bioviz.plots.recording_times import recording_times
from bioviz.progress import Silent
from bioviz.server.clips import find_clip
from tests.datasets.sounds import lines, write
from tests.pages.test_pages import texts


def report_of(dataset) -> AppTest:
    """The report alone."""
    library.save(dataset)

    def script(dataset_id: str) -> None:
        from bioviz.datasets import library
        from bioviz.ui.datasets.report import show
        from bioviz.ui.state import ReportState

        show(library.load(dataset_id), ReportState("r"))

    app = AppTest.from_function(script, args=(dataset.id,), default_timeout=60).run()
    assert not app.exception
    return app


def cards(app) -> list[dict]:
    """Groups of cards as the browser gets them."""
    (component,) = app.get("bidi_component")
    return json.loads(component.proto.json)["groups"]


@pytest.fixture
def boxed(tmp_path):
    """Three recordings with known boxes, one of another rate."""
    for seed, (stem, rate) in enumerate((("a", 8000), ("b", 8000), ("c", 16000))):
        write(tmp_path / f"{stem}.wav", seconds=12, rate=rate, seed=seed)
        lines(
            tmp_path / f"{stem}.csv",
            "path,start_s,end_s,label,low_hz,high_hz",
            f"{stem}.wav,3,4,owl,1000,2000",
        )
    return tmp_path


def test_all_understood_is_green_and_nothing_else_is(boxed):
    app = report_of(build_dataset(boxed))
    assert "Every file was understood" in texts(app.success) and not app.warning
    (boxed / "more.xyz").write_text("what,is,this\n1,2,3\n")
    app = report_of(build_dataset(boxed))
    assert "1 file was not understood" in texts(app.warning) and not app.success
    app = report_of(build_dataset(boxed, options={"ignore": ("more.xyz",)}))
    assert "You left out 1 file. All others were understood." in texts(app.success) and not app.warning


def test_recordings_that_are_left_out_are_amber(boxed):
    write(boxed / "d.wav", seconds=12, seed=9)
    app = report_of(build_dataset(boxed))
    assert "Not everything is used" in texts(app.warning) and not app.success


def test_what_is_left_out_is_counted_by_kind(boxed):
    write(boxed / "d.wav", seconds=12, seed=9)
    (boxed / "broken.wav").write_bytes(b"RIFF0000WAVEjunk" + bytes(50))
    said = texts(report_of(build_dataset(boxed)).warning)
    assert "Audio that cannot be read: 1" in said and "Recordings without annotations of their own: 1" in said
    assert "times something" not in said


def test_letters_that_are_not_sure_are_amber_and_not_left_out(boxed):
    lines(boxed / "e.csv", "path,start_s,end_s,label", "e.wav,1,2,Aerger")
    (boxed / "e.csv").write_bytes((boxed / "e.csv").read_bytes().replace(b"Aerger", "Ärger".encode("cp850")))
    write(boxed / "e.wav", seconds=12, seed=10)
    app = report_of(build_dataset(boxed))
    assert "Some letters could not be told for sure" in texts(app.warning) and not app.success
    assert "Not everything is used" not in texts(app.warning)


def test_annotations_without_a_label_are_amber(boxed):
    write(boxed / "e.wav", seconds=12, seed=11)
    lines(boxed / "e.txt", "1\t2\t")
    app = report_of(build_dataset(boxed))
    assert "1 label is missing" in texts(app.warning) and not app.success


def test_an_upload_without_a_table_says_so(tmp_path):
    write(tmp_path / "a.wav", seconds=90)
    app = report_of(build_dataset(tmp_path))
    assert "No file says what can be heard" in texts(app.warning) and not app.success


def test_what_holds_no_label_says_so_on_the_command_line_too(tmp_path, own_cache, monkeypatch, capsys):
    monkeypatch.setenv("BIOVIZ_DATA", str(tmp_path))
    for seed in range(30):
        write(tmp_path / "bare" / f"{seed}.wav", seed=seed)
        write(tmp_path / "quiet" / "noise" / f"{seed}.wav", seed=seed)
    for folder, sentence in (
        (
            "bare",
            "No file says what can be heard in these recordings, so all of their clips count as background.",
        ),
        ("quiet", "No clip carries a label: all that was read means background"),
    ):
        main(["add", str(tmp_path / folder), "--check"])
        assert sentence in capsys.readouterr().out
        said = texts(report_of(build_dataset(tmp_path / folder)).warning)
        assert sentence in said.replace("**", "")


def test_two_clips_are_too_few(tmp_path):
    for seed, label in enumerate(("owl", "noise")):
        write(tmp_path / label / "a.wav", seed=seed)
    app = report_of(build_dataset(tmp_path))
    assert "Too few clips to say anything" in texts(app.warning) and not app.success


def test_the_same_problem_is_told_once_with_its_count_an_example_and_what_to_do(boxed):
    for i in range(12):
        write(boxed / f"x{i:02}.wav", seed=20 + i)
    dataset = build_dataset(boxed)
    app = report_of(dataset)
    (group,) = (each for each in app.expander if each.label.startswith("Recordings without annotations"))
    assert group.label.endswith(": 12")
    assert "For example x00.wav (and 11 more): no table mentions it" in texts(group.text)
    assert "What to do: If you listened to them" in texts(group.caption)
    (table,) = (each.value for each in group.dataframe)
    assert len(table) == 1 and table["files"].tolist() == [12]


def test_clips_of_every_label_and_of_background_are_shown_with_their_boxes(boxed):
    dataset = build_dataset(boxed, options={"width_s": 2, "hop_s": 2})
    groups = cards(report_of(dataset))
    assert [group["title"] for group in groups] == ["background", "owl"]
    assert groups[0]["note"] == "15 clips without a label in 3 recordings"
    owls = {card["title"]: card for card in groups[1]["cards"]}
    assert set(owls) == {"a.wav", "b.wav", "c.wav"}  # each from another recording
    (left, right, low, top, label, colour) = owls["a.wav"]["boxes"][0]
    # Pictures end at three times the highest annotated frequency, so that low calls are no thin line.
    assert (left, right, label) == (0.5, 1.0, "owl") and colour.startswith("#")
    assert (low, top) == (0.25, 0.5) and owls["c.wav"]["boxes"][0][2:4] == pytest.approx((1 / 6, 1 / 3))
    assert owls["c.wav"]["high"] == "6 kHz" and "high=6000" in owls["c.wav"]["picture"]
    assert not any(card["boxes"] for card in groups[0]["cards"])
    assert dataset.version[:12] in owls["a.wav"]["picture"] and dataset.id in owls["a.wav"]["sound"]


def test_examples_come_from_as_many_recordings_as_there_are(boxed):
    dataset = build_dataset(boxed, options={"width_s": 1, "hop_s": 1})
    rows = example_rows(dataset, per_label=3)["background"]
    assert len(set(dataset.clips.recording[rows].tolist())) == 3
    assert np.array_equal(rows, example_rows(dataset, per_label=3)["background"])
    assert len(example_rows(dataset, per_label=7)["background"]) == 7
    assert not dataset.clips.labels[rows].any() and dataset.clips.labels[example_rows(dataset)["owl"]].all()


def test_clips_can_be_heard_before_the_dataset_is_added(boxed):
    result = library.scan_job({"root": str(boxed)}, Silent())
    draft = library.load_draft(result["dataset"])
    with pytest.raises(Missing):
        find_clip(draft.id, 0)  # not registered
    assert find_clip(draft.id, 0, draft.version[:12]).dataset.version == draft.version
    registered = build_dataset(boxed, name=draft.name, options={"width_s": 1})
    library.save(registered)
    assert registered.id == draft.id
    assert find_clip(draft.id, 0, registered.version[:12]).end_s == 1.0
    assert find_clip(draft.id, 0, draft.version[:12]).end_s == draft.plan.width_s
    assert find_clip(draft.id, 0).end_s == 1.0


def test_a_timeline_shows_when_each_recording_was_made():
    first = datetime(2024, 5, 1, 22, 30)
    starts = [first + timedelta(days=day) for day in range(5)]
    drawn = recording_times(
        starts, [600.0] * 5, ["pond", "pond", "wood", "wood", ""], [f"{i}.wav" for i in range(5)]
    )
    assert {trace.name for trace in drawn.data} == {"pond", "wood", "place unknown"}
    pond = next(trace for trace in drawn.data if trace.name == "pond")
    assert pond.x[:2] == ("2024-05-01", "2024-05-01") and pond.y[0] == 22.5
    assert pond.y[1] == pytest.approx(22.5 + 600 / 3600)
    one_day = recording_times([first, first + timedelta(hours=1)], [3600.0, 60.0], ["", "<b>"], ["a", "b"])
    assert one_day.data[0].x[0] in (first, first + timedelta(hours=1))
    assert "<b>" not in str(one_day.data[0].name) + str(one_day.data[1].name)


def test_times_that_are_known_are_drawn_and_others_counted(tmp_path):
    for seed, name in enumerate(("s1_20240501_053000", "s1_20240502_053000", "s2_20240504_060000", "odd")):
        write(tmp_path / f"{name}.wav", seconds=5, seed=seed)
    app = report_of(build_dataset(tmp_path, reader="recordings"))
    assert len(app.get("plotly_chart")) == 1
    assert "1 of 4 recordings does not tell when it was made" in texts(app.caption)


def test_the_report_names_the_format_in_words(boxed):
    captions = texts(report_of(build_dataset(boxed)).caption)
    assert "read as Table: path, label or path, start, end, label" in captions
    assert "Pictures end at 6 kHz, about 3 times the highest annotated frequency." in captions


def test_a_table_that_a_profile_explains_is_said_to_be(tmp_path, own_cache):
    write(tmp_path / "a.wav", seconds=8)
    lines(tmp_path / "t.csv", "woher,was", "a.wav,owl")
    columns = {"path": "woher", "label": "was"}
    keep_profile(TableProfile("kind", ("woher", "was"), ColumnMapping(**columns)))
    assert "columns as a table profile explains them" in texts(report_of(build_dataset(tmp_path)).caption)
