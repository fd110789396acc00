"""The page Datasets with scans that are done at once, in this process."""

from __future__ import annotations

import json

import pytest

from bioviz import jobs
from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.progress import Silent
from bioviz.ui.datasets.page import FOLDER
from tests.pages.test_pages import open_app


@pytest.fixture
def scans(monkeypatch):
    """Parameters of the scans that the page starts, the newest last."""
    asked, done = [], []

    def start(kind, target, params, *, title=""):
        params = json.loads(json.dumps(params))  # as a job keeps them
        asked.append(params)
        try:
            ended = {"state": "done", "result": library.scan_job(params, Silent())}
        except BiovizError as error:
            ended = {"state": "failed", "message": str(error)}
        done.append(jobs.Job(f"{len(asked)}-1", kind, target, params, title, **ended))
        return done[-1]

    monkeypatch.setattr(jobs, "start", start)
    monkeypatch.setattr(jobs, "list_jobs", lambda: done[::-1])
    monkeypatch.setattr(jobs, "get", lambda wanted: next(job for job in done if job.id == wanted))
    return asked


@pytest.fixture
def form(scans):
    """Opens the form for a folder."""

    def opened(folder):
        app = open_app("datasets.py")
        app.segmented_control(key="datasets_tab").set_value(FOLDER).run()
        app.text_input(key="folder_path").set_value(str(folder)).run()
        assert not app.exception
        return app

    return opened


@pytest.fixture
def scan():
    """Presses the button of the form."""

    def pressed(app):
        next(button for button in app.button if button.label.startswith("Scan")).click().run()
        assert not app.exception
        return app

    return pressed
