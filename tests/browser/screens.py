"""Pictures of every page in all its states: `python -m tests.browser.screens FOLDER [PAGE ...]`.

Each page is opened full, at work, failed and empty, and looked at in both themes and at four widths. Needs what the
browser tests need. The demo, a fine-tuned model of it, and all computed results are taken from the cache of
`BIOVIZ_CACHE`, which is copied, not changed; without one the demo is computed first, without a fine-tuned model.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from bioviz.ui.app.pages import PAGES
from tests.browser.states import EMPTY, FULL, STATES, address, jobs_of_all_states
from tests.browsing import PROJECT, chromium, serve, settled

SIZES = ((1280, 800), (1440, 900), (1920, 1080), (390, 844))
THEMES = ("light", "dark")
DEMO = "demo"
TOO_WIDE = "document.querySelector('[data-testid=stMain]').scrollWidth > window.innerWidth"


def look(page: object, place: str, folder: Path, name: str, is_full: bool) -> list[str]:
    """Open a page and keep its pictures; return those on which it is wider than the window."""
    page.emulate_media(color_scheme=THEMES[0])
    page.goto(place)
    settled(page)
    if is_full and name.rpartition("_")[2] in ("explore", "diagnose", "compare"):
        page.locator(".bioviz-map[data-ready]").last.wait_for()
        page.locator("[data-state=ready], .bb-cards img").first.wait_for()
    too_wide = []
    for theme in THEMES:
        if theme != THEMES[0]:
            page.emulate_media(color_scheme=theme)
            page.reload()  # figures are drawn in the theme that the page was opened in
            settled(page)
            page.wait_for_timeout(3000)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            settled(page)
            page.wait_for_timeout(700)
            picture = folder / f"{name}_{theme}_{width}.png"
            page.screenshot(path=picture)
            if page.evaluate(TOO_WIDE):
                too_wide.append(picture.name)
    return too_wide


def prepared(url: str, page: object) -> None:
    """Open the demo, so that its map is there; diagnosis and comparison are computed where a page offers it."""
    page.goto(url)
    page.get_by_role("button", name="Without the tour").click()
    page.locator(".bioviz-map[data-ready]").wait_for()


def main(folder: Path, wanted: list[str]) -> None:
    """Look at all pages in all states."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = [entry for entry in PAGES if not wanted or entry.url in wanted]
    with (
        tempfile.TemporaryDirectory() as scratch,
        chromium() as browser,
        pytest.MonkeyPatch.context() as patch,
    ):
        caches = {state: Path(scratch) / state for state in ("there", EMPTY)}
        given = os.environ.get("BIOVIZ_CACHE")
        if given:
            shutil.copytree(given, caches["there"])
        context = browser.new_context(viewport={"width": SIZES[0][0], "height": SIZES[0][1]})
        page = context.new_page()
        page.set_default_timeout(600_000)
        patch.setenv("BIOVIZ_CACHE", str(caches["there"]))  # which checkpoints there are
        with (
            serve(PROJECT / "app.py", {"BIOVIZ_CACHE": str(caches["there"])}, Path(scratch) / "log") as url,
            serve(
                PROJECT / "app.py", {"BIOVIZ_CACHE": str(caches[EMPTY])}, Path(scratch) / "log2"
            ) as nothing,
        ):
            if not given:
                prepared(url, page)
            with jobs_of_all_states(caches["there"], DEMO):
                for state in STATES:
                    for entry in pages:
                        place = address(nothing if state == EMPTY else url, entry.url, state, DEMO)
                        wide = look(page, place, folder, f"{state}_{entry.url}", state == FULL)
                        print(place.split("/")[-1], state, *wide, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
