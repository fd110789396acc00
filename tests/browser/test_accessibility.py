"""Every page has no serious finding of axe-core, light and dark, and nothing that is too small to be pressed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator

import pytest

from bioviz.ui.app.pages import PAGES
from tests.browser.axe import serious, too_small
from tests.browser.looks import covered_words, cut_names
from tests.browser.states import BUSY, EMPTY, ERROR, address, jobs_of_all_states
from tests.browsing import PROJECT, settled

pytestmark = pytest.mark.browser

TOKEN, VIEW_TOKEN = "a-token-of-the-whole-laboratory", "a-token-of-all-its-students"


def mishaps_of(page) -> list[str]:
    """What goes wrong on a page from now on: refused by the Content-Security-Policy, not found, said to the console."""
    mishaps: list[str] = []

    def of_reply(reply) -> None:
        if reply.status >= 400:
            mishaps.append(f"{reply.status} {reply.url}")

    page.on("console", lambda said: mishaps.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: mishaps.append(str(error)))
    page.on("response", of_reply)
    return mishaps


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url)
def test_a_page_has_no_serious_finding(app, demo, browser, entry):
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(180_000)
    mishaps = mishaps_of(page)
    address = "" if entry.default else entry.url
    page.goto(f"{app.url}/{address}?dataset={demo.id}")
    page.get_by_role("heading", level=1).first.wait_for()
    found = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        settled(page)
        page.wait_for_function(
            "!document.querySelector('[data-stale=true]')"
        )  # what is being renewed is faded
        page.wait_for_timeout(1_000)  # and comes back slowly
        found[theme] = serious(page)
    small, cut, covered = too_small(page), cut_names(page), covered_words(page)
    if entry.default:
        still_map = page.get_by_role("img", name="Map of 672 clips")
        assert still_map.evaluate("image => image.naturalWidth") > 100
    context.close()
    assert not small, small
    assert not cut, cut
    assert not covered, covered
    assert not any(found.values()), json.dumps(found, indent=1)[:6000]
    assert not mishaps


@pytest.fixture(scope="module")
def servers(app, demo, start_app, tmp_path_factory) -> Iterator[dict[str, str]]:
    """Where the pages stand in each state: with jobs at work and failed ones beside the demo, and with nothing."""
    busy, empty = tmp_path_factory.mktemp("busy") / "cache", tmp_path_factory.mktemp("empty")
    shutil.copytree(app.cache, busy)
    with jobs_of_all_states(busy, demo.id):
        at_work = start_app(PROJECT / "app.py", busy, BIOVIZ_TOKEN=TOKEN, BIOVIZ_VIEW_TOKEN=VIEW_TOKEN)
        yield {BUSY: at_work, ERROR: at_work, EMPTY: start_app(PROJECT / "app.py", empty)}


# In the states beside full the pages that look the same as another are left out.
LOOKED_AT = (
    *((BUSY, page) for page in ("explore", "finetune", "jobs")),
    *((ERROR, page) for page in ("explore", "finetune", "datasets", "jobs")),
    *((EMPTY, page) for page in ("start", "explore", "datasets", "jobs")),
)


def test_at_work_failed_and_empty_pages_have_none_and_fit_a_telephone(servers, demo, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(180_000)
    page.goto(f"{servers[BUSY]}/?token={TOKEN}")
    found = {}
    for state, name in LOOKED_AT:
        page.goto(address(servers[state], name, state, demo.id))
        page.locator("h1").first.wait_for(state="attached")
        settled(page)
        page.wait_for_function("!document.querySelector('[data-stale=true]')")
        found[f"{name}, {state}"] = serious(page)
        assert page.evaluate(MOVING) == [], (
            f"{name}, {state}: something moves though the reader asked for stillness"
        )
        assert page.evaluate(FITS), f"{name}, {state}: wider than the window"
    context.close()
    assert not any(found.values()), json.dumps(found, indent=1)[:6000]


# Buttons for what others rely on; viewers' pages have none that can be pressed.
EDITS = re.compile(
    r"^(Scan|Read|Upload(?! files)|Fine-tune|Train|Start|Delete|Remove|Cancel|Clear|Import|Fetch|Download the w)"
)


def test_viewers_see_every_page_and_can_press_nothing_that_changes_what_others_rely_on(
    servers, demo, browser
):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(180_000)
    page.goto(f"{servers[BUSY]}/?token={VIEW_TOKEN}")
    mishaps = mishaps_of(page)
    pressable, sentences = {}, set()
    for entry in PAGES:
        page.goto(f"{servers[BUSY]}/{'' if entry.default else entry.url}?dataset={demo.id}")
        page.locator("h1").first.wait_for(state="attached")
        settled(page)
        main = page.get_by_test_id("stMain")
        assert not main.get_by_test_id("stException").count(), entry.url
        names = main.locator("button:not(:disabled)").all_inner_texts()
        pressable[entry.url] = [name for name in names if EDITS.match(name.strip().rpartition("\n")[2])]
        downloads = main.locator('button[aria-label^="Download as CSV"]')
        assert not any(each.is_visible() for each in downloads.all()), "Streamlit's CSV defuses no formulas"
        if entry.url == "datasets":
            main.get_by_text("Add from a folder").click()
            settled(page)
        if main.get_by_text("You came in to look and to flag").count():
            sentences.add(entry.url)
    context.close()
    assert not any(pressable.values()), pressable
    assert sentences >= {"finetune", "datasets", "models"}, sentences
    assert not mishaps


FITS = "document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth"
MOVING = """() => document.getAnimations().filter(({ effect }) => {
  const { duration, iterations } = effect.getTiming();
  return duration > 20 || iterations === Infinity;
}).map(({ animationName, effect }) => `${animationName} of ${effect.target?.outerHTML.slice(0, 120)}`)"""
