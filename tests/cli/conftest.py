"""What tests of the command line share: a cache with the demo, and a way to run a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bioviz.cli import main
from bioviz.datasets.demo.dataset import ensure_demo


@pytest.fixture(scope="package")
def demo_cache(tmp_path_factory) -> Path:
    """One cache with the demo dataset for all tests here."""
    cache = tmp_path_factory.mktemp("demo_cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        ensure_demo()
    return cache


@pytest.fixture(autouse=True)
def here(request, monkeypatch, tmp_path_factory) -> None:
    if "demo_cache" in request.fixturenames:
        monkeypatch.setenv("BIOVIZ_CACHE", str(request.getfixturevalue("demo_cache")))


@pytest.fixture
def run(capsys):
    """Run a command: (exit code, what it printed, what it said on stderr); JSON is read."""

    def call(*arguments: str):
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, json.loads(out) if "--json" in arguments else out, err

    return call
