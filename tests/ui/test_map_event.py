"""What Python makes of the values that a browser sends back: only what fits the data gets through."""

import numpy as np
import pytest

from bioviz.plots.map_data import Categories, MapData
from bioviz.ui.embedding_map import read_event

SQUARE = [[-1.0, -1.0], [1.5, -1.0], [1.5, 9.0], [-1.0, 9.0]]


@pytest.fixture
def data():
    x = np.arange(6, dtype=np.float32)
    label = Categories.from_codes("label", "label", np.array([0, 1, 0, 1, 0, 1]), ["background", "frog"])
    cluster = Categories.from_codes("cluster", "cluster", np.zeros(6, int), ["cluster 1"])
    return MapData(10 * np.arange(6), x, np.zeros(6), (label, cluster))


def selection(data, **changes):
    return {"selection": {"polygon": SQUARE, "places": data.payload["places"], "stamp": 5, **changes}}


def test_nothing_done_yet(data):
    event = read_event(data, {}, None)
    assert (event.picked, event.rows, event.polygon, event.colour_by) == (None, None, None, "label")


def test_an_outline_becomes_rows(data):
    event = read_event(data, selection(data), None)
    assert event.rows.tolist() == [0, 10] and event.rows.dtype == np.int64
    assert event.selected_at == 5


def test_an_outline_drawn_while_a_label_was_isolated_takes_that_label(data):
    event = read_event(data, selection(data, colour_by="label", isolated=[1]), None)
    assert event.rows.tolist() == [10]


def test_an_outline_round_nothing_is_an_empty_selection(data):
    far = [[50, 50], [51, 50], [51, 51]]
    assert read_event(data, selection(data, polygon=far), None).rows.tolist() == []


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
    event = read_event(data, selection(data, **changes), None)
    assert event.rows is None and event.polygon is None


def test_a_pick_must_be_a_row_of_the_map(data):
    assert read_event(data, {"picked": {"row": 30, "stamp": 1}}, None).picked == 30
    for row in (31, "30", None, 1.5, [30]):
        assert read_event(data, {"picked": {"row": row}}, None).picked is None
    assert read_event(data, {"picked": "x"}, None).picked is None


def test_the_users_colour_goes_before_the_pages_and_both_must_exist(data):
    own = {"colour": {"colour_by": "cluster", "stamp": 7}}
    assert read_event(data, own, "label").colour_by == "cluster"
    assert read_event(data, own, "label", outdated=7).colour_by == "label"
    assert read_event(data, {"colour": {"colour_by": "gone", "stamp": 7}}, "cluster").colour_by == "cluster"
    assert read_event(data, {}, "gone").colour_by == "label"
