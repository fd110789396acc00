"""A server that is gone is said in words for ecologists, and the page comes back with it."""

from __future__ import annotations

import pytest

from tests.browsing import PROJECT, free_port, serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_server_that_is_gone_is_said_until_it_is_back(browser, tmp_path):
    port, environment = free_port(), {"BIOVIZ_CACHE": str(tmp_path / "cache")}
    page = browser.new_page()
    page.set_default_timeout(120_000)
    banner = page.locator(".bioviz-gone")
    with serve(PROJECT / "app.py", environment, tmp_path / "log", port=port) as url:
        page.goto(url)
        page.get_by_role("button", name="Open the demo").wait_for()
        page.wait_for_timeout(3000)
        assert banner.count() == 0
    banner.wait_for()
    assert "does not answer" in banner.inner_text()
    page.get_by_text("yourscript.py").wait_for(state="detached")
    with serve(PROJECT / "app.py", environment, tmp_path / "log", port=port):
        banner.wait_for(state="detached")
        page.get_by_role("button", name="Open the demo").wait_for()
    page.close()
