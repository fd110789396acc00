"""What all tests share: a cache of their own, and the real recordings where they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import browsing

# A slow moment of the machine is no failure: no test asserts on a time.
settings.register_profile("bioviz", deadline=None)
settings.load_profile("bioviz")

# What numba compiles is kept between tests and between runs: compiling it anew takes each process some ten seconds.
os.environ.setdefault("NUMBA_CACHE_DIR", str(browsing.PROJECT / ".pytest_cache" / "numba"))

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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of all tests; where it is not installed they skip, and fail where `CI` is set."""
    with browsing.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator[Any]:
    """`chromium`, whose windows are closed once a file's tests are over."""
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.fixture(scope="module")
def start_app(tmp_path_factory) -> Iterator[Callable[..., str]]:
    """start_app(script, cache, base="", **environment) -> its address; it runs until the tests of the file are over."""
    with ExitStack() as apps:

        def start(script: Path, cache: Path, base: str = "", **environment: str) -> str:
            given = {
                "BIOVIZ_CACHE": str(cache),
                "BIOVIZ_DATA": str(tmp_path_factory.getbasetemp()),
                **environment,
            }
            log = tmp_path_factory.mktemp("app") / "log"
            return apps.enter_context(browsing.serve(script, given, log, base))

        yield start


# What is not `fast`, beside browsers and benchmarks: a training, a whole way through, or a file whose tests compute for
# more than five seconds, as measured.
SLOW = (
    "tests/analysis/misclustered/test_placement.py",
    "tests/analysis/projection/",
    "tests/audio/test_snr.py",
    "tests/calibration/",
    "tests/cli/test_bench.py",
    "tests/cli/test_cli.py",
    "tests/cli/test_pages_in_the_terminal.py",
    "tests/embedding/test_long.py",
    "tests/embedding/test_pipeline.py",
    "tests/ui/noise/",
    "tests/faults/",
    "tests/models/test_embed.py",
    "tests/pages/test_benchmark_page.py",
    "tests/pages/test_pages.py",
    "tests/runs/test_comparison.py",
    "tests/runs/test_diagnosis.py",
    "tests/runs/test_real.py",
    "tests/runs/test_real_units.py",
    "tests/runs/test_run.py",
    "tests/runs/test_tasks.py",
    "tests/server/test_flag_routes.py",
    "tests/study/test_grid.py",
    "tests/test_packaging.py",
    "tests/test_recipes.py",
    "tests/test_start.py",
    "tests/training/",
    "tests/ui/compare/",
    "tests/ui/datasets/",
    "tests/ui/finetune/",
    "tests/ui/job_cards/test_compute_card.py",
    "tests/ui/test_flagging.py",
    "tests/ui/test_links.py",
    "tests/ui/test_removing.py",
)


# Files that take long come first, with a browser or without, the longest before the others: a worker that begins one
# when the others have ended keeps all waiting (`--dist loadfile --no-loadscope-reorder`).
LONGEST = (
    "tests/calibration/test_calibration.py",
    "tests/cli/test_cli.py",
    "tests/runs/test_comparison.py",
    "tests/ui/compare/test_page.py",
    "tests/ui/finetune/test_page.py",
    "tests/test_packaging.py",
    "tests/training/test_finetune.py",
    "tests/analysis/projection/test_projection.py",
    "tests/ui/test_removing.py",
    "tests/runs/test_run.py",
    "tests/pages/test_pages.py",
    "tests/walk/test_agreement.py",
    "tests/browser/test_newcomer.py",
    "tests/browser/test_accessibility.py",
    "tests/walk/test_shifts.py",
    "tests/browser/test_diagnose.py",
    "tests/browser/test_finetune_compare.py",
)


def _place(item: pytest.Item) -> int:
    """Return the place of a test's file among the longest; behind them all where it is none."""
    return next((i for i, file in enumerate(LONGEST) if item.nodeid.startswith(file)), len(LONGEST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; mark as `fast` what needs neither a browser nor a training, and no minutes."""
    items.sort(key=_place)
    for item in items:
        slow = any(item.get_closest_marker(name) for name in ("browser", "bench", "slow"))
        if not slow and not item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.fast)
