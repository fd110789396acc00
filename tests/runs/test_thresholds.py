"""Thresholds of a run: scores of a model file or of a head, kept, exported, applied to other recordings."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.analysis.thresholds.thresholds import NO_SCORES, REACHED
from bioviz.cli import main
from bioviz.datasets import library
from bioviz.errors import BadInput, Missing
from bioviz.models import checkpoints
from bioviz.models.base import PRETRAINED, Graph
from bioviz.models.cards import CARDS
from bioviz.models.checkpoint_record import CheckpointRecord, SplitRecord
from bioviz.models.head import Head
from bioviz.runs import stages
from bioviz.runs.thresholds import detections, kept_thresholds, label_scores
from bioviz.runs.thresholds.of_run import compute_thresholds, judged, open_thresholds
from bioviz.runs.thresholds.score_mapping import map_label, read_mapping
from tests.embedding.helpers import make_dataset, write_wav
from tests.models import files
from tests.models.conftest import weights_dir  # noqa: F401 (a fixture)
from tests.models.test_files import DIM, RATE, SAMPLES, WINDOW_S, small_card

COLUMN = 2
"""The score that decides the label."""


@pytest.fixture
def model(weights_dir, monkeypatch) -> str:  # noqa: F811
    about = small_card("onnx", graph=Graph("onnx", "embedding", WINDOW_S, scores="scores", scale="logit"))
    monkeypatch.setitem(CARDS, about.name, about)
    files.write_onnx(weights_dir / about.weights.name, SAMPLES, DIM)
    return about.name


def noises(root, count: int, name: str, first: int = 0):
    paths = [write_wav(root / name / f"{i}.wav", seed=first + i, rate=RATE) for i in range(count)]
    dataset = make_dataset(root / name, paths)
    return replace(dataset, id=f"{name}-00000000", name=name)


@pytest.fixture
def run(tmp_path, model) -> runs.Run:
    """Thirty recordings, whose clips are owls where the third score says so."""
    dataset = noises(tmp_path, 30, "owls")
    library.save(dataset)
    spec = runs.RunSpec(dataset.id, model, PRETRAINED, projection=ProjectionSpec(method="pca"))
    asked = label_scores.scored(dataset, model, PRETRAINED, mapping={"call": ("output 3",)})
    values = np.asarray(label_scores.compute_label_scores(asked, "cpu", _silent()).value)[:, 0]
    labels = (values > np.median(values))[:, None]
    library.save(replace(dataset, clips=replace(dataset.clips, labels=labels)))
    return runs.compute_run(spec)


def _silent():
    from bioviz.progress import Silent

    return Silent()


def test_a_label_without_a_score_is_asked_about_and_mapped_by_the_user(run, model):
    first = compute_thresholds(run)
    assert first.result.labels[0].state == NO_SCORES and first.asked.names[2] == "output 3"
    map_label(run.spec.dataset, model, PRETRAINED, "call", ["output 3"])
    assert read_mapping(run.spec.dataset, model, PRETRAINED) == {"call": ("output 3",)}
    assert open_thresholds(run) is None  # another mapping is another result
    told = compute_thresholds(run).of("call")
    assert told.state == REACHED and told.precision > 0.95 and told.recall > 0.9
    again = open_thresholds(run)
    assert again is not None and again.of("call") == told
    map_label(run.spec.dataset, model, PRETRAINED, "call", None)
    assert open_thresholds(run).of("call").state == NO_SCORES


def test_thresholds_are_kept_exported_and_applied_to_other_recordings(run, model, tmp_path):
    map_label(run.spec.dataset, model, PRETRAINED, "call", ["output 3"])
    done = compute_thresholds(run)
    kept_thresholds.keep(kept_thresholds.kept(done, "owls / 95 %"))
    held = kept_thresholds.get("owls / 95 %")
    assert [each.name for each in kept_thresholds.every()] == ["owls / 95 %"]
    (line,) = csv.DictReader(io.StringIO(kept_thresholds.thresholds_csv(held).decode()))
    assert float(line["threshold"]) == done.of("call").threshold and line["scores"] == "output 3"
    assert line["dataset"] == "owls" and line["model_fingerprint"] == held.fingerprint and line["bioviz"]

    other = noises(tmp_path, 3, "elsewhere", first=100)
    unlabelled = replace(other, labels=(), clips=replace(other.clips, labels=np.zeros((12, 0), bool)))
    library.save(unlabelled)
    content, count = detections.detections_csv(held, unlabelled.id, "cpu")
    lines = list(csv.DictReader(io.StringIO(content.decode())))
    asked = label_scores.scored(unlabelled, model, PRETRAINED, 0, ("call",), {"call": ("output 3",)})
    values = np.asarray(label_scores.compute_label_scores(asked, "cpu", _silent()).value)[:, 0]
    rows = np.flatnonzero(values >= held.labels[0]["threshold"])
    assert 0 < len(rows) == len(lines) == count < 12
    names = [unlabelled.recordings[i].name for i in unlabelled.clips.recording[rows]]
    assert [each["path"] for each in lines] == names and {each["label"] for each in lines} == {"call"}
    job = detections.detections_job({"name": held.name, "dataset": unlabelled.id}, _silent())
    assert detections.read_detections(job) == content

    changed = replace(held, fingerprint="0" * 64)
    with pytest.raises(BadInput, match="another one now"):
        detections.detections_csv(changed, unlabelled.id, "cpu")
    kept_thresholds.remove(held.name)
    with pytest.raises(Missing):
        kept_thresholds.get(held.name)


def test_the_command_line_does_the_same(run, model, tmp_path, capsys):
    out = tmp_path / "thresholds.csv"
    name = ["thresholds", run.spec.dataset, model, "--method", "pca", "--device", "cpu"]
    assert main([*name, "--score", "call=output 3", "--keep", "mine", "--out", str(out)]) == 0
    assert "100" in capsys.readouterr().out and "owls" in out.read_text()
    table = tmp_path / "detections.csv"
    assert main(["detect", "mine", run.spec.dataset, "--device", "cpu", "--out", str(table)]) == 0
    assert len(table.read_text().splitlines()) > 40
    assert main(["detect"]) == 0 and "mine" in capsys.readouterr().out
    assert main([*name, "--precision", "2"]) == 1
    assert "must be from 0.5" in capsys.readouterr().err


def test_a_damaged_file_of_thresholds_is_passed_over_and_named(run, model):
    map_label(run.spec.dataset, model, PRETRAINED, "call", ["output 3"])
    kept_thresholds.keep(kept_thresholds.kept(compute_thresholds(run), "mine"))
    path = kept_thresholds._file("mine")
    path.write_bytes(path.read_bytes().replace(b'"threshold"', b'"thresholt"', 1))
    assert kept_thresholds.every() == []
    with pytest.raises(BadInput, match="anew"):
        kept_thresholds.get("mine")


def test_recordings_that_trained_a_checkpoint_tell_nothing_of_its_thresholds(run, monkeypatch):
    names = [recording.name for recording in library.load(run.spec.dataset).recordings]
    record = CheckpointRecord(split=SplitRecord(recordings={"train": names[:10], "valid": names[10:14]}))
    monkeypatch.setattr(checkpoints, "get", lambda _: type("Kept", (), {"record": record})())
    places = judged(replace(run, spec=replace(run.spec, checkpoint="ft:mine")))
    assert len(places) == 4 * 16
    assert set(library.load(run.spec.dataset).clips.recording[run.rows[places]]) == set(range(14, 30))


def test_scores_of_competing_outputs_are_log_odds():
    head = Head(
        np.eye(3, dtype=np.float32), np.zeros(3, np.float32), ("background", "a", "b"), one_label=True
    )
    x = np.array([[2.0, 1.0, 0.0], [102.0, 101.0, 100.0], [0.0, 500.0, 0.0]], np.float32)
    scores = head.scores(x)
    share = np.exp(x[0]) / np.exp(x[0]).sum()
    np.testing.assert_allclose(scores[0], np.log(share / (1 - share)), rtol=1e-4)
    np.testing.assert_allclose(scores[1], scores[0], rtol=1e-3)  # a sum that all outputs share says nothing
    assert np.isfinite(scores).all() and scores[2, 1] > 400
    many = replace(head, one_label=False)
    np.testing.assert_array_equal(many.scores(x), x)


def test_label_scores_that_are_pruned_are_computed_again(run, model):
    map_label(run.spec.dataset, model, PRETRAINED, "call", ["output 3"])
    done = compute_thresholds(run)
    asked = done.asked
    stored = label_scores.compute_label_scores(asked, "cpu", _silent())
    stages.drop(label_scores.STAGE, stored.key)
    assert open_thresholds(run) is None
    np.testing.assert_array_equal(compute_thresholds(run).scores, done.scores)


def test_suggested_scores_are_used_once_they_are_confirmed_and_by_detections_too(
    run,
    model,
    weights_dir,  # noqa: F811
    tmp_path,
):
    """The dialog, with a list of species beside the model file."""
    names = ["Rana a_Frog", "Rana b_Toad", "Strix aluco_Owl Call", "Wind", "Rain"]
    (weights_dir / "labels.txt").write_text("\n".join(names), "utf-8")
    done = compute_thresholds(run)
    assert done.of("call").state == NO_SCORES and done.asked.names == tuple(names)

    def dialog(done):
        from bioviz.ui.diagnose.map_species import ask

        ask(done, ["call", "<b>unheard</b>"])

    app = AppTest.from_function(dialog, args=(done,), default_timeout=60).run()
    assert not app.exception and app.multiselect[0].value == ["Strix aluco_Owl Call"]
    assert "No score has a name like" in app.caption[-1].value and "\\<b\\>unheard" in app.caption[-1].value
    assert read_mapping(run.spec.dataset, model, PRETRAINED) == {}, "nothing is used before it is confirmed"
    app.button[0].click().run()
    assert read_mapping(run.spec.dataset, model, PRETRAINED) == {"call": ("Strix aluco_Owl Call",)}
    told = compute_thresholds(run)
    assert told.of("call").state == REACHED
    kept_thresholds.keep(kept_thresholds.kept(told, "owls"))
    others = noises(tmp_path, 6, "others", first=100)
    library.save(others)
    _, count = detections.detections_csv(kept_thresholds.get("owls"), "others-00000000", "cpu", _silent())
    assert 0 < count < len(others.clips)
