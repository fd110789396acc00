"""One cluster of two processes for all tests of a worker of pytest: to start it takes longer than most of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from bioviz.cluster import connect
from bioviz.embedding.spreading.spread import Workers


@pytest.fixture(autouse=True)
def no_script(monkeypatch) -> None:
    """A worker that starts runs the main module first, which tests of pages leave as a page that needs Streamlit."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    with pytest.MonkeyPatch.context() as patch:  # before that of a test
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        connection = connect.connect("local:2")
    yield Workers("local:2", connection)
    connect.close_all()
