"""What all tests share: a cache of their own, and the real recordings where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# A slow moment of the machine is no failure: no test asserts on a time.
settings.register_profile("bioviz", deadline=None)
settings.load_profile("bioviz")

REAL_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real recordings beside the project; the test skips where it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real recordings (folder shared/data beside the project) are not here")
    return REAL_DATA


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch) -> Path:
    """Every test writes into a cache of its own and may read temporary folders and the real data."""
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("BIOVIZ_CACHE", str(cache))
    monkeypatch.setenv("BIOVIZ_DATA", f"{tmp_path_factory.getbasetemp()}:{REAL_DATA}")
    return cache


_SLOW = (
    "tests/training/",
    "tests/bench/",
    "tests/calibration/",
    "tests/walk/",
    "tests/browser/",
    "tests/test_packaging.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `fast` what needs neither a browser nor a training, and no minutes (`-m fast`)."""
    for item in items:
        slow = any(item.get_closest_marker(name) for name in ("browser", "bench", "slow"))
        if not slow and not item.nodeid.startswith(_SLOW):
            item.add_marker(pytest.mark.fast)
