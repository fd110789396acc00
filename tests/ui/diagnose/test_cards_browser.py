"""Cards in a real browser: two hundred labels, what cannot be told, and a click that Python hears of."""

from __future__ import annotations

import pytest

from tests.browsing import PROJECT

pytestmark = pytest.mark.browser

CUT = """() => [...document.querySelectorAll('*')].flatMap(
  (host) => [...(host.shadowRoot?.querySelectorAll('.bv-label, .bv-text, .bv-untold, .bv-heads > span, h3') ?? [])])
  .filter((text) => text.scrollWidth > text.clientWidth + 1).map((text) => text.textContent)"""


@pytest.fixture
def page(own_cache, start_app, browser):
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.set_default_timeout(90_000)
    opened.goto(start_app(PROJECT / "tests" / "ui" / "apps" / "cards_app.py", own_cache))
    opened.locator("[data-card=labels] [data-line]").first.wait_for()
    return opened


def test_the_worst_fifteen_of_two_hundred_labels_until_all_are_asked_for(page):
    lines = page.locator("[data-card=labels] [data-line]")
    assert lines.count() == 15
    page.get_by_role("button", name="Show all 200").click()
    assert lines.count() == 200
    lines.nth(199).click()
    page.get_by_text("opened: ('labels', '199')").wait_for()
    assert lines.count() == 200, "a click does not fold them again"
    assert lines.nth(199).get_attribute("aria-pressed") == "true"
    assert page.locator(".bv-card.bv-chosen").get_attribute("data-card") == "labels"


def test_what_cannot_be_told_has_no_mark_and_leads_to_its_clips_all_the_same(page):
    untold = page.locator("[data-card=labels] [data-line='3']")
    assert untold.locator("i").count() == 0
    assert "cannot be told" in untold.inner_text()
    assert page.locator("[data-card=labels] [data-line='2'] .bv-point").count() == 1
    untold.focus()
    page.keyboard.press("Enter")
    page.get_by_text("opened: ('labels', '3')").wait_for()


def test_no_text_of_a_card_is_cut_and_cards_stand_below_one_another_on_a_phone(page):
    assert page.evaluate(CUT) == []
    tops = [page.locator(".bv-card").nth(i).bounding_box()["y"] for i in range(3)]
    assert max(tops) - min(tops) < 2
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(500)
    tops = [page.locator(".bv-card").nth(i).bounding_box()["y"] for i in range(3)]
    assert tops == sorted(tops) and tops[1] > tops[0] + 50
