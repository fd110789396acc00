"""Embedding sets that are stored as float16: named as such, half as large, and as good as float32."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bioviz import runs
from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.analysis.rows import float32_rows, prepare
from bioviz.config import settings
from bioviz.embedding.pipeline import embed_dataset
from bioviz.embedding.stored.sets import MATRIX, folder_of, key_for, open_set, write_set
from bioviz.errors import BadInput
from bioviz.runs.diagnosis import compute_diagnosis
from tests.embedding.helpers import make_dataset, write_wav

PCA = ProjectionSpec(method="pca")


@pytest.fixture
def dataset(tmp_path):
    made = make_dataset(tmp_path, [write_wav(tmp_path / f"{i}.wav", seed=i) for i in range(3)])
    from bioviz.datasets import library

    library.save(made)
    return made


def test_a_set_of_float16_has_a_key_of_its_own_and_says_what_it_is(dataset, monkeypatch):
    whole = embed_dataset(dataset, "acoustic_features", "none")
    assert whole.matrix.dtype == np.float32 and "stored_as" not in whole.provenance
    other = replace(dataset, plan=replace(dataset.plan, min_overlap=0.5), id="other")  # the same set
    monkeypatch.setenv("BIOVIZ_STORED_AS", "float16")
    assert open_set(other, "acoustic_features", "none").key == whole.key, "what is there stays in use"
    moved = replace(dataset, id="moved", clips=replace(dataset.clips, start_s=dataset.clips.start_s + 0.01))
    assert open_set(moved, "acoustic_features", "none") is None
    half = embed_dataset(moved, "acoustic_features", "none")
    assert half.matrix.dtype == np.float16 and half.provenance["stored_as"] == "float16"
    assert open_set(moved, "acoustic_features", "none").key == half.key
    monkeypatch.delenv("BIOVIZ_STORED_AS")
    assert open_set(moved, "acoustic_features", "none") is None
    exact = embed_dataset(moved, "acoustic_features", "none")
    assert exact.key != half.key and exact.matrix.dtype == np.float32
    np.testing.assert_array_equal(half.matrix, exact.matrix.astype(np.float16))
    np.testing.assert_allclose(half.matrix, exact.matrix, rtol=2**-11, atol=1e-7)


def test_a_run_and_its_diagnosis_rest_on_float16_and_compute_in_float32(dataset, monkeypatch):
    monkeypatch.setenv("BIOVIZ_STORED_AS", "float16")
    run = runs.compute_run(runs.RunSpec(dataset.id, "acoustic_features", "none", projection=PCA))
    assert run.embedding.dtype == np.float16 and run.xy.dtype == np.float32
    assert run.provenance["embedding"]["stored_as"] == "float16"
    np.testing.assert_array_equal(
        run.graph.distances, knn(run.embedding.astype(np.float32), run.graph.k, "euclidean").distances
    )
    found = compute_diagnosis(run)
    monkeypatch.delenv("BIOVIZ_STORED_AS")
    exact = runs.compute_run(runs.RunSpec(dataset.id, "acoustic_features", "none", projection=PCA))
    assert exact.key != run.key
    same = compute_diagnosis(exact)
    np.testing.assert_allclose(found.clips.medoid_distance, same.clips.medoid_distance, rtol=0.02, atol=1e-3)


def test_numbers_beyond_float16_are_refused_in_a_sentence(tmp_path):
    x = np.array([[1.0, 70_000.0]], dtype=np.float32)
    with pytest.raises(BadInput, match=r"reach 70,000, and float16 ends at 65,504. Set BIOVIZ_STORED_AS"):
        write_set(tmp_path / "set", (1, 2), [(np.arange(1), x)], key="k", provenance={}, stored_as="float16")
    kept = write_set(tmp_path / "set", (1, 2), [(np.arange(1), x)], key="k", provenance={})
    assert kept.matrix[0, 1] == 70_000
    missing = write_set(
        tmp_path / "gap", (2, 2), [(np.arange(2), None)], key="k", provenance={}, stored_as="float16"
    )
    assert np.isnan(missing.matrix).all() and not missing.valid.any()


@pytest.mark.parametrize(
    ("scale", "kept"), [(1.0, True), (1e-4, True), (1e-6, False), (1e-9, False), (0.0, True)]
)
def test_embeddings_too_small_for_float16_are_refused_in_a_sentence(tmp_path, scale, kept):
    x = np.random.default_rng(3).normal(size=(4, 16)).astype(np.float32) * np.float32(scale)
    x[:, 0] = scale
    x[1:, 1:] = 0  # one number alone may be small beside others, or all there is
    write = {"key": "k", "provenance": {}, "stored_as": "float16"}
    if kept:
        matrix = write_set(tmp_path / "set", x.shape, [(np.arange(4), x)], **write).matrix
        largest = np.abs(x).max(axis=1)
        assert (np.abs(matrix.astype(np.float32) - x).max(axis=1) <= largest / 900).all()
    else:
        with pytest.raises(BadInput, match=r"few steps left. Set BIOVIZ_STORED_AS to float32"):
            write_set(tmp_path / "set", x.shape, [(np.arange(4), x)], **write)


def test_a_set_of_float16_takes_half_the_room(tmp_path):
    x = np.random.default_rng(0).normal(size=(500, 64)).astype(np.float32)
    sizes = []
    for kind in ("float32", "float16"):
        write_set(tmp_path / kind, x.shape, [(np.arange(500), x)], key="k", provenance={}, stored_as=kind)
        sizes.append((tmp_path / kind / MATRIX).stat().st_size)
    assert 0.5 <= sizes[1] / sizes[0] < 0.51


def test_nearly_all_neighbors_stay_where_numbers_are_rounded():
    x = np.random.default_rng(1).normal(size=(1500, 32)).astype(np.float32)
    exact, rounded = (knn(each, 20, "euclidean") for each in (x, x.astype(np.float16)))
    kept = [len(np.intersect1d(*pair)) for pair in zip(exact.indices, rounded.indices, strict=True)]
    assert np.mean(kept) / 20 > 0.99
    assert prepare(x.astype(np.float16), "cosine").x.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_rows_are_upcast_by_blocks_and_left_alone_where_nothing_changes(dtype, monkeypatch):
    monkeypatch.setattr("bioviz.analysis.rows.BLOCK_BYTES", 100)
    x = np.random.default_rng(2).normal(size=(40, 6)).astype(dtype)
    rows = np.array([3, 5, 39])
    np.testing.assert_array_equal(float32_rows(x, rows), x[rows].astype(np.float32))
    np.testing.assert_array_equal(float32_rows(x), x.astype(np.float32))
    assert (float32_rows(x, np.arange(40)) is x) == (dtype == np.float32)


def test_an_unknown_kind_of_number_is_a_sentence(monkeypatch):
    monkeypatch.setenv("BIOVIZ_STORED_AS", "int8")
    with pytest.raises(BadInput, match="BIOVIZ_STORED_AS is 'int8': it must be float32 or float16"):
        settings()


def test_the_key_says_which(dataset, monkeypatch):
    whole, kind = key_for(dataset, "model", 8000)
    monkeypatch.setenv("BIOVIZ_STORED_AS", "float16")
    half, of_half = key_for(dataset, "model", 8000)
    assert (kind, of_half) == ("float32", "float16") and folder_of(whole) != folder_of(half)
