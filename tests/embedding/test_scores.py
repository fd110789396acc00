"""Scores of a model file: from the same pass as its embeddings, kept beside them under a key of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bioviz.audio.decode import load_clip
from bioviz.embedding.pipeline import embed_dataset, recipe_for, score_dataset
from bioviz.embedding.scores import open_scores, score_store, width_of
from bioviz.models import registry
from bioviz.models.base import PRETRAINED, Graph, ModelCard
from bioviz.models.cards import CARDS
from bioviz.models.file_model import FileModel
from bioviz.models.score_names import named, names_inside, score_names
from bioviz.progress import Silent
from bioviz.store.packs import SUFFIX
from tests.embedding.helpers import make_dataset, write_wav
from tests.models import files
from tests.models.conftest import weights_dir  # noqa: F401 (a fixture)
from tests.models.test_files import DIM, RATE, SAMPLES, WINDOW_S, small_card


@pytest.fixture(params=["litert", "onnx"])
def card(request, weights_dir, monkeypatch) -> ModelCard:  # noqa: F811
    """The card of a small file with five scores."""
    tensor = "pooled" if request.param == "litert" else "embedding"
    about = small_card(
        request.param, graph=Graph(request.param, tensor, WINDOW_S, scores="scores", scale="logit")
    )
    monkeypatch.setitem(CARDS, about.name, about)
    write = files.write_tflite if request.param == "litert" else files.write_onnx
    write(weights_dir / about.weights.name, SAMPLES, DIM)
    return about


@pytest.fixture
def dataset(tmp_path):
    paths = [write_wav(tmp_path / "sounds" / f"{i}.wav", seed=i, rate=RATE) for i in range(3)]
    return make_dataset(tmp_path / "sounds", paths)


def scores_by_hand(dataset, row: int) -> np.ndarray:
    """(LABELS,) the highest of the windows of a clip, computed without the file."""
    clips = dataset.clips
    start = float(clips.start_s[row])
    clip = load_clip(dataset.recordings[clips.recording[row]].sound, start, start + 1.0, RATE)
    _, second = files.weights_of(SAMPLES, DIM)
    return np.max([second @ files.expected(clip[i : i + SAMPLES], DIM) for i in (0, SAMPLES)], axis=0)


def read(dataset, recipe):
    return open_scores(dataset, recipe, lambda block: block, frozenset())


def test_scores_come_with_the_embeddings_in_one_pass(card, dataset, monkeypatch):
    passes = []
    run = FileModel.embed_and_score
    monkeypatch.setattr(
        FileModel, "embed_and_score", lambda self, w, r: passes.append(len(w)) or run(self, w, r)
    )
    monkeypatch.setattr(FileModel, "embed", lambda *_: pytest.fail("a pass of its own"))
    embeddings = embed_dataset(dataset, card.name, PRETRAINED, device="cpu")
    recipe = recipe_for(dataset, card.name, PRETRAINED, 0, "cpu")
    values = read(dataset, recipe)
    assert (
        values is not None
        and values.shape == (12, files.LABELS)
        and width_of(dataset, recipe) == files.LABELS
    )
    np.testing.assert_allclose(values[1], scores_by_hand(dataset, 1), rtol=2e-3, atol=1e-2)  # float16
    count = len(passes)
    score_dataset(dataset, recipe, "cpu", Silent())
    assert len(passes) == count and embeddings.matrix.shape == (12, DIM)


def test_older_embeddings_stay_when_scores_are_added(card, dataset, monkeypatch):
    scoring = card
    monkeypatch.setitem(CARDS, card.name, replace(card, graph=replace(card.graph, scores="", scale="")))
    before = embed_dataset(dataset, card.name, PRETRAINED, device="cpu")
    monkeypatch.setitem(CARDS, card.name, scoring)
    after = embed_dataset(dataset, card.name, PRETRAINED, device="cpu")
    assert before.key == after.key  # whether scores are read decides no embedding
    recipe = recipe_for(dataset, card.name, PRETRAINED, 0, "cpu")
    assert read(dataset, recipe) is None
    score_dataset(dataset, recipe, "cpu", Silent())
    np.testing.assert_allclose(read(dataset, recipe)[0], scores_by_hand(dataset, 0), rtol=2e-3, atol=1e-2)


def test_a_damaged_block_of_scores_is_computed_again(card, dataset):
    embed_dataset(dataset, card.name, PRETRAINED, device="cpu")
    recipe = recipe_for(dataset, card.name, PRETRAINED, 0, "cpu")
    whole = read(dataset, recipe)
    folder = score_store(recipe).path("ab").parents[1]
    path = next(path for path in folder.rglob("*") if path.suffix in (".npy", SUFFIX))
    content = bytearray(path.read_bytes())
    content[5] ^= 1
    path.write_bytes(content)
    assert read(dataset, recipe) is None
    score_dataset(dataset, recipe, "cpu", Silent())
    np.testing.assert_array_equal(read(dataset, recipe), whole)


def test_names_of_scores_are_found_inside_and_beside_the_file(card, weights_dir):  # noqa: F811
    assert score_names(card) == () and named(card, 2) == ("output 1", "output 2")
    path = weights_dir / card.weights.name
    path.with_name(f"{path.stem}_Labels.txt").write_text("a_A\nb_B\nc_C\nd_D\ne_E\n", "utf-8")
    from bioviz.models import score_names as module

    module._names.cache_clear()
    assert named(card, files.LABELS)[0] == "a_A"
    assert named(card, 4)[0] == "output 1"  # a list of another length is of another file
    assert names_inside(path) == ()


def test_yamnets_names_are_in_its_file():
    names = score_names(registry.card("yamnet"))
    if not names:
        pytest.skip("the file of YAMNet is not here")
    assert len(names) == 521 and "Dog" in names
