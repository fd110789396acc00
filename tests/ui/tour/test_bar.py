"""The tour: its step is in the address, its jobs run ahead, and none is started twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bioviz import jobs, runs
from bioviz.ui.components.tour_bar import tour_bar
from bioviz.ui.tour import plan as plans
from bioviz.ui.tour.plan import Plan, go_ahead
from bioviz.ui.tour.steps import COUNT, STEPS
from bioviz.ui.view import View
from tests.pages.test_pages import open_app
from tests.sounds import saved_calls

MODEL = {"model": "acoustic_features", "checkpoint": "none"}


@pytest.fixture
def dataset(tmp_path):
    return saved_calls(tmp_path / "calls", files=3)


@pytest.fixture
def started(monkeypatch):
    """Jobs that would be started, by kind; none is."""
    asked: list[str] = []

    def start(kind, target, params, *, title="", looks=False):
        asked.append(kind)
        return jobs.Job(f"{len(asked):x}-1", kind, target, dict(params), title, "running")

    monkeypatch.setattr(jobs, "start", start)
    return asked


def plan_of(dataset) -> Plan:
    return Plan(runs.RunSpec(dataset.id, "acoustic_features", "none"), 20)


def test_the_step_is_in_the_address_and_what_is_no_step_is_said():
    assert View.from_query({"tour": "3"})[0].tour == 3
    assert View(tour=3).to_query() == {"tour": "3"}
    view, sentences = View.from_query({"tour": str(COUNT + 1)})
    assert view.tour == 0 and "tour" in sentences[0]


@pytest.mark.parametrize("step", range(1, COUNT + 1))
def test_every_step_opens_from_a_link_while_nothing_is_computed(step, dataset, started):
    app = open_app(STEPS[step - 1].file, dataset=dataset.id, tour=str(step), **MODEL)
    assert not app.exception
    assert app.session_state["view"].tour == step
    assert set(started) == {"run"}  # the map, which all steps rest on


def test_a_tour_of_what_is_not_here_leaves_the_page_as_it_is(dataset, started):
    for query in ({"dataset": "gone"}, {"dataset": dataset.id, "model": "gone"}):
        app = open_app("explore.py", tour="2", **query)
        assert not app.exception
    assert not started


def test_without_a_tour_nothing_is_started(dataset, started):
    open_app("explore.py", dataset=dataset.id, **MODEL)
    assert not started


def test_what_the_step_needs_comes_first_and_then_the_next_one(dataset, started, monkeypatch):
    plan = plan_of(dataset)
    assert go_ahead(plan, 1, set()).kind == "run"
    run = type("Run", (), {"targets": dataset.targets})()
    plan = plan_of(dataset)
    plan.run = run
    plan.diagnosis = None
    assert go_ahead(plan, 1, set()).kind == "diagnosis"
    plan.diagnosis = object()
    assert go_ahead(plan, 1, set()) is None
    plan.noise = None
    assert go_ahead(plan, 2, set()).kind == "noise"


def test_a_job_that_is_at_it_is_joined_and_one_that_was_cancelled_is_not_started_again(
    dataset, started, monkeypatch
):
    job = jobs.Job("ab-1", "run", "", {}, "", "running")
    for state, expected in (("running", job), ("cancelled", None), ("failed", None)):
        told = replace(job, state=state)
        monkeypatch.setattr(plans.runs, "job_for", lambda spec, told=told: told)
        assert go_ahead(plan_of(dataset), 1, set()) == expected
    assert not started


def test_a_job_that_was_done_without_a_result_is_started_once(dataset, started, monkeypatch):
    done = jobs.Job("ab-1", "run", "", {}, "", "done")
    monkeypatch.setattr(plans.runs, "job_for", lambda spec: done)
    asked: set[str] = set()
    assert go_ahead(plan_of(dataset), 1, asked).kind == "run"
    assert go_ahead(plan_of(dataset), 1, asked | {done.id}) is None
    assert started == ["run"]


def test_what_cannot_be_fine_tuned_says_so_and_there_is_nothing_to_compare(dataset):
    plan = plan_of(dataset)
    assert "no weights that could be trained" in STEPS[3].say(plan).text
    assert not STEPS[3].say(plan).button
    assert "no before and after" in STEPS[4].say(plan).text


def test_before_a_training_the_last_step_says_what_is_missing(dataset):
    plan = Plan(runs.RunSpec(dataset.id, "small_cnn", "pretrained"), 20)
    plan.obstacle = ""
    assert "not fine-tuned" in STEPS[4].say(plan).text
    assert STEPS[3].say(plan).button == "Fine-tune it"


def test_missing_weights_start_nothing(dataset, started):
    plan = Plan(runs.RunSpec(dataset.id, "vggish", "pretrained"), 20)
    assert plan.missing and go_ahead(plan, 1, set()) is None and not started


def test_a_click_is_done_once_however_often_the_browser_tells_of_it(monkeypatch):
    held: dict[str, int] = {}
    monkeypatch.setattr(tour_bar.TourState, "done", Held(held))
    click = {"what": "next", "number": 7}
    assert [tour_bar.new_click(click) for _ in range(3)] == ["next", "", ""]
    assert tour_bar.new_click({"what": "next", "number": 8}) == "next"
    for nonsense in (None, "next", {"what": "next"}, {"number": "9"}):
        assert tour_bar.new_click(nonsense) == ""


class Held:
    """A key of the session, without one."""

    def __init__(self, values: dict[str, int]) -> None:
        self.values = values

    def get(self) -> int:
        return self.values.get("done", -1)

    def set(self, value: int) -> None:
        self.values["done"] = value
