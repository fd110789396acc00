"""The scripts of components behind a path of the server, where one is set."""

from __future__ import annotations

from pathlib import Path

import pytest

APPS = Path(__file__).parent / "apps"

pytestmark = pytest.mark.browser


def test_a_map_is_drawn_and_picked_below_a_base_path(tmp_path, start_app, browser):
    url = start_app(APPS / "map_app.py", tmp_path / "cache", base="/lab/sounds")
    page = browser.new_page()
    asked, mishaps = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: mishaps.append(str(error)))
    page.goto(f"{url}/?n=100&special=grid")
    page.wait_for_selector(".bioviz-map[data-ready]", timeout=180_000)
    page.evaluate("biovizActs.pair.act('clip', biovizActs.pair.get('clip') ?? ['none', 3], 'test')")
    own = [address for address in asked if "/bioviz/" in address]
    assert any(address.endswith("embedding_map/embedding_map.js") for address in own)
    assert all(address.startswith(f"{url}/bioviz/") for address in own)
    assert not mishaps
