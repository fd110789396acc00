"""The page Benchmark: the published values alone, the claims in words, questions that a table cannot answer."""

from __future__ import annotations

import pytest

from tests.pages.test_pages import open_app, texts

PAGE = "benchmark.py"


@pytest.fixture
def app():
    return open_app(PAGE)


def test_the_published_values_are_there_without_any_dataset(app):
    assert not app.exception
    assert "990 values" in texts(app.caption) and "arXiv 2508.10230" in texts(app.caption)
    assert len(app.dataframe[0].value) == 11
    app.selectbox(key="study_measure").set_value("silhouette").run()
    assert not app.exception
    named = app.dataframe[0].value.set_index("model")
    assert named.loc["AlexNet, ImageNet, fine-tuned"].between(-1, 1).all()


def test_the_claims_are_said_with_what_they_rest_on(app):
    app.session_state["study_part"] = "claims"
    app.run()
    assert not app.exception
    said = texts(app.markdown)
    assert "-0.060 [-0.142, -0.008], p 0.062 (5 datasets; the smallest p of so many is 0.062)" in said
    assert "Cannot be told from this table: it has no model without fine-tuning." in said


def test_ranks_and_questions_are_answered_or_said_to_be_open(app):
    app.session_state["study_part"] = "ranks"
    app.run()
    assert not app.exception and "Models differ (Friedman" in texts(app.markdown)
    app.session_state["study_part"] = "questions"
    app.run()
    assert not app.exception
    assert "The published values have no task accuracy" in texts(app.info)
    assert "by 0.085 or less in nine of ten cells" in texts(app.markdown)
