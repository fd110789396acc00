"""In a browser: the report's figures can be read after the theme was switched, though no run of the page comes."""

from __future__ import annotations

import pytest

from tests.browsing import PROJECT, choose, settled
from tests.datasets.sounds import lines, write

pytestmark = pytest.mark.browser
LIGHTNESS = """() => {
  const ink = getComputedStyle(document.querySelector('.js-plotly-plot .xtick text')).fill;
  return Math.max(...ink.match(/\\d+/g).slice(0, 3).map(Number));
}"""


def test_the_timeline_follows_the_theme(tmp_path, own_cache, start_app, browser):
    for seed, stem in enumerate(("20240501_050000", "20240503_060000")):
        write(tmp_path / "first" / f"{stem}.wav", seconds=12, seed=seed)
        lines(tmp_path / "first" / f"{stem}.txt", "1\t2\towl")
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page.set_default_timeout(180_000)
    page.goto(start_app(PROJECT / "app.py", own_cache, BIOVIZ_DATA=str(tmp_path)))
    page.get_by_role("button", name="Add a dataset").click()
    choose(page, "Browse", "first")
    page.get_by_role("button", name="Scan and show the report").click()
    page.get_by_text("When they were recorded").scroll_into_view_if_needed()
    page.locator(".js-plotly-plot .xtick text").first.wait_for()
    settled(page)
    light = page.evaluate(LIGHTNESS)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"({LIGHTNESS})() > 200")
    assert light < 160
