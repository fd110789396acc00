"""What a worker takes over from who asks, and that nothing of it stays for the next one."""

from __future__ import annotations

import os

import pytest

from bioviz.cluster import on_worker
from bioviz.cluster.folders import shown_folders
from bioviz.cluster.on_worker import Folders, settle
from bioviz.config import settings


@pytest.fixture(autouse=True)
def a_worker(monkeypatch, tmp_path):
    """As this process was before its first parcel."""
    monkeypatch.setattr(on_worker, "_own", {})
    for name in on_worker._SETTINGS:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(tmp_path / "own weights"))


def test_settings_of_who_asked_before_do_not_stay(monkeypatch, tmp_path):
    own = settings()
    with pytest.MonkeyPatch.context() as client:
        client.setenv("BIOVIZ_CACHE", str(tmp_path / "first"))
        client.setenv("BIOVIZ_WEIGHTS", str(tmp_path / "first weights"))
        client.setenv("BIOVIZ_CLAIMS", "leases")
        with shown_folders() as first:
            client.undo()
            assert settle(first)
            there = settings()
            assert (there.cache_dir, there.claims) == (tmp_path / "first", "leases")
            assert there.weights_dirs == (tmp_path / "first weights",)
    elsewhere = Folders({"BIOVIZ_CACHE": "/not/here"}, (str(tmp_path / "not there"), "x"))
    assert not settle(elsewhere)
    assert settings() == own, "who shares no folder gets the worker's own"
    assert "NUMBA_CACHE_DIR" in os.environ and str(own.cache_dir) in os.environ["NUMBA_CACHE_DIR"]


def test_nothing_but_its_settings_comes_along(tmp_path):
    token = tmp_path / "token"
    token.write_text("x")
    assert settle(Folders({"PATH": "/evil", "BIOVIZ_CACHE": str(tmp_path / "c")}, (str(token), "x")))
    assert os.environ["PATH"] != "/evil" and settings().cache_dir == tmp_path / "c"
