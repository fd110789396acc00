"""The start page in the states a user meets it in: first visit, not computed, computing, told, files gone."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz import jobs, runs
from bioviz.analysis.diagnosis.verdict.clause import Clause
from bioviz.datasets import library
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.ui.home import dataset_card, verdicts
from bioviz.ui.tour.steps import STEPS
from tests.pages.test_pages import open_app, texts
from tests.sounds import saved_calls


@pytest.fixture
def dataset(tmp_path):
    return saved_calls(tmp_path / "calls", files=3, seconds=0.5)


@pytest.fixture(autouse=True)
def forget():
    dataset_card.changed_files.clear()


def labels(app) -> list[str]:
    return [button.label for button in app.button]


def test_at_the_first_visit_it_says_what_the_demo_is_and_what_it_shows():
    app = open_app("home.py")
    assert not app.exception
    assert "Open the demo" in labels(app) and "Add a dataset" in labels(app)
    assert "synthesised" in texts(app.markdown) and "Small CNN" in texts(app.markdown)
    steps = str([element.proto for element in app.get("html")])
    assert all(step.title in steps for step in STEPS)
    assert "None yet" in texts(app.caption)


def test_what_is_not_computed_is_said_and_can_be_computed(dataset, monkeypatch):
    started = []
    monkeypatch.setattr(dataset_card, "start_diagnosis", lambda spec, k: started.append(spec))
    app = open_app("home.py")
    assert "Not computed yet" in texts(app.markdown)
    assert "Acoustic features" in texts(app.caption)
    app.button(key=f"home_compute_{dataset.id}").click().run()
    assert [(spec.dataset, spec.model) for spec in started] == [(dataset.id, "acoustic_features")]


def test_a_job_that_is_at_it_is_followed(dataset, monkeypatch):
    job = jobs.Job("ab-1", "diagnosis", "", {}, "", "running", stage="Embedding", done=2, total=4)
    monkeypatch.setattr(dataset_card.jobs, "find", lambda kind, params: job if kind == "diagnosis" else None)
    monkeypatch.setattr(dataset_card.jobs, "get", lambda job_id: job)
    app = open_app("home.py")
    assert not app.exception
    assert "Not computed yet" not in texts(app.markdown)
    assert "Compute" not in labels(app)


def test_files_that_are_gone_are_named(dataset):
    dataset.recordings[0].path.unlink()
    app = open_app("home.py")
    assert dataset.recordings[0].name.split("/")[-1].split("_")[0] in texts(app.warning).replace("\\", "")
    assert "1 of 9 recordings are missing or changed" in texts(app.warning)


def test_the_verdict_is_the_diagnosis_own_and_leads_on(dataset):
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none")
    run = runs.compute_run(spec)
    diagnosis = compute_diagnosis(run)
    told = verdicts.find_verdict(library.load(dataset.id))
    assert told.spec == spec
    assert told.text == verdicts.said(run, diagnosis).text
    assert set(told.rows) <= set(run.rows[run.targets > 0].tolist())
    app = open_app("home.py")
    assert told.text.rstrip(".") in texts(app.markdown).replace("\\", "")
    assert "Show me what is wrong here" in labels(app)
    app.button(key=f"home_explore_{dataset.id}").click().run()
    view = app.session_state["view"]
    assert (view.dataset, view.model) == (dataset.id, "acoustic_features")


def test_a_tour_of_ones_own_dataset_begins_with_its_first_step(dataset, monkeypatch):
    monkeypatch.setattr(jobs, "start", lambda *args, **more: jobs.Job("ab-1", "", "", {}, "", "running"))
    app = open_app("home.py")
    app.button(key=f"home_tour_{dataset.id}").click().run()
    view = app.session_state["view"]
    assert (view.dataset, view.model, view.tour) == (dataset.id, "acoustic_features", 1)


def clauses(*kinds: tuple[str, bool]) -> list[Clause]:
    return [Clause(f"{kind} said.", kind, claim=claim) for kind, claim in kinds]


@pytest.mark.parametrize(
    ("found", "said", "file"),
    [
        (clauses(("separability", True), ("cause", True)), "cause said.", "snr.py"),
        (clauses(("separability", True), ("cause", False), ("place", True)), "place said.", "diagnose.py"),
        (clauses(("separability", False), ("cause", False)), "separability said.", "finetune.py"),
        (clauses(("note", False), ("cause", False)), "note said.", "finetune.py"),
    ],
    ids=["cause", "place", "no claim", "cannot be told"],
)
def test_a_card_says_only_what_holds_or_that_it_cannot_be_told(monkeypatch, found, said, file):
    monkeypatch.setattr(verdicts, "verdict", lambda d: found)
    monkeypatch.setattr(verdicts, "worst_places", lambda run, d: [])

    class Run:
        spec = runs.RunSpec("d", "m", "c")
        rows = targets = np.zeros(0, dtype=int)
        target_names = ("background",)

    told = verdicts.said(Run(), None)
    assert told.text == said and told.next.file == file


def test_the_time_it_takes_comes_from_the_last_map_of_that_model(dataset, monkeypatch):
    done = jobs.Job(
        "ab-1", "run", "", {}, "", "done", started=10, ended=40, result={"clips": 9, "spec": {"model": "m"}}
    )
    monkeypatch.setattr(verdicts.jobs, "list_jobs", lambda: [done])
    assert verdicts.seconds_to_compute(dataset, "m") == pytest.approx(30)
    assert verdicts.seconds_to_compute(dataset, "other") is None
