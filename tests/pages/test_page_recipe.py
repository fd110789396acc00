"""The recipe of docs/recipes.md for a page does what it says, with the files as they stand there."""

from __future__ import annotations

import re
import shutil
import sys

import pytest
from streamlit.testing.v1 import AppTest

import bioviz.ui
from bioviz.ui import session, state
from bioviz.ui.app import pages
from tests.browsing import PROJECT
from tests.pages.test_pages import FRAME
from tests.sounds import saved_calls

RECIPE = (
    (PROJECT / "docs" / "recipes.md")
    .read_text(encoding="utf-8")
    .split("## Add a page\n")[1]
    .split("\n## ")[0]
)


def block(after: str) -> str:
    return re.search(rf"{re.escape(after)}.*?```python\n(.*?)```", RECIPE, re.S).group(1)


@pytest.fixture
def added(tmp_path, monkeypatch):
    """The app with the recipe's page; gives the page's file."""
    own_pages = tmp_path / "app" / "pages"
    shutil.copytree(PROJECT / "pages", own_pages)
    (own_pages / "recordings.py").write_text(block("`pages/recordings.py`:"))
    room = tmp_path / "rooms" / "recordings"
    room.mkdir(parents=True)
    (room / "__init__.py").touch()
    (room / "page.py").write_text(block("The room, `bioviz/ui/recordings/page.py`."))
    monkeypatch.setattr(bioviz.ui, "__path__", [*bioviz.ui.__path__, str(room.parent)])
    monkeypatch.setattr(pages, "app_folder", lambda: own_pages.parent)
    entry = eval(block("A line in `PAGES`"), {"PageEntry": pages.PageEntry})
    monkeypatch.setattr(pages, "PAGES", (*pages.PAGES, entry))
    declared = {}
    exec(block("What the session holds"), vars(session) | {}, declared)
    monkeypatch.setattr(state, "RecordingsState", declared["RecordingsState"], raising=False)
    yield own_pages / entry.file
    for name in [name for name in sys.modules if name.startswith("bioviz.ui.recordings")]:
        del sys.modules[name]


def test_the_page_is_in_the_navigation_and_works(added, tmp_path):
    dataset = saved_calls(tmp_path / "calls", files=3)
    app = AppTest.from_file(str(FRAME), default_timeout=120)
    app.query_params["dataset"] = dataset.id
    app.run().switch_page(str(added)).run()
    assert not app.exception and app.title[0].value == "Recordings"
    assert len(app.dataframe[0].value) == len(dataset.recordings)
    app.number_input(key="recordings_shortest").set_value(10_000.0).run()
    assert not app.exception and not len(app.dataframe[0].value)


def test_without_a_dataset_it_leads_to_the_start_page(added):
    app = AppTest.from_file(str(FRAME), default_timeout=120).run().switch_page(str(added)).run()
    assert not app.exception and "There is no dataset yet" in app.info[0].value
