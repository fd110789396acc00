"""A small study from sound to files: planned, computed, interrupted, gone on with, and computed again byte for byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bioviz.datasets import library
from bioviz.errors import BadInput, Cancelled, Missing
from bioviz.models import registry
from bioviz.models.cards import CARDS
from bioviz.progress import Silent
from bioviz.reports.study import study_report
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.runs.opening import open_run
from bioviz.study import cell as cells
from bioviz.study.cell import run_spec
from bioviz.study.cost import job_params, time_models
from bioviz.study.exports import changed_since, read_json, to_csv, to_json, to_latex
from bioviz.study.findings.trainings import outcomes, training_words
from bioviz.study.grid import compute_study, study_job
from bioviz.study.offered import begun_with, offered
from bioviz.study.plan import plan, total_seconds, total_words
from bioviz.study.result import StudyResult, empty_result, open_result
from bioviz.study.scores import Contender
from bioviz.study.spec import Cell, Entry, StudySpec
from tests.sounds import saved_calls
from tests.training import tiny

FEATURES, CNN = "acoustic_features:none", "small_cnn:pretrained"


def spec_of(*datasets: str, **more: object) -> StudySpec:
    return StudySpec(datasets, (FEATURES, CNN), maps=("pca",), split="all", **more)


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Iterator[tuple[Path, StudySpec]]:
    """One cache for all tests here, so that sound is embedded once, and a study of what is in it."""
    root = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(root / "cache"))
        patch.setenv("BIOVIZ_DATA", str(root))
        saved = [saved_calls(root / name, name, files=files) for name, files in (("calls", 4), ("songs", 5))]
    yield root / "cache", spec_of(*(dataset.id for dataset in saved))


@pytest.fixture
def spec(cache, monkeypatch) -> StudySpec:
    folder, spec = cache
    monkeypatch.setenv("BIOVIZ_CACHE", str(folder))
    return spec


class StopAt(Silent):
    """Cancels when a stage's note names a word."""

    def __init__(self, word: str) -> None:
        self.word, self.seen = word, []

    def report(self, stage, done, total, unit="clips", note=""):
        self.seen.append((stage, done, total, note))
        if self.word and self.word in note:
            raise Cancelled("stopped")


def test_a_study_is_planned_computed_and_what_is_there_is_not_computed_again(spec):
    nothing = empty_result(spec)
    first = plan(nothing, {})
    assert [each.state for each in first] == ["to compute"] * 4 and total_seconds(first) is None
    assert "not known yet" in total_words(first)
    rates = time_models(job_params([each.cell for each in first]))
    assert set(rates) <= {FEATURES, CNN}
    timed = plan(nothing, {FEATURES: 0.01, CNN: 0.02})
    assert total_seconds(timed) > 0 and "takes about" in total_words(timed)

    watched = StopAt("")
    result = compute_study(spec, watched)
    assert not result.failed and len(result.checkpoints) == 4 and not result.left
    assert {score.map for score in result.scores} == {"pca", "none"}
    assert [at for _, at, _, _ in watched.seen] == sorted(at for _, at, _, _ in watched.seen), (
        "progress goes back"
    )
    assert {total for _, _, total, _ in watched.seen} == {12 + 12 + 15 + 15}, (
        "time left is of all cells together"
    )
    assert all(each.state == "computed" for each in plan(open_result(spec), {}))
    assert study_job({"spec": spec.to_dict()}, Silent()) == {"cells": 4, "failed": {}}


def test_the_scores_are_those_of_the_run_and_its_diagnosis(spec):
    result = compute_study(spec)
    cell = spec.cells[0]
    run = open_run(run_spec(cell, spec, result.checkpoints[cell.key], "pca"))
    diagnosis = compute_diagnosis(run)
    own = {
        (score.measure, score.map): score
        for score in result.scores
        if score.contender == cell.entry.contender and score.dataset == library.load(cell.dataset).name
    }
    assert own["nmi", "pca"].value == run.scores["nmi"]
    assert own["separability_neighbor", "none"].value == diagnosis.separability.neighbor.cross_unit
    assert own["separability_neighbor", "none"].low == diagnosis.separability.low
    assert own["probe_accuracy", "none"].value == diagnosis.prediction.probe_accuracy.cross_unit
    assert (
        own["knn_accuracy", "none"].low
        <= own["knn_accuracy", "none"].value
        <= own["knn_accuracy", "none"].high
    )
    embedding = next(each for each in diagnosis.clusters.clusterings if each.space == "embedding")
    assert own["nmi", "none"].value == embedding.with_labels.nmi


def test_an_interrupted_study_goes_on_and_gives_the_same_bytes(spec):
    spec = replace(spec, k=18)
    with pytest.raises(Cancelled):
        compute_study(spec, StopAt("cell 3 of 4"))
    part = open_result(spec)
    assert len(part.checkpoints) == 2 and len(part.left) == 2
    assert [each.state for each in plan(part, {})][:2] == ["computed"] * 2
    whole = to_json(compute_study(spec))
    assert whole == to_json(compute_study(spec))
    again, facts, weights = read_json(whole)
    assert again == spec and not changed_since(empty_result(again), facts, weights)


def test_a_cell_that_fails_names_its_reason_and_the_others_go_on(spec, monkeypatch):
    spec = replace(spec, k=19)  # of which nothing is computed yet
    compute, bad = cells.compute_cell, spec.cells[1].key

    def failing(cell: Cell, *rest: object):
        if cell.key == bad:
            raise ValueError("of nobody's making")
        return compute(cell, *rest)

    with monkeypatch.context() as patch:
        patch.setattr("bioviz.study.grid.compute_cell", failing)
        result = compute_study(spec)
    assert list(result.failed) == [bad] and "of nobody's making" in result.failed[bad]
    assert len(result.checkpoints) == 3
    assert {each.cell.key: each.state for each in plan(result, {})}[bad] == "failed"
    assert not compute_study(spec).failed, "a cell that failed is tried again"


def test_files_hold_every_score_and_what_was_published(spec):
    result = compute_study(spec)
    rows = list(csv.DictReader(io.StringIO(to_csv(result.scores).decode())))
    ours = [row for row in rows if row["source"] == "ours"]
    assert len(ours) == len(result.scores) and len(rows) == len(ours) + 990
    assert {float(row["value"]) for row in ours} == {score.value for score in result.scores}
    titles = {card.name: card.title for card in registry.list_models()}
    latex = to_latex(result.scores, titles).decode()
    assert latex.count("\\begin{tabular}") == latex.count("\\bottomrule") == 6 and "\\textbf{" in latex
    report = study_report(result, titles)
    assert report == study_report(result, titles)
    page = report.decode()
    assert "Content-Security-Policy" in page and "2508.10230" in page and "Claim 2" in page
    assert 'src="http' not in page and "-0.060 [-0.142, -0.008]" in page


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format": "bioviz study 1"}', b"\xff", b'{"format": 2}', b"[" * 100_000]
)
def test_a_file_that_is_no_study_is_a_sentence(content):
    with pytest.raises(BadInput, match="study"):
        read_json(content)


def test_what_has_changed_since_a_file_was_written_is_named(spec, tmp_path):
    _, facts, weights = read_json(to_json(empty_result(spec)))
    weights[f"{CNN} 0"] = "of another file"
    saved = saved_calls(tmp_path / "calls", "calls", files=6)
    result = empty_result(spec_of(saved.id, *spec.datasets[1:]))
    told = changed_since(result, facts, weights)
    assert "the dataset calls has changed" in told and f"the weights of {CNN} are others, or not here" in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("resnet18", "no model of a study"),
        ("yamnet:pretrained:finetuned", "cannot be fine-tuned"),
        ("resnet18:random:finetuned:3", "from 0 to 1"),
        ("acoustic_features:random", "starts"),
    ],
)
def test_what_is_no_entry_is_a_sentence(text, sentence):
    with pytest.raises(BadInput, match=sentence):
        Entry.parse(text)


def test_an_entry_is_written_as_it_is_read_and_becomes_the_published_contender():
    for text in (FEATURES, "resnet18:random", "resnet18:random:finetuned", "resnet18:random:finetuned:0"):
        assert str(Entry.parse(text)) == text
    assert Entry.parse("resnet18:random:finetuned").contender == Contender("resnet18", "random", "fine-tuned")
    assert Entry.parse("aves_bio:pretrained:finetuned").contender.start == "audio"
    assert Entry.parse(CNN).contender.start == "other", "it has heard no animal"


def test_a_grid_begins_with_what_was_trained_the_features_and_the_papers_baseline():
    assert {FEATURES, "resnet18:random"} <= set(begun_with())
    assert not [
        name for name in begun_with() if "finetuned" in name or name.startswith(("aves", "small_cnn"))
    ]
    assert {"alexnet:random", "alexnet:random:finetuned", "alexnet:random:finetuned:0"} <= set(offered())
    assert all(str(Entry.parse(name)) == name for name in offered())


def test_every_card_with_trained_weights_says_what_they_were_trained_on():
    for card in CARDS.values():
        if "pretrained" in card.checkpoints and not card.for_demo:
            assert Entry(card.name, "pretrained").contender.start in ("audio", "images"), card.name


@pytest.mark.parametrize(
    "values",
    [
        {"maps": ["magic"]},
        {"measures": []},
        {"seeds": [-1]},
        {"seeds": "0"},
        {"seeds": [True]},
        {"datasets": ["a", "a"]},
        {"k": 0},
        {"split": "train"},
        {"preset": 7},
        {"unheard_of": 1},
    ],
)
def test_settings_that_cannot_be_are_sentences(values):
    with pytest.raises(BadInput):
        StudySpec.from_dict(values)
    assert StudySpec.from_dict(StudySpec(("a",), (FEATURES,)).to_dict()) == StudySpec(("a",), (FEATURES,))


def test_a_fine_tuned_cell_is_scored_on_test_clips_alone(tmp_path, monkeypatch):
    monkeypatch.setitem(CARDS, "tiny", tiny.card("tiny"))
    dataset = tiny.tones(tmp_path / "tones", files=12)
    library.save(dataset)
    trained = "tiny:random:finetuned:0"
    spec = StudySpec((dataset.id,), ("tiny:random", trained), maps=("pca",), split="all")
    (why,) = compute_study(spec).failed.values()
    assert "is scored on test clips alone" in why
    test = StudySpec((dataset.id,), (trained,), maps=("pca",))
    result = compute_study(test)
    (checkpoint,) = result.checkpoints.values()
    assert checkpoint.startswith("ft:") and all(score.contender.background == 0 for score in result.scores)
    assert set(outcomes(result)) == {test.cells[0].key}
    assert training_words(result).startswith("Of 1 fine-tunings 1 ") and not training_words(
        empty_result(test)
    )
    assert training_words(result) in study_report(result, {}).decode()
    run = open_run(run_spec(test.cells[0], test, checkpoint, "pca"))
    assert run is not None and run.spec.split == "test"
    assert len(run) == result.datasets[dataset.id].clips == (dataset.clips.split == "test").sum()
    _is_an_entry_of_another_grid(dataset.id, result, checkpoint)


def _is_an_entry_of_another_grid(dataset: str, trained: StudyResult, checkpoint: str):
    """A checkpoint that was fine-tuned before is scored as it is, on clips that it has not heard."""
    entry = f"tiny:{checkpoint}"
    assert str(Entry.parse(entry)) == entry and entry in offered() and entry not in begun_with()
    for text, error, sentence in (
        (f"{entry}:finetuned", BadInput, "fine-tuned already"),
        (f"resnet18:{checkpoint}", BadInput, "is of tiny"),
        ("tiny:ft:abc", Missing, "no fine-tuned checkpoint"),
    ):
        with pytest.raises(error, match=sentence):
            Entry.parse(text)
    again = compute_study(StudySpec((dataset,), ("tiny:random", entry), maps=("pca",)))
    mine = {score.measure: score.value for score in again.scores if score.contender.checkpoint}
    assert mine and mine == {score.measure: score.value for score in trained.scores}
    assert "fine-tuned: " in Entry.parse(entry).contender.words("Tiny")
    assert open_result(again.spec).scores == again.scores and checkpoint in to_csv(again.scores).decode()
    (why,) = compute_study(
        StudySpec((dataset,), (entry, "tiny:random"), maps=("pca",), split="all")
    ).failed.values()
    assert "was trained on, or chosen by, recordings of" in why
