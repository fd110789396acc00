"""The flag bar and panel on the Explore page, without a browser: what it sends is planted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import AttributeDictionary

from bioviz import runs
from bioviz.analysis.projection import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.flags import KINDS, TITLES, flag, load_flags, log
from bioviz.ui import flagging
from bioviz.ui.run_map import map_data, with_flags
from tests.sounds import folder_per_class

FRAME = Path(__file__).resolve().parents[2] / "bioviz" / "ui" / "frame.py"


@pytest.fixture
def made(tmp_path):
    dataset = build_dataset(folder_per_class(tmp_path / "calls"), name="calls")
    library.save(dataset)
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    return dataset, runs.compute_run(spec)


@pytest.fixture
def bar(monkeypatch):
    """Stands for the component: `sends` is what the browser holds, `data` what it was given last."""
    browser = SimpleNamespace(sends={}, data=None)

    def component(*, data, **_):
        browser.data = data
        return browser.sends

    monkeypatch.setattr(flagging, "_component", lambda: component)
    return browser


def decision(dataset, row, kind, id="act-00000001", **more):
    return {"id": id, "dataset": dataset.id, "row": row, "kind": kind, **more}


def explore(dataset, clip="5") -> AppTest:
    app = AppTest.from_file(str(FRAME), default_timeout=120)
    app.query_params.update({"dataset": dataset.id, "method": "pca", "clip": clip})
    app.run()
    app = app.switch_page(str(FRAME.parents[2] / "pages" / "explore.py")).run()
    assert not app.exception
    return app


def test_a_decision_is_stored_told_back_and_can_be_undone(made, bar):
    dataset, _ = made
    app = explore(dataset)
    assert bar.data["row"] == 5
    assert bar.data["clips"]["5"] == {"labels": ["high call"], "flags": []}
    assert [kind["id"] for kind in bar.data["kinds"]] == list(KINDS)

    bar.sends = {"decisions": [decision(dataset, 5, "wrong_label", label="snipe", note="hm")]}
    app.run()
    assert load_flags(dataset).of(5).text == "wrong label: it is snipe"
    app.run()
    assert bar.data["done"] == ["act-00000001"]
    (told,) = bar.data["clips"]["5"]["flags"]
    assert (told["kind"], told["note"], told["mine"]) == ("wrong_label", "hm", True)
    assert "snipe" in bar.data["labels"]
    assert len(log.read_log(dataset.id, "me").flags) == 1, "what the browser repeats was stored again"

    bar.sends = {"decisions": [decision(dataset, 5, "undo", "act-00000002")]}
    app.run()
    assert len(load_flags(dataset)) == 0


def test_nonsense_from_a_browser_stores_nothing(made, bar):
    dataset, _ = made
    app = explore(dataset)
    for wrong in (
        "text",
        [None, 3],
        [decision(dataset, 99, "fine")],
        [decision(dataset, "5", "fine")],
        [decision(dataset, True, "fine")],
        [decision(dataset, 5, "delete everything")],
        [decision(dataset, 5, "missed")],
        [decision(dataset, 5, "fine", "../../x")],
        [{**decision(dataset, 5, "fine"), "dataset": "other"}],
    ):
        bar.sends = {"decisions": wrong}
        assert not app.run().exception
        assert len(load_flags(dataset)) == 0
    app.run()
    assert "another dataset" in bar.data["error"]


def test_users_have_a_name_in_the_session_and_not_in_the_url(made, bar):
    dataset, _ = made
    app = explore(dataset)
    field = app.text_input(key="_flag_user_field")
    assert field.value == "me"
    field.set_value("../anna").run()
    assert any("cannot be a user name" in e.value for e in app.error)
    app.text_input(key="_flag_user_field").set_value(" Anna  B ").run()
    assert app.text_input(key="_flag_user_field").value == "Anna B"
    bar.sends = {"decisions": [decision(dataset, 5, "fine")]}
    app.run()
    assert load_flags(dataset).of(5).user == "Anna B"
    assert not any("Anna" in str(value) for value in app.query_params.values())


def test_the_panel_counts_and_makes_a_cleaned_dataset(made, bar):
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
    app.selectbox(key="explore_flag_panel_who").select("anna").run()
    app.button(key="explore_flag_panel_clean").click().run()
    app.button(key="explore_flag_panel_open").click().run()
    cleaned = library.load(app.session_state["view"].dataset)
    assert cleaned.name == "calls (cleaned 1)"
    assert len(cleaned.clips) == 12 and cleaned.targets[5] == 0, "only anna's flags were asked for"
    assert len(library.load(dataset.id).clips) == 12


def test_tables_tell_the_own_flag_and_how_many_others_there_are(made):
    dataset, _ = made
    flag(dataset, 5, "wrong_label", user="Me", label="snipe")
    flag(dataset, 5, "fine", user="ben")
    flag(dataset, 5, "unsure", user="anna")
    flag(dataset, 7, "fine", user="ben")
    app = explore(dataset)
    app.segmented_control(key="selection_list").set_value("all").run()
    (table,) = (each.value for each in app.dataframe if "your flag" in each.value)
    assert table["clip"].tolist() == list(range(12))
    assert {r: t for r, t in enumerate(table["your flag"]) if t} == {5: "wrong label: it is snipe"}
    assert {r: n for r, n in enumerate(table["others' flags"]) if n} == {5: 2, 7: 1}


def test_flagged_clips_are_a_list_to_go_through_and_a_flag_is_taken_back_there(made, bar):
    dataset, _ = made
    flag(dataset, 9, "fine", user="me")
    flag(dataset, 3, "bad_audio", user="me")
    flag(dataset, 3, "unsure", user="ben")
    app = explore(dataset)
    app.session_state["explore_flags"] = True
    app.run()
    app.button(key="explore_flag_panel_go").click().run()
    assert not app.exception
    assert app.segmented_control(key="selection_list").value == "flagged"
    assert app.dataframe[0].value["clip"].tolist() == [3, 9]
    assert bar.data["row"] == 3, "the first is not in hand"

    assert app.button(key="explore_flag_panel_undo").disabled, "no line is marked"
    mark(app, "explore_flag_panel_table", 1)
    app.button(key="explore_flag_panel_undo").click().run()
    assert load_flags(dataset).rows.tolist() == [3]
    assert app.dataframe[0].value["clip"].tolist() == [3]
    mark(app, "explore_flag_panel_table", 0)
    app.button(key="explore_flag_panel_undo").click().run()
    assert [f.user for f in load_flags(dataset).by_row[3]] == ["ben"], "another user's flag went"
    assert app.button(key="explore_flag_panel_undo").disabled


def test_a_mark_in_a_table_does_not_pass_to_another_list(made, bar):
    dataset, _ = made
    app = explore(dataset)
    app.segmented_control(key="selection_list").set_value("all").run()
    mark(app, "selection_table", 11)
    assert bar.data["row"] == 11
    flag(dataset, 2, "fine", user="me")
    app.segmented_control(key="selection_list").set_value("flagged").run()
    assert not app.exception and app.dataframe[0].value["clip"].tolist() == [2]
    assert bar.data["row"] == 11


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
    before = with_flags(data, run, dataset)
    assert set(before.colouring("flags").codes.tolist()) == {0}
    flag(dataset, 3, "missed", user="ben", label="low call")
    flags_now = with_flags(data, run, dataset).colouring("flags")
    assert [flags_now.names[code] for code in flags_now.codes[[2, 3]]] == ["not flagged", TITLES["missed"]]
    assert np.count_nonzero(flags_now.codes) == 1
    assert with_flags(data, run, dataset).payload["places"] == before.payload["places"]
    assert len(set(flags_now.colours)) == len(KINDS) + 1
