"""The server stays light: what computes is loaded in the processes of jobs, not where pages are drawn."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from bioviz.ui.app.pages import PAGES
from tests.browsing import PROJECT, settled

pytestmark = pytest.mark.browser

HEAVY = {"torch": "libtorch", "numba": "llvmlite", "umap-learn": "pynndescent", "scikit-learn": "sklearn/"}
MOST_MB = 300


def test_a_visit_to_every_page_leaves_the_server_below_300_mb(app, demo, start_app, page):
    url = start_app(PROJECT / "app.py", app.cache)
    for entry in PAGES:
        page.goto(f"{url}/{'' if entry.default else entry.url}?dataset={demo.id}")
        page.get_by_role("heading", level=1).first.wait_for()
        settled(page)
    port = urlsplit(url).port
    listening = [each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    server = psutil.Process(next(each.pid for each in listening if each.laddr and each.laddr.port == port))
    loaded = Path(f"/proc/{server.pid}/maps").read_text()
    megabytes = server.memory_info().rss / 2**20
    print(f"\nthe server after a visit to every page: {megabytes:.0f} MB")
    assert [name for name, file in HEAVY.items() if file in loaded] == []
    assert megabytes < MOST_MB
