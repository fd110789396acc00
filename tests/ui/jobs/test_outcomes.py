"""Finished jobs say when, how long and what came out, and lead to it; a damaged record hides that alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bioviz import jobs, runs
from bioviz.experiments.settings import NoiseSettings, ShiftSettings
from bioviz.jobs import Job
from bioviz.runs.comparison import ComparisonSpec
from bioviz.training.settings import TrainSettings
from bioviz.training.tasks import TrainSpec
from bioviz.ui.jobs.outcomes import outcome_of
from bioviz.ui.view import View
from tests.experiments.sounds import dataset, spec_of
from tests.pages.test_pages import open_app, texts


@pytest.fixture
def calls(tmp_path):
    return dataset(tmp_path / "calls")


def done(kind: str, params: dict, **result) -> Job:
    return Job("x", kind, "", params, "", "done", result=result)


def test_every_kind_leads_to_a_view_that_asks_for_the_same(calls):
    spec = replace(spec_of(calls), split="test", seed=3, without_background=True)
    right = replace(spec, model="alexnet", checkpoint="random")
    of = {
        "run": {"spec": spec.to_dict()},
        "diagnosis": {"spec": spec.to_dict(), "k": 7},
        "comparison": {"spec": ComparisonSpec(spec, right, k=9).to_dict()},
        "noise": {
            "specs": [spec.to_dict(), right.to_dict()],
            "settings": NoiseSettings(snrs_db=(3.0,)).to_dict(),
        },
        "shift": {"spec": spec.to_dict(), "settings": ShiftSettings(clips=5).to_dict()},
        "finetune": TrainSpec(calls.id, "alexnet", "random", TrainSettings()).to_dict(),
    }
    for kind, params in of.items():
        outcome = outcome_of(done(kind, params, clips=3, changed=1, checkpoint="ft:a", headline="h"))
        assert outcome is not None, kind
        view, sentences = View.from_query(replace(View(), **outcome.fields).to_query())
        assert not sentences, "the view survives a link"
        assert view.dataset == calls.id
        if kind != "finetune":
            assert (view.model, view.method, view.split, view.model_seed) == (
                "acoustic_features",
                "pca",
                "test",
                3,
            )
            assert view.without_background
    assert '"alexnet:random"' in outcome_of(done("noise", of["noise"])).fields["noise"]


@pytest.mark.parametrize(
    "params", [{}, {"spec": None}, {"spec": {"dataset": 1}}, {"specs": []}, {"spec": []}]
)
@pytest.mark.parametrize("kind", ["diagnosis", "comparison", "noise", "shift", "finetune"])
def test_a_record_of_the_wrong_shape_leads_nowhere(kind, params):
    assert outcome_of(done(kind, params)) is None


def test_the_page_opens_what_came_out(calls):
    job = runs.start(spec_of(calls))
    assert jobs.wait(job.id, 300).state == "done"
    page = open_app("jobs.py")
    assert not page.exception
    shown = texts(page.markdown)
    assert "acoustic_features" not in shown and "(UTC)" in shown and "took" in shown
    assert any("labelled clips" in caption.value for caption in page.caption)
    page.button(key=f"open_{job.id}").click().run()
    assert page.session_state["view"].dataset == calls.id
    assert page.session_state["view"].method == "pca"
