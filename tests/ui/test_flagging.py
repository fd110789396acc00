"""The flag bar and panel on the Explore page, without a browser: what it tells is planted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import AttributeDictionary

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.flags import KINDS, TITLES, flag, load_flags
from bioviz.ui.clips.run_map import map_data, with_marks
from bioviz.ui.components.shared import acts
from tests.sounds import saved_calls

FRAME = Path(__file__).resolve().parents[2] / "bioviz" / "ui" / "app" / "frame.py"


@pytest.fixture
def made(tmp_path):
    dataset = saved_calls(tmp_path / "calls")
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    return dataset, runs.compute_run(spec)


def say(app: AppTest, **done: object) -> AppTest:
    """Let the browser tell of acts, newer than all before."""
    held = app.session_state["acts"]
    number = acts.newest(held) + 1
    app.session_state["acts"] = {
        **held,
        **{kind: acts.Act(number, True, value) for kind, value in done.items()},
    }
    return app.run()


def explore(dataset, clip="5") -> AppTest:
    app = AppTest.from_file(str(FRAME), default_timeout=120)
    app.query_params.update({"dataset": dataset.id, "method": "pca", "clip": clip})
    app.run()
    app = app.switch_page(str(FRAME.parents[3] / "pages" / "explore.py")).run()
    assert not app.exception
    return app


def test_the_panel_counts_and_makes_a_cleaned_dataset(made):
    dataset, _ = made
    app = explore(dataset)
    app.session_state["explore_flags"] = True
    app.run()
    assert any("No clip is flagged yet" in info.value for info in app.info)
    flag(dataset, 4, "bad_audio", user="ben")
    flag(dataset, 5, "background", user="anna")
    flag(dataset, 5, "fine", user="ben")
    app.run()
    counts = {metric.label: metric.value for metric in app.metric}
    assert (counts["Bad audio"], counts["Fine"], counts["Users disagree"]) == ("1", "1", "1")
    assert any("disagree on 1 (clip 5)" in warning.value for warning in app.warning)
    assert app.button(key="explore_flag_panel_clean").disabled, "nobody has said what to do about clip 5"
    app.radio(key="explore_flag_panel_disputes").set_value("user:anna").run()
    app.button(key="explore_flag_panel_clean").click().run()
    app.button(key="explore_flag_panel_open").click().run()
    cleaned = library.load(app.session_state["view"].dataset)
    assert cleaned.name == "calls (cleaned 1)"
    assert len(cleaned.clips) == 11 and cleaned.targets[4] == 0, "of clip 5 anna's flag was to be taken"
    assert cleaned.source["cleaned"]["disputes"] == {"clips": [5], "rule": "user:anna"}
    assert len(library.load(dataset.id).clips) == 12


def test_tables_tell_the_own_flag_and_how_many_others_there_are(made):
    dataset, _ = made
    flag(dataset, 5, "wrong_label", user="Me", label="snipe")
    flag(dataset, 5, "fine", user="ben")
    flag(dataset, 5, "unsure", user="anna")
    flag(dataset, 7, "fine", user="ben")
    app = say(explore(dataset), user="Me")
    say(app, list="all")
    (table,) = (each.value for each in app.dataframe if "your flag" in each.value)
    assert table["clip"].tolist() == list(range(12))
    assert {r: t for r, t in enumerate(table["your flag"]) if t} == {5: "wrong label: it is snipe"}
    assert {r: n for r, n in enumerate(table["others' flags"]) if n} == {5: 2, 7: 1}


def test_flagged_clips_are_a_list_to_go_through_and_a_flag_is_taken_back_there(made):
    dataset, _ = made
    flag(dataset, 9, "fine", user="me")
    flag(dataset, 3, "bad_audio", user="me")
    flag(dataset, 3, "unsure", user="ben")
    app = say(explore(dataset), user="me")
    app.session_state["explore_flags"] = True
    app.run()
    app.button(key="explore_flag_panel_go").click().run()
    assert not app.exception
    assert app.session_state["view"].list == "flagged"
    assert app.dataframe[0].value["clip"].tolist() == [3, 9]
    assert app.session_state["view"].clip == 3, "the first is not selected"

    assert app.button(key="explore_flag_panel_undo").disabled, "no line is marked"
    mark(app, "explore_flag_panel_table", 1)
    app.button(key="explore_flag_panel_undo").click().run()
    assert load_flags(dataset).rows.tolist() == [3]
    assert app.dataframe[0].value["clip"].tolist() == [3]
    mark(app, "explore_flag_panel_table", 0)
    app.button(key="explore_flag_panel_undo").click().run()
    assert [f.user for f in load_flags(dataset).by_row[3]] == ["ben"], "another user's flag went"
    assert app.button(key="explore_flag_panel_undo").disabled


def mark(app: AppTest, table: str, line: int) -> None:
    """Click a line of the table whose key starts so."""
    ids = (each.proto.id for each in app.dataframe)  # $$ID-hash-key
    (key,) = (key for id in ids if (key := id.split("-", 2)[-1]).startswith(table))
    app.session_state[key] = AttributeDictionary({"selection": {"rows": [line], "columns": [], "cells": []}})
    app.run()
    assert not app.exception


def test_the_map_is_coloured_by_the_flags_of_now(made):
    dataset, run = made
    data = map_data(run, dataset)
    before = with_marks(data, run, dataset)
    assert set(before.colouring("flags").codes.tolist()) == {0}
    flag(dataset, 3, "missed", user="ben", label="low call")
    flags_now = with_marks(data, run, dataset).colouring("flags")
    assert [flags_now.names[code] for code in flags_now.codes[[2, 3]]] == ["not flagged", TITLES["missed"]]
    assert np.count_nonzero(flags_now.codes) == 1
    flag(dataset, 3, "fine", user="anna")
    now = with_marks(data, run, dataset).colouring("flags")
    assert now.names[now.codes[3]] == "users disagree"
    assert with_marks(data, run, dataset).places == before.places
    assert with_marks(data, run, dataset).digest == before.digest == data.digest, "points are fetched anew"
    assert with_marks(data, run, dataset).marks.digest != before.marks.digest
    assert len(set(flags_now.colours)) == len(KINDS) + 2


def test_drawn_annotations_are_a_colouring_of_the_map_once_there_are_some(made):
    from bioviz.annotations.actions import annotate
    from bioviz.ui.annotation_colouring import NONE, SEVERAL
    from bioviz.ui.clips.run_map import marks_state

    dataset, run = made
    data = map_data(run, dataset)
    assert all(each.id != "annotations" for each in with_marks(data, run, dataset).offered)
    before = marks_state(dataset.id)
    row, other = int(run.rows[3]), int(run.rows[5])
    clips = dataset.clips
    for at, label in ((row, "night heron"), (row, dataset.labels[0]), (other, "night heron")):
        span = float(clips.start_s[at]), float(clips.end_s[at])
        annotate(dataset, int(clips.recording[at]), *span, label, user="me")
    assert marks_state(dataset.id) != before
    layer = with_marks(data, run, dataset).colouring("annotations")
    assert layer.names == (NONE, *sorted(("night heron", dataset.labels[0])), SEVERAL)
    named = [layer.names[code] for code in layer.codes]
    assert named[3] == SEVERAL and named[5] == "night heron"
    assert len(layer.shapes) == len(layer.colours) == len(layer.names)
    assert layer.colours[layer.names.index(dataset.labels[0])] == data.colouring("label").colours[1]
