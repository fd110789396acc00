"""Two runs to compare, with compiled code that outlives a test."""

from __future__ import annotations

import pytest

from tests.compared import calls, spec  # noqa: F401  (fixtures)


@pytest.fixture(autouse=True)
def compiled_code(tmp_path_factory, monkeypatch) -> None:
    """Keep what numba compiles from one test (and one test run) to the next."""
