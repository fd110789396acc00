"""In a browser: a folder with a foreign table, its columns explained, looked at, added; the next one is recognized."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bioviz.datasets import library
from tests.browsing import PROJECT, choose, settled
from tests.datasets.sounds import lines, write

pytestmark = pytest.mark.browser
HEADER = "woher;los;schluss;was"
WAIT = 180_000


@pytest.fixture
def recordings(tmp_path):
    for folder, stems in (("first", "ab"), ("second", "c")):
        for seed, stem in enumerate(stems):
            write(tmp_path / folder / f"{stem}.wav", seconds=8, seed=seed + len(folder))
    rows = [
        f"{stem}.wav;{1000 * start};{1000 * start + 500};{label}"
        for stem in "ab"
        for start, label in ((1, "owl"), (5, "leer"))
    ]
    lines(tmp_path / "first" / "gehoert.csv", HEADER, *rows)
    lines(tmp_path / "second" / "spaeter.csv", HEADER, "c.wav;2000;2500;frog")
    return tmp_path


def test_a_foreign_table_is_explained_once(recordings, own_cache, tmp_path, monkeypatch, start_app, browser):
    url = start_app(PROJECT / "app.py", own_cache, BIOVIZ_DATA=str(recordings))
    page = browser.new_page(viewport={"width": 1440, "height": 1000}, color_scheme="dark")
    page.set_default_timeout(WAIT)
    page.goto(url)
    page.get_by_role("button", name="Add a dataset").click()
    # Browsed: what is chosen is the chosen folder.
    choose(page, "Browse", "first")
    page.wait_for_function(HOLDS, arg=["Folder", str(recordings / "first")])
    page.get_by_role("button", name="Scan and show the report").click()

    dialog = page.get_by_role("dialog")
    dialog.get_by_text("What do the columns mean?").wait_for()
    settled(page)
    assert (
        dialog.get_by_text("Filled in as the columns suggest").evaluate(LIGHTNESS) > 130
    )  # on a dark ground
    for box, column in (
        ("Label", "was"),
        ("Start", "los"),
        ("End", "schluss"),
        ("Unit of the times", "milliseconds"),
    ):
        _choose(page, dialog, box, column)
    dialog.get_by_text("The 4 rows give 4 boxes in 2 recordings: owl (2), leer (2).").wait_for()
    _choose(page, dialog, "Labels that mean background", "leer")
    dialog.get_by_text("The 4 rows give 2 boxes in 2 recordings: owl (2).").wait_for()
    cards = dialog.get_by_role("listitem")
    assert cards.count() == 2 and cards.first.locator(".box").count() == 1
    assert cards.first.locator("img").evaluate("image => image.naturalWidth") > 0
    cards.first.get_by_role("button").click()
    assert dialog.locator("audio").evaluate(PLAYED) == pytest.approx(
        1.5, abs=0.01
    )  # half a second round the box
    shot(page, "dialog")
    assert (
        dialog.get_by_role("button", name="Keep this and scan again").evaluate(LIGHTNESS) < 100
    )  # on light teal
    dialog.get_by_role("button", name="Keep this and scan again").click()

    page.get_by_role("button", name="Add this dataset").wait_for()
    settled(page)
    assert page.get_by_role("dialog").count() == 0
    groups = page.locator(".clip-cards h4")
    assert [re.split(r"\d", text)[0] for text in groups.all_inner_texts()] == ["background\n", "owl\n"]
    for image in page.locator(".clip-cards img").all():
        image.scroll_into_view_if_needed()
        assert image.evaluate(LOADED) > 0
    page.locator(".clip-cards .play").last.click()  # of a dataset that is not added yet
    assert page.locator(".clip-cards audio").evaluate(PLAYED) == pytest.approx(3, abs=0.01)
    shot(page, "report")
    page.get_by_role("button", name="Add this dataset").click()
    page.wait_for_url("**/explore**")

    # The next table of the kind: nothing is asked.
    page.goto(url)
    page.get_by_role("button", name="Add a dataset").click()
    settled(page)
    page.get_by_label("Folder", exact=True).fill(str(recordings / "second"))
    page.get_by_label("Folder", exact=True).press("Enter")
    settled(page)
    page.get_by_role("button", name="Scan and show the report").click()
    page.get_by_text("Look at what was found in second").wait_for()
    settled(page)
    assert page.get_by_role("dialog").count() == 0 and page.get_by_text("not understood").count() == 0
    page.locator(".clip-cards h4").filter(has_text="frog").wait_for()
    (added,) = library.list_datasets()
    assert added.labels == ("owl",) and added.name == "first"


LIGHTNESS = "words => Math.max(...getComputedStyle(words).color.match(/\\d+/g).slice(0, 3).map(Number))"
HOLDS = """([label, text]) =>
  [...document.querySelectorAll('input')].some((box) => box.ariaLabel === label && box.value === text)"""
PLAYED = """sound => new Promise((done) => {
  const timer = setInterval(() => { if (sound.played.length) { clearInterval(timer); done(sound.duration); } }, 50);
})"""
LOADED = """image => new Promise((done) => {
  const timer = setInterval(() => { if (image.complete) { clearInterval(timer); done(image.naturalWidth); } }, 50);
})"""


def _choose(page, dialog, box: str, option: str) -> None:
    dialog.get_by_role("combobox", name=re.compile(rf"{re.escape(box)}$")).first.click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)
    page.keyboard.press("Tab")  # the list of a box for several stays open


def shot(page, name: str) -> None:
    if folder := os.environ.get("BIOVIZ_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"story-{name}.png"), full_page=True)
