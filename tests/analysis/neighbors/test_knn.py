"""The neighbor graph against scikit-learn and against a plain loop, and its hard cases."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from bioviz.analysis.neighbors import cells
from bioviz.analysis.neighbors.knn import is_approximate, knn, knn_both
from bioviz.errors import BadInput
from bioviz.models.devices import pair_search


def slow_knn(x, k, metric, groups=None):
    """(indices, distances) by a loop over pairs."""
    n = len(x)
    indices, distances = np.full((n, k), -1), np.full((n, k), np.inf)
    for i in range(n):
        pairs = []
        for j in range(n):
            if i == j or (groups is not None and groups[i] == groups[j]):
                continue
            a, b = x[i].astype(float), x[j].astype(float)
            if metric == "euclidean":
                d = np.sqrt(((a - b) ** 2).sum())
            else:
                norm = np.linalg.norm(a) * np.linalg.norm(b)
                d = 1 - (a @ b / norm if norm else 0)
            pairs.append((d, j))
        for column, (d, j) in enumerate(sorted(pairs)[:k]):
            indices[i, column], distances[i, column] = j, d
    return indices, distances


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_equals_scikit_learn(metric):
    x = np.random.default_rng(1).normal(3, 1, (400, 24)).astype(np.float32)
    graph = knn(x, 10, metric)
    distances, indices = (
        NearestNeighbors(n_neighbors=10, metric=metric, algorithm="brute").fit(x).kneighbors()
    )
    assert graph.indices.dtype == np.int32 and graph.distances.dtype == np.float32
    assert (graph.indices == indices).all()
    np.testing.assert_allclose(graph.distances, distances, atol=2e-6)


DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_gpu_gives_the_bytes_of_the_processor(metric, device, monkeypatch):
    """torch's search, on the processor where there is no GPU; by blocks, with groups, zeros and a failed clip."""
    rng = np.random.default_rng(5)
    x, groups = rng.normal(size=(700, 20)).astype(np.float32), rng.integers(0, 50, 700)
    x[7] = 0
    x[9] = np.nan
    expected = knn_both(x, 12, groups, metric)
    made = []

    class OnDevice(pair_search.PairSearch):
        block_bytes = 4 * 700 * 64

        def __init__(self, x, squares, penalty, name):
            made.append(name)
            super().__init__(x, squares, penalty, device)

    monkeypatch.setattr(pair_search, "PairSearch", OnDevice)
    found = knn_both(x, 12, groups, metric, exact_up_to=10, device="a GPU")
    assert made == ["a GPU"]
    for graph, same in zip(expected, found, strict=True):
        assert graph.indices.tobytes() == same.indices.tobytes()
        assert graph.distances.tobytes() == same.distances.tobytes()
        assert not same.approximate
    assert knn(x, 12, metric, exact_up_to=10, device="cpu").approximate


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_leaves_out_the_own_group(metric):
    rng = np.random.default_rng(2)
    x, groups = rng.normal(size=(60, 5)).astype(np.float32), rng.integers(0, 6, 60) * 7
    with_all, without = knn_both(x, 8, groups, metric)
    for graph, given_groups in ((with_all, None), (without, groups)):
        indices, distances = slow_knn(x, 8, metric, given_groups)
        assert (graph.indices == indices).all()
        np.testing.assert_allclose(graph.distances, distances, atol=2e-6)
    assert without.grouped and not with_all.grouped
    assert (knn(x, 8, metric, groups).indices == without.indices).all()
    first = without.first(3)
    assert (first.indices == without.indices[:, :3]).all() and first.k == 3
    # Measures ask it whether neighbors of the own group are missing.
    assert first.grouped and not with_all.first(3).grouped and first.metric == metric


def test_too_few_neighbors_are_minus_one_and_infinity():
    x = np.arange(6, dtype=np.float32).reshape(6, 1)
    graph = knn(x, 4, "euclidean", groups=np.array([0, 0, 0, 0, 0, 1]))
    assert graph.indices[0].tolist() == [5, -1, -1, -1]
    assert graph.distances[0].tolist() == [5, np.inf, np.inf, np.inf]
    assert graph.indices[5].tolist() == [4, 3, 2, 1]
    assert knn(x[:1], 3).indices.tolist() == [[-1, -1, -1]]
    assert knn(x[:0], 3).indices.shape == (0, 3)


def test_rows_with_nan_have_no_neighbors_and_are_nobodys():
    x = np.random.default_rng(3).normal(size=(20, 4)).astype(np.float32)
    x[4, 1] = np.nan
    x[9] = np.inf
    graph = knn(x, 5, "euclidean")
    assert (graph.indices[[4, 9]] == -1).all() and np.isinf(graph.distances[[4, 9]]).all()
    rest = np.delete(np.arange(20), [4, 9])
    assert (graph.indices[rest] >= 0).all() and not np.isin(graph.indices[rest], [4, 9]).any()
    assert (graph.indices[rest] == rest[knn(x[rest], 5, "euclidean").indices]).all()


def test_copies_are_at_distance_zero_even_far_from_the_origin():
    x = np.random.default_rng(4).normal(size=(10, 6)).astype(np.float32) + 1000
    x = np.vstack([x, x, x])
    for metric in ("euclidean", "cosine"):
        graph = knn(x, 2, metric)
        assert (graph.indices % 10 == np.arange(30)[:, None] % 10).all()
        assert (graph.distances == 0).all()
        assert (np.diff(graph.indices, axis=1) > 0).all()  # ties by row


def test_a_row_of_zeros_is_at_cosine_distance_one():
    x = np.array([[0, 0], [0, 0], [1, 0], [2, 0.0], [-1, 0]], dtype=np.float32)
    graph = knn(x, 4, "cosine")
    assert graph.distances[0].tolist() == [1, 1, 1, 1]
    assert graph.distances[2].tolist() == [0, 1, 1, 2]
    assert graph.indices[2].tolist() == [3, 0, 1, 4]


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_probable_neighbors_are_nearly_all_the_nearest_and_no_row_has_fewer(metric):
    rng = np.random.default_rng(5)
    recording = np.repeat(np.arange(30), 100)
    x = (rng.normal(size=(3000, 12)) + 2 * rng.normal(size=(30, 12))[recording]).astype(np.float32)
    x[17] = 0
    x[40] = np.nan
    x[50:350] = x[50]  # silence, again and again: more of it than a cell may hold
    exact = knn_both(x, 20, recording, metric)
    rough = knn_both(x, 20, recording, metric, exact_up_to=100, device="cpu")
    for a, b in zip(exact, rough, strict=True):
        assert b.approximate and not a.approximate
        assert (b.indices[40] == -1).all() and not (b.indices == 40).any()
        known = np.delete(np.arange(3000), 40)
        assert (b.indices[known] >= 0).all()
        assert (np.diff(b.distances[known], axis=1) >= 0).all()
        assert a.grouped == b.grouped
        # Whichever copies of a clip are its neighbors: found are as near ones as there are.
        copies = slice(50, 350)
        np.testing.assert_allclose(b.distances[copies], a.distances[copies], atol=1e-5)
        found = [
            len(np.intersect1d(*pair)) / 20 for pair in zip(a.indices[350:], b.indices[350:], strict=True)
        ]
        assert np.mean(found) > 0.95
    assert (recording[rough[1].indices[known]] != recording[known][:, None]).all()


def test_a_recording_that_holds_nearly_all_clips_leaves_the_others_for_exact_search():
    rng = np.random.default_rng(6)
    recording = np.repeat([0, 1], [480, 20])
    x = (rng.normal(size=(500, 8)) + 30 * recording[:, None]).astype(np.float32)
    exact = knn(x, 15, "euclidean", recording)
    rough = knn(x, 15, "euclidean", recording, exact_up_to=100, device="cpu")
    assert (exact.indices == rough.indices).mean() > 0.99
    assert (rough.indices >= 0).all()
    np.testing.assert_allclose(exact.distances, rough.distances, rtol=1e-2)


def test_probable_neighbors_are_the_same_on_any_number_of_threads(monkeypatch):
    rng = np.random.default_rng(7)
    x, recording = rng.normal(size=(2500, 16)).astype(np.float32), rng.integers(0, 40, 2500)
    graphs = []
    for workers in (1, 3):
        monkeypatch.setattr(cells, "MAX_WORKERS", workers)
        monkeypatch.setattr(cells.os, "sched_getaffinity", lambda _: range(8), raising=False)
        graphs.append(knn_both(x, 10, recording, approximate=True))
    for one, three in zip(*graphs, strict=True):
        assert one.indices.tobytes() == three.indices.tobytes()
        assert one.distances.tobytes() == three.distances.tobytes()
    another = knn(x, 10, approximate=True, seed=1)
    assert (another.indices == graphs[0][0].indices).mean() > 0.9


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_an_approximate_search_tells_how_many_neighbors_it_found(monkeypatch, metric):
    """Against counting them one by one; also of a search that finds few."""
    rng = np.random.default_rng(6)
    x, recording = rng.normal(size=(900, 12)).astype(np.float32), np.arange(900) // 30
    monkeypatch.setattr("bioviz.analysis.neighbors.knn.CHECKED", 900)
    exact = knn_both(x, 10, recording, metric, approximate=False)
    assert [graph.recall for graph in exact] == [None, None]

    def guess(rows, count, groupings, seed, progress):
        drawn = []
        for of in groupings:
            own = np.arange(900) if of is None else of
            allowed = [np.flatnonzero(own != own[row]) for row in range(900)]
            drawn.append(np.array([rng.choice(each, 300, replace=False) for each in allowed], dtype=np.int32))
        return drawn

    for found_by, likely in ((None, (0.9, 1.0)), (guess, (0.0, 0.5))):
        if found_by is not None:
            monkeypatch.setattr("bioviz.analysis.neighbors.knn.probable_neighbors", found_by)
        for true, rough in zip(exact, knn_both(x, 10, recording, metric, approximate=True), strict=True):
            share = np.mean(
                [len(np.intersect1d(*pair)) / 10 for pair in zip(true.indices, rough.indices, strict=True)]
            )
            assert rough.recall == pytest.approx(share, abs=1e-9) and likely[0] <= share <= likely[1]


@pytest.mark.parametrize("x", [np.zeros((0, 3)), np.full((20, 3), np.nan)])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_of_no_clip_with_an_embedding_an_approximate_search_finds_nothing(x, metric):
    for graph in knn_both(x, 5, np.arange(len(x)), metric, approximate=True):
        assert graph.indices.shape == (len(x), 5) and (graph.indices == -1).all()
        assert graph.approximate and graph.recall is None


@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 60), k=st.integers(1, 8), groups=st.integers(1, 6), seed=st.integers(0, 1000))
def test_probable_neighbors_of_few_clips_are_the_nearest(n, k, groups, seed):
    """A dozen cells are all that there are of few rows."""
    rng = np.random.default_rng(seed)
    x, groups = rng.normal(size=(n, 3)).astype(np.float32), rng.integers(0, groups, n)
    graph = knn(x, k, "euclidean", groups, approximate=True)
    indices, _ = slow_knn(x, k, "euclidean", groups)
    assert (graph.indices == indices).mean() > 0.9
    valid = graph.indices >= 0
    assert (valid == (indices >= 0)).all()
    assert (groups[graph.indices] != groups[:, None])[valid].all()


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 25), k=st.integers(1, 8), groups=st.integers(1, 5), seed=st.integers(0, 1000))
def test_against_the_loop(n, k, groups, seed):
    rng = np.random.default_rng(seed)
    x, groups = rng.normal(size=(n, 3)).astype(np.float32), rng.integers(0, groups, n)
    graph = knn(x, k, "euclidean", groups)
    indices, distances = slow_knn(x, k, "euclidean", groups)
    assert (graph.indices == indices).all()
    np.testing.assert_allclose(graph.distances, distances, rtol=1e-5)


def test_says_what_is_wrong():
    x = np.zeros((4, 2), np.float32)
    with pytest.raises(BadInput, match="at least 1"):
        knn(x, 0)
    with pytest.raises(BadInput, match="Unknown distance 'manhattan'"):
        knn(x, 1, "manhattan")
    with pytest.raises(BadInput, match="3 groups were given for 4 clips"):
        knn(x, 1, groups=np.zeros(3))
    with pytest.raises(BadInput, match="one row a clip"):
        knn(np.zeros(4), 1)


@pytest.mark.parametrize(
    ("named", "device"),
    [("", "cuda"), ("all", "cuda"), ("cuda:1", "cuda:1"), ("cpu", None), ("mps", None)],
)
def test_neighbors_are_searched_on_the_gpu_that_the_settings_name(named, device, monkeypatch):
    """On a computer that seems to have two GPUs, the second with more room."""
    monkeypatch.setenv("BIOVIZ_DEVICE", named)
    monkeypatch.setattr(pair_search, "shows_a_gpu", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    room = {"cuda": 8 << 30, "cuda:1": 80 << 30}
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device="cuda": (room[device], 0))
    assert pair_search.search_device(1000, 100) == device
    rows = 10_000_000  # 20 GB
    assert pair_search.search_device(rows, 500) == (device if device == "cuda:1" else None)
    assert is_approximate(rows, 500) == (device != "cuda:1")
