"""The app itself, started once, with a demo that is ready; and a browser."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bioviz.datasets import library
from tests.browsing import PROJECT, serve


@dataclass(frozen=True)
class RunningApp:
    """Where the app runs and which cache it writes to."""

    url: str
    cache: Path


@pytest.fixture(scope="session")
def app(tmp_path_factory) -> Iterator[RunningApp]:
    """The app with an empty cache of its own."""
    cache = tmp_path_factory.mktemp("app_cache")
    environment = {"BIOVIZ_CACHE": str(cache), "BIOVIZ_DATA": str(tmp_path_factory.getbasetemp())}
    with serve(PROJECT / "app.py", environment, cache.with_suffix(".log")) as url:
        yield RunningApp(url, cache)


@pytest.fixture
def page(browser, request) -> Iterator[object]:
    """A fresh page; where the test fails and BIOVIZ_SHOTS names a folder, a screenshot is left there."""
    context = browser.new_context(viewport={"width": 1500, "height": 1200}, accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(180_000)
    yield opened
    shots = os.environ.get("BIOVIZ_SHOTS")
    if shots:
        opened.screenshot(path=str(Path(shots) / f"{request.node.name}.png"), full_page=True)
    context.close()


@pytest.fixture(scope="session")
def demo(app, chromium):
    """The demo, opened as a newcomer does; gives its dataset."""
    page = chromium.new_page(viewport={"width": 1500, "height": 1200})
    page.goto(app.url)
    page.get_by_role("button", name="Without the tour").click(timeout=60_000)
    started = time.perf_counter()
    page.get_by_role("button", name="Cancel").wait_for(timeout=60_000)
    page.locator(".bioviz-map[data-ready]").wait_for(timeout=600_000)
    print(f"\nfrom “Open the demo” to its map: {time.perf_counter() - started:.1f} s")
    assert "/explore" in page.url
    page.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(app.cache))
        return library.load("demo")
