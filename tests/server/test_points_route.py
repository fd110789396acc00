"""The points of a map as the browser fetches them."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.plots.map_data import Categories, MapData, Marks
from bioviz.server import points


def a_map(n: int, x: float = 0.0) -> MapData:
    colouring = Categories.from_codes("label", "Label", np.zeros(n, int), ["a"])
    return MapData(np.arange(n), np.full(n, x), np.zeros(n), (colouring,))


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(points, "_maps", type(points._maps)())
    monkeypatch.setattr(points, "_marks", type(points._marks)())


def test_a_map_comes_as_it_is_and_is_not_asked_for_again(get):
    data = a_map(7)
    path = points.keep(data)
    reply = get(path)
    assert reply.status == 200 and reply.body == b"".join(data.parts())
    assert "immutable" in reply.headers["cache-control"] and "private" in reply.headers["cache-control"]
    assert get(path, If_None_Match=reply.headers["etag"]).status == 304


def test_marks_come_apart_from_their_points(get):
    marks = Marks(a_map(5).colourings)
    path = points.keep_marks(marks)
    reply = get(path)
    assert reply.status == 200 and reply.body == b"".join(marks.parts())
    assert "immutable" in reply.headers["cache-control"]
    assert get(path.replace("marks", "points")).status == 404
    assert "annotations are no longer kept" in get("/bioviz/marks/" + "0" * 24).json["error"]
    assert get(path, Sec_Fetch_Site="cross-site").status == 403


def test_points_that_are_not_kept_are_missing(get):
    reply = get("/bioviz/points/" + "0" * 24)
    assert reply.status == 404 and "no longer kept" in reply.json["error"]


def test_other_sites_get_no_points(get):
    assert get(points.keep(a_map(3)), Sec_Fetch_Site="cross-site").status == 403


def test_old_maps_make_room_and_the_newest_stays_however_large(get, monkeypatch):
    monkeypatch.setattr(points, "MOST_POINTS", 100)
    first, second, third = (points.keep(a_map(40, x)) for x in (1.0, 2.0, 3.0))
    assert [get(path).status for path in (first, second, third)] == [404, 200, 200]
    large = points.keep(a_map(1000))
    assert [get(path).status for path in (third, large)] == [404, 200]
