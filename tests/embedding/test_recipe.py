"""A block's key holds all that decides its embeddings; a set's all but what it was computed on."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from bioviz.embedding import keys as recipes
from bioviz.embedding.complete import _Content
from bioviz.embedding.keys import Recipe, set_key
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.store.keys import key_of
from tests.embedding.helpers import make_dataset, write_wav

RECIPE = Recipe("m", "random", 0, "float32", "cpu float32", "print", "identity", 8000, 1.0, 5)
STARTS = np.array([0.0, 0.5])
CHANGES = {
    "fingerprint": "other",
    "arithmetic": "cuda float32 (convolutions in TF32)",
    "rate": 16000,
    "width_s": 2.0,
}
NOT_READ = {
    "model": "n",
    "checkpoint": "ft:1",
    "seed": 1,
    "precision": "bfloat16",
    "identity": "i",
    "dim": 6,
    "scores": "s",
}
"""They are read through the fingerprint, or not at all by the block."""


@pytest.mark.parametrize("name", [each.name for each in fields(Recipe)])
def test_what_decides_a_block_is_in_its_key(name):
    changed = replace(RECIPE, **{name: {**CHANGES, **NOT_READ}[name]})
    same = changed.block_key("content", STARTS) == RECIPE.block_key("content", STARTS)
    assert same == (name in NOT_READ)


def test_rate_counts_even_where_the_samples_in_a_window_are_as_many():
    slower = replace(RECIPE, rate=4000, width_s=2.0)
    assert slower.width == RECIPE.width
    assert slower.block_key("content", STARTS) != RECIPE.block_key("content", STARTS)


def test_sound_windows_resampler_and_version_count(monkeypatch):
    key = RECIPE.block_key("content", STARTS)
    assert RECIPE.block_key("other", STARTS) != key and RECIPE.block_key("content", STARTS[:1]) != key
    with monkeypatch.context() as patch:
        patch.setattr(recipes, "RESAMPLER", "another")
        assert RECIPE.block_key("content", STARTS) != key
    monkeypatch.setattr(recipes, "VERSION", 99)
    assert RECIPE.block_key("content", STARTS) != key


@pytest.fixture
def dataset(tmp_path):
    return make_dataset(tmp_path, [write_wav(tmp_path / f"{i}.wav", seed=i) for i in range(3)])


def test_a_set_is_named_by_model_sound_and_windows(dataset):
    key = set_key(dataset, "model", 8000)
    clips = dataset.clips
    others = [
        set_key(dataset, "another", 8000),
        set_key(dataset, "model", 16000),
        set_key(replace(dataset, plan=replace(dataset.plan, width_s=1.5)), "model", 8000),
        set_key(replace(dataset, recordings=dataset.recordings[::-1]), "model", 8000),
        set_key(replace(dataset, clips=replace(clips, start_s=clips.start_s + 0.1)), "model", 8000),
        set_key(replace(dataset, clips=replace(clips, recording=clips.recording[::-1])), "model", 8000),
    ]
    assert len({key, *others}) == 7


def test_names_paths_labels_and_splits_do_not_count_for_a_set(dataset, tmp_path):
    clips = dataset.clips
    moved = [
        replace(r, path=tmp_path / "elsewhere", name=f"x/{r.name}", site="s") for r in dataset.recordings
    ]
    same = replace(
        dataset,
        id="other",
        name="other",
        labels=("owl",),
        recordings=tuple(moved),
        plan=replace(dataset.plan, hop_s=9.0),
        clips=replace(clips, labels=~clips.labels, split=np.full(len(clips), "test")),
    )
    assert set_key(same, "model", 8000) == set_key(dataset, "model", 8000)


@pytest.mark.parametrize("change", [{"set_key": "b"}, {"made_by": "cuda"}, {"failed": (1,)}])
def test_what_a_set_holds_is_named_by_what_it_was_computed_with_too(change):
    content = _Content("a", "cpu", ())
    assert set(change) <= {each.name for each in fields(_Content)}
    assert key_of("set content", 1, replace(content, **change)) != key_of("set content", 1, content)


def test_a_block_of_other_numbers_is_dropped(own_cache):
    store = BlockStore("kind", 3)
    block = np.arange(6, dtype=np.float32).reshape(2, 3)
    store.save("ab12", block)
    assert (store.load("ab12", 2) == block).all()
    for wrong in (block.astype(np.float64), block.astype(np.int32), block[:1], block[:, :2]):
        store.save("ab12", wrong)
        assert store.load("ab12", 2) is None and not store.has("ab12")
