"""Adding a dataset: which dataset of BEANS a folder holds can be said on the page."""

from __future__ import annotations

import pytest

from bioviz import jobs
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from tests.datasets.test_beans_and_choice import _beans
from tests.pages.test_pages import open_app, texts


@pytest.fixture
def scans(monkeypatch):
    """Parameters of the scans that the page starts; they are done at once."""
    asked = []

    def start(kind, target, params, *, title=""):
        asked.append(params)
        dataset = build_dataset(params["root"], reader=params["reader"], options=params["options"])
        library._write(dataset, library._file(dataset.id, draft=True))
        job = jobs.Job("0-1", kind, target, params, title, "done", result={"dataset": dataset.id})
        monkeypatch.setattr(jobs, "list_jobs", lambda: [job])
        return job

    monkeypatch.setattr(jobs, "start", start)
    return asked


def form(folder):
    app = open_app("datasets.py")
    app.segmented_control(key="datasets_tab").set_value("Add from a folder").run()
    app.text_input(key="folder_path").set_value(str(folder)).run()
    assert not app.exception
    return app


def scan(app):
    next(button for button in app.button if button.label.startswith("Scan")).click().run()
    assert not app.exception
    return app


def test_a_dataset_of_beans_is_chosen_by_name(tmp_path, scans):
    app = form(_beans(tmp_path))
    box = app.selectbox(key=f"beans_{tmp_path}")
    assert list(box.options) == ["watkins", "hainan-gibbons"]
    box.select("hainan-gibbons")
    app = scan(app)
    assert (scans[0]["reader"], scans[0]["options"]["beans"]) == ("beans", "hainan-gibbons")
    assert "Look at what was found in hainan-gibbons" in texts(app.markdown).replace("\\", "")
    app.button(key="add_scanned").click().run()
    assert not app.exception
    assert [s.name for s in library.list_datasets()] == ["hainan-gibbons"]


def test_without_a_choice_the_reader_finds_out(tmp_path, scans):
    scan(form(_beans(tmp_path)))
    assert scans[0]["reader"] is None and "beans" not in scans[0]["options"]


def test_a_folder_without_yml_may_be_any_of_beans(tmp_path):
    (tmp_path / "unknown").mkdir()
    options = list(form(tmp_path / "unknown").selectbox(key=f"beans_{tmp_path / 'unknown'}").options)
    assert "hainan-gibbons" in options and len(options) == 12


def test_a_broken_yml_is_said(tmp_path):
    (tmp_path / "datasets.yml").write_text("- {name: [")
    assert "datasets.yml is not as BEANS writes it" in texts(form(tmp_path).warning).replace("\\", "")


def test_a_draft_that_is_gone_is_said(tmp_path, scans):
    app = scan(form(_beans(tmp_path)))
    for draft in (library._folder(draft=True)).iterdir():
        draft.unlink()
    app.run()
    assert not app.exception
    assert "Scan the folder again" in texts(app.warning)
