"""Who may only look and flag finds nothing to press that is then refused, on no page."""

from __future__ import annotations

import pytest

from bioviz import jobs, rights, runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.rights import Role
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.runs.saved_views import SavedView, save_view
from bioviz.training import tasks
from bioviz.training.settings import TrainSettings
from bioviz.ui.app.pages import PAGES
from tests.pages.test_pages import open_app
from tests.sounds import saved_calls

QUERY = {"model": "acoustic_features", "method": "pca"}


def started(kind, target, params, *, title="", looks=False):
    """Stand in for `jobs.start`: ask who starts it, and have it done at once."""
    if not looks:
        rights.require()
    return jobs.Job("0-2", kind, target, params, title, "done")


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    """A dataset with a diagnosis, a saved view and a training that was stopped, seen by somebody who may only look."""
    made = saved_calls(tmp_path / "calls", files=9)
    run = runs.compute_run(
        runs.RunSpec(made.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    )
    compute_diagnosis(run)
    save_view(made.id, SavedView("Ants", {"colour": "label"}))
    training = tasks.TrainSpec(made.id, "alexnet", "random", TrainSettings())
    stopped = jobs.Job("0-1", "finetune", "Training", training.to_dict(), "t", "cancelled")
    monkeypatch.setattr(jobs, "list_jobs", lambda: [stopped])
    monkeypatch.setattr(jobs, "start", started)
    monkeypatch.setattr("bioviz.rights._reader", lambda: Role.VIEW)
    return made


def test_nothing_that_can_be_pressed_is_refused(dataset, monkeypatch):
    require, refusals, pressed = rights.require, [], set()

    def noted() -> None:
        try:
            require()
        except rights.NotAllowed as error:
            refusals.append(error)
            raise

    monkeypatch.setattr(rights, "require", noted)
    for entry in PAGES:
        app = open_app(entry.file, dataset=dataset.id, **QUERY)
        assert not app.exception, entry.url
        for key in [button.key for button in app.button if not button.disabled and button.key]:
            pressed.add(key)
            app = open_app(entry.file, dataset=dataset.id, **QUERY)
            app.button(key=key).click().run()
            assert not refusals, f"{entry.url}: {key}"
    assert {"explore_open_view_0", "compute_comparison"} <= pressed, "what only looks stays open"
    editors = {"resume_0-1", "forget_0-1", "explore_remove_view_0", "explore_save_view"}
    assert not editors & pressed
