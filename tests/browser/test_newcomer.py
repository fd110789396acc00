"""A newcomer on a fresh cache comes by the tour's own buttons to a map, a sound, a cause and a comparison."""

from __future__ import annotations

import pytest

from tests.browser.newcomer import walk
from tests.browsing import PROJECT

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def fresh(start_app, tmp_path_factory) -> str:
    """Where the app runs that has just been started, on an empty cache."""
    return start_app(PROJECT / "app.py", tmp_path_factory.mktemp("fresh") / "cache")


def test_a_slow_line_and_a_server_that_is_just_starting_say_so(browser, fresh):
    page = browser.new_page()
    page.route("**/static/js/*", lambda route: route.abort())
    page.goto(fresh)
    starting = page.get_by_text("bioviz is starting")
    starting.wait_for(timeout=120_000)
    page.unroute_all()
    page.goto(fresh)
    starting.wait_for(timeout=120_000)
    page.get_by_role("button", name="Open the demo").wait_for(timeout=240_000)
    assert starting.is_hidden()
    page.close()


def test_the_tour_leads_from_the_start_page_to_the_comparison(browser, fresh):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    seconds = walk(fresh, page)
    page.close()
    assert list(seconds) == [
        "start page",
        "first map",
        "first sound",
        "first cause",
        "lost in noise",
        "map moves",
        "fine-tuned",
        "comparison",
    ]
