"""Make the README's pictures: `python docs/pictures.py` (needs what the browser tests need; some minutes).

The demo is opened in a fresh cache, or in that of `BIOVIZ_CACHE`, and looked at in a window of 1280 x 800.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from tests.browsing import chromium, serve, settled  # noqa: E402

PICTURES = PROJECT / "docs" / "pictures"
MINUTES = 60_000


def main() -> None:
    """Walk from the start page by the first step of the tour to the diagnosis."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {"BIOVIZ_CACHE": os.environ.get("BIOVIZ_CACHE", f"{scratch}/cache")}
        with (
            serve(PROJECT / "app.py", environment, Path(scratch) / "log") as url,
            chromium() as browser,
        ):
            page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
            page.set_default_timeout(5 * MINUTES)
            page.goto(url)
            page.get_by_role("button", name="Open the demo").click()
            page.locator(".bioviz-map[data-ready]").wait_for()
            page.get_by_label("Guided tour").get_by_role("button", name="Hear ").wait_for()
            settled(page)
            page.wait_for_timeout(2000)
            page.screenshot(path=PICTURES / "tour.png")
            page.get_by_label("Leave the tour").click()
            settled(page)
            page.get_by_role("button", name="Next").first.click()
            page.locator(".bv-nearest img, .bv-near img").first.wait_for()
            settled(page)
            page.wait_for_timeout(2000)
            page.screenshot(path=PICTURES / "explore.png")
            page.goto(f"{url}/diagnose?dataset=demo&model=small_cnn")
            settled(page)
            compute = page.get_by_role("button", name="Compute it")
            if compute.is_visible():
                compute.click()
            page.locator(".bioviz-map[data-ready]").wait_for()
            settled(page)
            page.wait_for_timeout(2000)
            page.screenshot(path=PICTURES / "diagnose.png")


if __name__ == "__main__":
    main()
