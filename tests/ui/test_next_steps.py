"""What is done next by one click: what starts, what opens, and where a step makes no sense."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from bioviz import runs
from bioviz.models import checkpoints
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.models.checkpoints import Checkpoint
from bioviz.rights import Role
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.ui import next_steps
from tests.compared import PCA, calls  # noqa: F401  (a fixture)
from tests.pages.test_pages import open_app


@pytest.fixture
def diagnosed(calls) -> runs.RunSpec:  # noqa: F811
    spec = runs.RunSpec(calls.id, "acoustic_features", "none", projection=PCA)
    compute_diagnosis(runs.compute_run(spec))
    return spec


def diagnose_page(spec: runs.RunSpec, **more: str) -> AppTest:
    app = open_app("diagnose.py", dataset=spec.dataset, model=spec.model, method="pca", **more)
    assert not app.exception
    return app


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_what_makes_no_sense_is_not_offered(diagnosed):
    shown = keys(diagnose_page(diagnosed))
    assert {"diagnose_next_without", "diagnose_next_worst"} <= shown
    assert not {"diagnose_next_start", "diagnose_next_finetune"} & shown, (
        "nothing to train, and nothing trained"
    )


def test_without_background_starts_the_map_and_opens_it(diagnosed, monkeypatch):
    started = []
    monkeypatch.setattr(next_steps.runs, "start", started.append)
    app = diagnose_page(diagnosed)
    app.button(key="diagnose_next_without").click().run()
    assert not app.exception
    assert started == [replace(diagnosed, without_background=True)]
    assert app.session_state["view"].without_background


def test_a_map_without_background_that_is_there_is_not_computed_again(diagnosed, monkeypatch):
    runs.compute_run(replace(diagnosed, without_background=True))
    started = []
    monkeypatch.setattr(next_steps.runs, "start", started.append)
    app = diagnose_page(diagnosed)
    app.button(key="diagnose_next_without").click().run()
    assert started == [] and not app.exception


def test_worst_clips_are_all_labelled_ones_the_most_confused_selected(diagnosed):
    import numpy as np

    from bioviz.runs.diagnosis import open_diagnosis

    run = runs.open_run(diagnosed)
    confusion = np.nan_to_num(open_diagnosis(run).clips.judged.confusion, nan=-1.0)
    labelled = np.flatnonzero(run.targets > 0)
    app = diagnose_page(diagnosed, clip=str(run.rows[0]))
    app.button(key="diagnose_next_worst").click().run()
    assert not app.exception
    assert app.session_state["view"].section == "worst"
    assert app.session_state["view"].clip == run.rows[labelled[np.argmax(confusion[labelled])]]


def step_page() -> None:
    import streamlit as st

    from bioviz.ui import next_steps
    from bioviz.ui.session import Element

    next_steps.compare_with_start(st.session_state.spec, Element("start"))
    next_steps.finetune_and_compare(st.session_state.spec, Element("finetune"))


@pytest.fixture
def steps(monkeypatch):
    """steps(spec) -> the page of steps; `steps.opened` are the pages that they opened."""
    opened: list[str] = []
    monkeypatch.setattr(next_steps, "open_page", opened.append)

    def make(spec: runs.RunSpec) -> AppTest:
        app = AppTest.from_function(step_page, default_timeout=60)
        app.session_state["spec"] = spec
        return app.run()

    make.opened = opened
    return make


def test_a_training_starts_where_nothing_stands_against_it(steps, calls, monkeypatch):  # noqa: F811
    started = []

    class Job:
        id = "job"

    monkeypatch.setattr(next_steps, "obstacles", lambda *args: [])
    monkeypatch.setattr(next_steps.tasks, "start", lambda spec: started.append(spec) or Job)
    app = steps(runs.RunSpec(calls.id, "alexnet", "random", seed=3))
    app.button(key="finetune").click().run()
    assert not app.exception
    assert [(each.dataset, each.model, each.checkpoint, each.base_seed) for each in started] == [
        (calls.id, "alexnet", "random", 3)
    ]
    assert steps.opened == ["finetune.py"] and app.session_state["train_job"] == "job"
    assert app.session_state["train_compare_after"] == "job", "the page shows it with the promise of Compare"


def test_what_stands_against_a_training_is_said_on_its_page(steps, calls, monkeypatch):  # noqa: F811
    monkeypatch.setattr(next_steps, "obstacles", lambda *args: ["too few"])
    monkeypatch.setattr(next_steps.tasks, "start", lambda spec: pytest.fail("it started"))
    app = steps(runs.RunSpec(calls.id, "alexnet", "random"))
    app.button(key="finetune").click().run()
    assert not app.exception and steps.opened == ["finetune.py"]


def test_a_fine_tuned_model_is_compared_with_its_start(steps, calls, monkeypatch):  # noqa: F811
    record = {"model": "alexnet", "base": "random", "base_seed": 3, "dataset": {"id": calls.id}}
    monkeypatch.setattr(
        checkpoints, "get", lambda identity: Checkpoint(identity, CheckpointRecord.from_dict(record))
    )
    app = steps(runs.RunSpec(calls.id, "alexnet", "ft:abc"))
    app.button(key="start").click().run()
    assert not app.exception and steps.opened == ["compare.py"]
    shown = app.session_state["view"]
    assert (shown.checkpoint, shown.model_seed, shown.other_checkpoint) == ("random", 3, "ft:abc")
    assert app.session_state["compare_start_now"]


def test_explore_offers_the_same_steps(diagnosed, monkeypatch):
    app = open_app("explore.py", dataset=diagnosed.dataset, model=diagnosed.model, method="pca")
    assert {"explore_next_without", "explore_next_worst"} <= keys(app)
    assert "explore_next_finetune" not in keys(app), "nothing to train"
    started = []
    monkeypatch.setattr(next_steps.runs, "start", started.append)
    app.button(key="explore_next_without").click().run()
    assert started == [replace(diagnosed, without_background=True)]


def test_who_may_look_sees_that_a_training_is_not_theirs_to_start(steps, calls, monkeypatch):  # noqa: F811
    monkeypatch.setattr("bioviz.rights._reader", lambda: Role.VIEW)
    app = steps(runs.RunSpec(calls.id, "alexnet", "random"))
    assert app.button(key="finetune").disabled and not app.exception
