"""One cluster of two processes for all tests of a worker of pytest: to start it takes longer than most of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bioviz.cluster import connect
from bioviz.embedding.spreading.spread import Workers


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    yield Workers("local:2", connect.connect("local:2"))
    connect.close_all()
