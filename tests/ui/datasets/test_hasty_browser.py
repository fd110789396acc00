"""In a browser: whoever chooses and presses faster than the server answers keeps only what stood there to be read."""

from __future__ import annotations

import re
import time

import pytest

from bioviz.datasets.tables.profiles import list_profiles
from tests.browsing import PROJECT, choose, settled
from tests.datasets.sounds import lines, write

pytestmark = pytest.mark.browser
TIMES = 3
PRESS = """() => {
  const dialog = document.querySelector('[role=dialog]');
  if (!dialog) return null;
  const words = dialog.innerText;
  const button = [...dialog.querySelectorAll('button')].find((each) => each.innerText.includes('Keep this and scan'));
  if (!button || button.disabled) return '';
  button.click();
  return words;
}"""  # reads and presses in one moment, as no run of the page can come between


def test_what_is_kept_was_written_there(tmp_path, own_cache, start_app, browser):
    for time_ in range(TIMES):
        write(tmp_path / str(time_) / "a.wav", seconds=8)
        rows = [f"a.wav;{start};{start + 1};{label}" for start, label in ((1, "owl"), (5, "leer"))]
        # Times are recognized; what is heard stands in a column that has to be named.
        lines(tmp_path / str(time_) / "gehoert.csv", f"datei;von;bis;was{time_}", *rows)
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(180_000)
    page.goto(start_app(PROJECT / "app.py", own_cache, BIOVIZ_DATA=str(tmp_path)))
    page.get_by_role("button", name="Add a dataset").click()
    dialog = page.get_by_role("dialog")
    for time_ in range(TIMES):
        folder = page.get_by_label("Folder", exact=True)
        folder.fill(str(tmp_path / str(time_)))
        folder.press("Enter")
        page.get_by_label("Name of the dataset").and_(page.locator(f"[value='{time_}']")).wait_for()
        settled(page)
        page.get_by_role("button", name="Scan and show the report").click()
        dialog.get_by_text("What do the columns mean?").wait_for()
        choose(page, re.compile("Label$"), f"was{time_}")
        dialog.get_by_text("Background: no label means background").wait_for()
        dialog.get_by_role("combobox", name=re.compile("Labels that mean background$")).click()
        page.get_by_role("option", name="leer", exact=True).click()
        read, deadline = "", time.monotonic() + 120
        while time.monotonic() < deadline and len(list_profiles()) == time_:
            read = page.evaluate(PRESS) or read
        (profile,) = (each for each in list_profiles() if f"was{time_}" in each.columns)
        assert f"Background: {', '.join(profile.mapping.background) or 'no label means background'}" in read
        dialog.wait_for(state="hidden")
