"""What Python makes of a selection that a browser sends: only what fits the data gets through."""

import re

import numpy as np
import pytest

from bioviz.plots.map_data import Categories, MapData
from bioviz.ui.components.embedding_map.embedding_map import MapProps, read_selection
from bioviz.ui.components.shared.acts import Act
from bioviz.ui.session import Element
from tests.browsing import PROJECT

SQUARE = [[-1.0, -1.0], [1.5, -1.0], [1.5, 9.0], [-1.0, 9.0]]


@pytest.fixture
def data():
    x = np.arange(6, dtype=np.float32)
    label = Categories.from_codes("label", "label", np.array([0, 1, 0, 1, 0, 1]), ["background", "frog"])
    cluster = Categories.from_codes("cluster", "cluster", np.zeros(6, int), ["cluster 1"])
    return MapData(10 * np.arange(6), x, np.zeros(6), (label, cluster))


def selected(data, **changes):
    value = {"polygon": SQUARE, "places": data.places, **changes}
    return read_selection(data, Act(5, True, value))


def test_nothing_done_yet(data):
    event = read_selection(data, None)
    assert (event.rows, event.polygon, event.selected_at) == (None, None, 0)


def test_an_outline_becomes_rows(data):
    event = selected(data)
    assert event.rows.tolist() == [0, 10] and event.rows.dtype == np.int64
    assert event.selected_at == 5


def test_an_outline_drawn_while_a_label_was_isolated_takes_that_label(data):
    assert selected(data, colour_by="label", isolated=[1]).rows.tolist() == [10]


def test_an_outline_round_nothing_is_an_empty_selection(data):
    assert selected(data, polygon=[[50, 50], [51, 50], [51, 51]]).rows.tolist() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"polygon": None},
        {"polygon": "x"},
        {"polygon": [[0, 0], [1, 1]]},
        {"polygon": [[0, 0], [1, float("nan")], [2, 2]]},
        {"polygon": [[0, 0], [1], [2, 2]]},
        {"polygon": [["a", "b"]] * 3},
        {"polygon": [[0, 0]] * 30_000},
        {"places": "another map's"},
    ],
)
def test_a_damaged_or_outdated_outline_selects_nothing(data, changes):
    event = selected(data, **changes)
    assert event.rows is None and event.polygon is None
    assert event.selected_at == 5, "the news that nothing is selected has its number"


@pytest.mark.parametrize("value", [None, "x", 3, [1, 2]])
def test_what_is_no_selection_clears(data, value):
    assert read_selection(data, Act(7, True, value)).rows is None


def test_the_browser_is_given_all_that_its_script_reads(data):
    script = (PROJECT / "bioviz/ui/components/embedding_map/map_state.js").read_text(encoding="utf-8")
    declared = script.split("@typedef {object} MapProps")[1].split("*/")[0]
    given = MapProps(Element("map"), "clips", "ours").for_browser(data)
    assert set(re.findall(r"@property \{[^}]*\} (\w+)", declared)) == set(given)
    assert given["label"] == "Map of 6 clips"
