import pytest

from bioviz.config import settings
from bioviz.errors import BadInput, Missing
from bioviz.runs.saved_views import MOST, SavedView, remove_view, save_view, saved_views


def test_a_view_comes_back_with_its_selection_and_replaces_one_of_its_name():
    save_view(
        "calls",
        SavedView(" owls  at night ", {"colour": "site", "clip": "7"}, {"mask": "AA==", "places": "p"}),
    )
    save_view("calls", SavedView("Ants", {"colour": "label"}))
    assert [view.name for view in saved_views("calls")] == ["Ants", "owls at night"]
    assert saved_views("calls")[1].query == {"colour": "site", "clip": "7"}
    assert saved_views("calls")[1].selection == {"mask": "AA==", "places": "p"}
    assert saved_views("other") == []
    save_view("calls", SavedView("Ants", {"colour": "hour"}))
    assert [view.query for view in saved_views("calls")] == [
        {"colour": "hour"},
        {"colour": "site", "clip": "7"},
    ]
    remove_view("calls", "Ants")
    remove_view("calls", "Ants")
    assert [view.name for view in saved_views("calls")] == ["owls at night"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name_of_some_letters(name):
    with pytest.raises(BadInput, match="name"):
        save_view("calls", SavedView(name, {}))


def test_no_more_views_than_can_be_looked_through():
    for k in range(MOST):
        save_view("calls", SavedView(f"view {k}", {}))
    with pytest.raises(BadInput, match="Remove one"):
        save_view("calls", SavedView("one more", {}))
    save_view("calls", SavedView("view 3", {"clip": "1"}))


def test_no_other_file_is_named_and_a_damaged_one_holds_no_views():
    with pytest.raises(Missing):
        saved_views("../flags/x")
    save_view("calls", SavedView("a", {}))
    path = settings().cache_dir / "views" / "calls.json"
    for text in ("{", "3", "[1, null]", '[{"name": 3, "query": {}}]', '[{"name": "a", "query": []}]'):
        path.write_text(text)
        assert saved_views("calls") == []
