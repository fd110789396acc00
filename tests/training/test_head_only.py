"""A classifier on the embeddings of a model that stays as it is: a checkpoint like any other."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import numpy as np
import pytest

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.analysis.thresholds.thresholds import CHANCE, NO_SCORES
from bioviz.datasets import library
from bioviz.embedding.stored.sets import open_set
from bioviz.errors import BadInput, Missing
from bioviz.models import checkpoints, registry
from bioviz.models.finetuned import find
from bioviz.models.head import read_head
from bioviz.runs.thresholds.label_scores import gives_scores
from bioviz.runs.thresholds.of_run import compute_thresholds, judged
from bioviz.training.finetune import finetune
from bioviz.training.settings import TrainSettings
from tests.training import tiny

MODEL, BASE = "acoustic_features", "none"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(cache, dataset, checkpoint) of tones and background, learnt from measured features."""
    cache = tmp_path_factory.mktemp("head")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        dataset = tiny.tones(cache / "tones", files=20)
        library.save(dataset)
        return cache, dataset, finetune(dataset, MODEL, BASE, TrainSettings(epochs=1), name="tones by ear")


@pytest.fixture
def world(trained, monkeypatch):
    cache, dataset, checkpoint = trained
    monkeypatch.setenv("BIOVIZ_CACHE", str(cache))
    return dataset, checkpoint


def test_it_is_a_checkpoint_that_says_what_it_is(world):
    _, checkpoint = world
    record = checkpoint.record
    assert (
        record.head_only and record.base == BASE and record.outputs == ["background", "call 1200", "call 300"]
    )
    assert (
        record.test["accuracy"] > 0.9 and record.outcome.kind == "learnt" and record.outcome.p_chance < 0.05
    )
    assert checkpoint.name in registry.checkpoints(MODEL)
    state = registry.checkpoint_state(MODEL, checkpoint.name)
    assert state.available and "as they are" in state.message


def test_its_embeddings_are_those_of_its_base_and_nothing_is_computed_again(world):
    dataset, checkpoint = world
    assert registry.fingerprint(MODEL, checkpoint.name) == registry.fingerprint(MODEL, BASE)
    own, base = open_set(dataset, MODEL, checkpoint.name), open_set(dataset, MODEL, BASE)
    assert own is not None and own.key == base.key
    clip = np.zeros((1, tiny.RATE), np.float32)
    clip[0, 100:200] = 0.5
    import torch

    both = [
        registry.open_model(MODEL, name).embed(torch.from_numpy(clip), tiny.RATE)
        for name in (checkpoint.name, BASE)
    ]
    assert torch.equal(*both)


def test_its_scores_are_what_was_measured_on_the_test(world):
    dataset, checkpoint = world
    head = read_head(find(checkpoint.name).path, checkpoint.record.sha256, checkpoint.record)
    matrix = np.asarray(open_set(dataset, MODEL, BASE).matrix)
    names = set(checkpoint.record.split.recordings["test"])
    test = [i for i, of in enumerate(dataset.clips.recording) if dataset.recordings[of].name in names]
    answers = head.scores(matrix[test]).argmax(axis=1)
    assert (answers == dataset.targets[test]).mean() == pytest.approx(checkpoint.record.test["accuracy"])


def test_it_tells_what_it_heard_by_name_and_by_content(world):
    dataset, checkpoint = world
    split = checkpoint.record.split
    for part in ("train", "valid", "test"):
        of_part = [each.content_hash for each in dataset.recordings if each.name in split.recordings[part]]
        assert of_part and split.contents[part] == sorted(of_part)


def test_thresholds_rest_on_the_test_recordings_alone(world):
    dataset, checkpoint = world
    assert gives_scores(MODEL, checkpoint.name) and not gives_scores(MODEL, BASE)
    run = runs.compute_run(
        runs.RunSpec(dataset.id, MODEL, checkpoint.name, projection=ProjectionSpec(method="pca"))
    )
    done = compute_thresholds(run, 0.8)
    names = {dataset.recordings[i].name for i in dataset.clips.recording[run.rows[judged(run)]]}
    assert names == set(checkpoint.record.split.recordings["test"])
    assert {each.name for each in done.result.labels} == {"call 300", "call 1200"}
    assert all(each.state not in (CHANCE, NO_SCORES) for each in done.result.labels)


def test_it_goes_to_another_computer_and_a_changed_one_is_refused(world, monkeypatch, tmp_path):
    _, checkpoint = world
    packed = checkpoints.export(checkpoint.id)
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path))
    assert checkpoints.import_zip(packed).record.head_only
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        record, weights = json.loads(archive.read("record.json")), archive.read("model.safetensors")
    record["outputs"] = record["outputs"][:2]
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("record.json", json.dumps(record))
        archive.writestr("model.safetensors", weights)
    with pytest.raises(BadInput, match="not one on the embedding"):
        checkpoints.import_zip(other.getvalue())


def test_a_model_that_is_trained_has_no_head_only_checkpoint_of_another(world):
    _, checkpoint = world
    with pytest.raises((Missing, BadInput)):
        registry.open_model("resnet18", checkpoint.name)
