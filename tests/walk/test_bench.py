"""The bench in a browser: search, the way back, the legend, saved views, narrow windows, and names for all controls."""

from __future__ import annotations

import re

import pytest

from bioviz.runs.saved_views import saved_views
from tests.browsing import on_map, settled
from tests.walk.user import MAP

pytestmark = pytest.mark.browser

SELECTED = "() => document.querySelector('.bioviz-map').parentElement.biovizMap.selection?.count ?? null"
DIMMED = """() => document.querySelector('.bioviz-map .bm-plot').data
  .find((trace) => trace.name === 'dimmed').x.length"""
HOVERED = """() => {
  const map = document.querySelector('.bioviz-map').parentElement.biovizMap;
  return map.points.rows[map.hovered];
}"""
UNNAMED = """() => {
  const bad = [];
  const walk = (root) => {
    for (const part of root.querySelectorAll('*')) {
      if (part.shadowRoot) walk(part.shadowRoot);
      if (!part.matches('button, a[href], input, select, summary, textarea') || !part.checkVisibility()) continue;
      const label = part.closest('label') ?? (part.id && root.querySelector(`label[for="${part.id}"]`));
      const name = part.getAttribute('aria-label') || part.title || part.textContent || label?.textContent;
      if (!name?.trim()) bad.push(part.outerHTML.slice(0, 120));
    }
  };
  walk(document.querySelector('.bioviz-bench'));
  return bad;
}"""


COUNTS = ("300,060", "23,377", "62,086", "0", "0", "1,000,000")
MANY = """(counts) => document.querySelectorAll('.bb-tablist b').forEach((count, i) => {
  count.textContent = counts[i];
})"""
CUT_TABS = """() => {
  const end = document.querySelector('.bb-tablist').getBoundingClientRect().right + 0.5;
  const parts = [...document.querySelectorAll('.bb-tablist b')];
  return parts.filter((count) => count.getBoundingClientRect().right > end).length;
}"""


@pytest.fixture
def opened(browser, site, quick):
    """opened(width, height, **query) -> page with Explore ready."""
    contexts = []

    def open_page(width: int = 1280, height: int = 800, **query):
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(240_000)
        page.goto(site.address(quick, "explore", **query))
        page.locator(MAP).wait_for()
        page.locator(".bv-inspector[data-state=ready]").wait_for()
        settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


def row(page) -> int:
    return int(page.locator(".bv-inspector").get_attribute("data-row"))


def test_a_search_selects_what_it_finds_and_python_lists_it(opened, site):
    page = opened()
    names = site.dataset.target_names
    label = names[1]
    count = int((site.dataset.targets == 1).sum())
    page.keyboard.press("/")
    page.keyboard.type(label)
    page.get_by_role("tab", name=f"Selected {count}").wait_for()
    assert page.evaluate(SELECTED) == count
    page.get_by_role("heading", name=f"Selected: {count}").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Selected 0").wait_for()
    assert page.evaluate(SELECTED) is None


def test_all_lists_are_in_reach_where_their_counts_are_long(opened):
    page = opened(1280)
    page.evaluate(MANY, COUNTS)
    assert page.evaluate(CUT_TABS) == 0
    page.get_by_role("tab", name="All 1,000,000").click(timeout=5_000)
    assert "clips" in page.get_by_role("tab", name=re.compile("^All")).get_attribute("title")


def test_one_goes_back_and_forward_through_the_clips(opened):
    page = opened()
    page.get_by_role("tab", name=re.compile("^All")).click()
    page.locator(".bv-position").click()
    visited = [row(page)]
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        visited.append(row(page))
    back = page.get_by_role("button", name="Back to the clip looked at before")
    back.click()
    back.click()
    assert row(page) == visited[-3]
    page.get_by_role("button", name="Forward again").click()
    assert row(page) == visited[-2]
    page.wait_for_url(re.compile(f"clip={visited[-2]}(&|$)"))


def test_the_legend_shows_a_name_against_background_by_hover_and_keeps_it_by_click(opened, site):
    page = opened()
    others = len(site.run) - int((site.run.targets == 0).sum()) - int((site.run.targets == 1).sum())
    name = page.locator(".bm-name").filter(has_text=site.dataset.target_names[1])
    name.hover()
    page.wait_for_function(f"({DIMMED})() === {others}")
    page.mouse.move(5, 5)
    page.wait_for_timeout(500)
    assert page.evaluate(DIMMED) == 0
    name.click()
    page.mouse.move(5, 5)
    page.wait_for_timeout(500)
    assert page.evaluate(DIMMED) == others
    assert name.get_attribute("aria-pressed") == "true"


def test_a_saved_view_brings_back_list_colours_clip_and_selection(opened, site):
    page = opened()
    label = site.dataset.target_names[1]
    count = int((site.dataset.targets == 1).sum())
    page.get_by_role("searchbox", name=re.compile("^Search clips")).fill(label)
    page.get_by_role("tab", name=f"Selected {count}").wait_for()
    page.get_by_label("Colour by").select_option("recording")
    page.locator(".bb-cards .bv-jump").nth(1).click()
    clip = row(page)
    settled(page)
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Name of this view").fill("one label")
    page.get_by_role("button", name="Save this view").click()
    settled(page)
    (saved,) = saved_views(site.dataset.id)
    assert saved.name == "one label" and saved.query["list"] == "selected"

    other = opened()
    other.get_by_role("button", name="Views").click()
    other.get_by_role("button", name="one label", exact=True).click()
    other.locator(f".bv-inspector[data-row='{clip}']").wait_for()
    other.get_by_role("tab", name=f"Selected {count}", selected=True).wait_for()
    assert other.evaluate(SELECTED) == count
    assert other.get_by_label("Colour by").input_value() == "recording"


@pytest.mark.parametrize(("width", "height"), [(390, 844), (640, 400), (1024, 768)])
def test_narrow_windows_cut_nothing(opened, width, height):
    """640 x 400 is 1280 x 800 at a zoom of 200 %."""
    page = opened(width, height)
    assert page.evaluate("() => document.querySelector('.stMain').scrollWidth") <= width
    panel, stage = page.locator(".bb-panel").bounding_box(), page.locator(".bm-stage").bounding_box()
    for box in (panel, stage):
        assert box["x"] >= 0 and box["x"] + box["width"] <= width + 1
    assert stage["height"] > 150
    if width <= 1000:
        assert panel["y"] >= stage["y"] + stage["height"], "the inspector is below the map"


def test_every_control_has_a_name_and_the_map_is_told_in_words(opened, site):
    page = opened()
    assert page.evaluate(UNNAMED) == []
    told = page.locator(".bm-stage").get_attribute("aria-describedby")
    text = page.locator(f"#{told}").inner_text()
    for target, name in enumerate(site.dataset.target_names):
        assert f"{name} {int((site.run.targets == target).sum())}" in text
    assert "Picked:" in text


def test_pointing_at_a_clip_shows_it_and_shift_lets_it_be_heard(opened, site):
    page = opened()
    page.locator(".bv-position").click()  # a click on the page lets sound be played
    at = len(site.run) // 2
    page.mouse.move(*on_map(page, site.run.xy[at]), steps=5)
    hovered = page.locator(".bv-hover-clip")
    hovered.locator("img").wait_for()
    shown = page.evaluate(HOVERED)
    assert hovered.locator("img").get_attribute("src").split(".png")[0].endswith(f"/{shown}")
    with page.expect_request(re.compile(rf"/{shown}\.wav")):
        page.keyboard.down("Shift")
    page.keyboard.up("Shift")
    page.mouse.move(5, 5)
    hovered.wait_for(state="hidden")
