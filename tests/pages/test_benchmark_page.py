"""The page Benchmark: the published values alone, a grid of one's own planned and computed, what both say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bioviz import jobs
from bioviz.study.cost import job_params as sample_params
from bioviz.study.grid import compute_study
from bioviz.study.published import published
from bioviz.study.result import empty_result, save_result
from bioviz.study.spec import StudySpec
from tests.pages.test_pages import open_app, texts
from tests.sounds import saved_calls

PAGE = "benchmark.py"
FEATURES = "acoustic_features:none"


def part(app, name: str):
    app.session_state["study_part"] = name
    return app.run()


def test_the_published_values_and_what_they_say_are_there_without_any_dataset():
    app = open_app(PAGE)
    assert not app.exception
    assert "990 values" in texts(app.caption) and "arXiv 2508.10230" in texts(app.caption)
    assert len(app.dataframe[0].value) == 11 * 10 * 3
    app.selectbox(key="study_measure").set_value("silhouette").run()
    app.selectbox(key="study_map").set_value("umap-100-0.5").run()
    assert not app.exception and len(app.dataframe[0].value) == 11 * 10
    said = texts(part(app, "claims").markdown)
    assert "None of 6 comparisons is clear of chance." in said
    assert (
        "As claimed on every dataset, but with too few of them to rule out chance: NMI (audio, fine-tuned less"
        in said
    )
    assert (
        "Against the claim on every dataset, but with too few of them to rule out chance: Silhouette" in said
    )
    assert "Cannot be told from this table: it has no model without fine-tuning." in said
    figures = app.dataframe[0].value.iloc[0]
    assert round(figures["effect"], 3) == -0.060 and figures["datasets"] == 5 and figures["p"] == 0.0625
    assert "Models differ (Friedman" in texts(part(app, "ranks").markdown)
    part(app, "questions")
    assert "The published values have no task accuracy" in texts(app.info)
    assert "by 0.085 or less in nine of ten cells" not in texts(app.markdown), (
        "of NMI, and silhouette is chosen"
    )
    assert "by 0.062 or less in nine of ten cells" in texts(app.markdown)
    part(app, "grid")
    assert not app.exception and "There is no dataset yet" in texts(app.info)


@pytest.fixture
def spec(tmp_path) -> StudySpec:
    dataset = saved_calls(tmp_path / "calls", files=5)
    return StudySpec((dataset.id,), (FEATURES,), maps=("pca",), split="all")


def test_a_grid_is_planned_first_and_then_computed_by_a_job(spec, monkeypatch):
    started = []
    monkeypatch.setattr(
        jobs,
        "start",
        lambda kind, target, params, **_: started.append((kind, params)) or jobs.Job(*"abc", {}, "t", "done"),
    )
    app = open_app(PAGE, study=json.dumps(spec.to_dict()))
    assert not app.exception
    assert "1 cell: 0 computed already; how long the rest takes is not known yet." in texts(app.markdown)
    assert app.dataframe[0].value.iloc[0].tolist()[1] == "○ to compute"
    app.button(key="study_sample").click().run()
    assert started.pop() == ("study_sample", sample_params(spec.cells))
    app.button(key="study_compute").click().run()
    assert started.pop() == ("study", {"spec": spec.to_dict()})
    app.pills(key="study_maps_drawn").set_value(["pca", "tsne-25"]).run()
    assert not app.exception
    app.button(key="study_compute").click().run()
    assert started.pop()[1]["spec"]["maps"] == ["pca", "tsne-25"], "the fields say what is computed"


def test_a_computed_grid_is_shown_first_beside_the_published_values(spec):
    result = compute_study(spec)
    app = open_app(PAGE)
    assert not app.exception and app.selectbox(key="study_layer").value == "ours"
    frame = app.dataframe[0].value
    assert frame["value"].tolist() == [s.value for s in result.scores if s.measure == "nmi"]
    app.selectbox(key="study_measure").set_value("separability_neighbor").run()
    assert not app.exception and len(app.dataframe[0].value) == 1
    for name in ("ranks", "claims", "questions", "grid"):
        assert not part(app, name).exception
    assert "1 cell: 1 computed already; nothing is left to compute." in texts(app.markdown)
    assert app.dataframe[0].value.iloc[0].tolist()[1] == "● computed"
    app.session_state["study_layer"] = "published"
    assert not part(app, "values").exception and len(app.dataframe[0].value) == 330


def test_a_study_of_a_link_that_cannot_be_is_said(spec):
    app = open_app(PAGE, study=json.dumps({"maps": ["magic"]}))
    assert not app.exception
    assert any("Unknown maps: magic" in each.value.replace("\\", "") for each in app.warning)


def test_ours_less_published_is_a_layer_of_what_both_have(spec):
    empty = empty_result(spec)
    scores = [
        replace(score, dataset=score.dataset, value=score.value + 0.25)
        for score in published()
        if score.dataset == "rfcx" and score.map == "umap-50-0.1" and score.contender.model == "vggish"
    ]
    save_result(replace(empty, scores=tuple(scores), checkpoints={spec.cells[0].key: "none"}))
    app = open_app(PAGE, study=json.dumps(spec.to_dict()))
    app.selectbox(key="study_layer").set_value("difference").run()
    assert not app.exception
    assert [round(value, 6) for value in app.dataframe[0].value["value"]] == [0.25]
    for name in ("ranks", "claims", "questions"):
        part(app, name)
        assert not app.exception and "Choose one of them above" in texts(app.info)


def test_a_grid_that_trains_is_not_offered_to_who_may_only_look(spec, monkeypatch):
    training = replace(spec, entries=("resnet18:random:finetuned",))
    monkeypatch.setattr("bioviz.rights.may_edit", lambda: False)
    app = open_app(PAGE, study=json.dumps(training.to_dict()))
    part(app, "grid")
    assert not app.exception and "This grid trains models" in texts(app.info)
    assert not [button for button in app.button if button.key == "study_compute"]


def test_a_cell_that_failed_names_its_reason(spec, monkeypatch):
    monkeypatch.setattr("bioviz.study.grid.compute_cell", lambda *_: 1 / 0)
    with pytest.raises(Exception, match="Not one cell"):
        compute_study(spec)
    app = open_app(PAGE, study=json.dumps(spec.to_dict()))
    part(app, "grid")
    assert not app.exception and app.dataframe[0].value.iloc[0].tolist()[1] == "✕ failed"
    assert any("division by zero" in each.value for each in app.warning)
