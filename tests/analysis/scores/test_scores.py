"""The paper's protocol against hand-written scikit-learn code; clustering, silhouettes and matching."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    normalized_mutual_info_score,
    silhouette_samples,
    silhouette_score,
)
from threadpoolctl import threadpool_limits

from bioviz.analysis.scores import silhouette
from bioviz.analysis.scores.clustering import CLUSTERINGS, cluster
from bioviz.analysis.scores.matching import match
from bioviz.analysis.scores.paper import paper_scores
from bioviz.analysis.scores.silhouette import BLOCK, FLAT, mean_silhouettes, silhouettes
from bioviz.errors import BadInput


def planted(n=300, labels=5, seed=0, spread=1.0):
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, labels, n)
    x = rng.normal(size=(labels, 12))[targets] * 4 + rng.normal(size=(n, 12)) * spread
    return x.astype(np.float32), x[:, :2].astype(np.float32), targets


def test_equals_scikit_learn_on_the_same_arrays():
    x, xy, targets = planted(spread=3)
    scores = paper_scores(x, xy, targets)
    predicted = KMeans(n_clusters=5, random_state=42).fit_predict(xy)
    assert (scores.clusters == predicted).all() and scores.k == 5
    assert scores.nmi == normalized_mutual_info_score(targets, predicted)
    assert scores.ari == adjusted_rand_score(targets, predicted)
    assert scores.silhouette == pytest.approx(silhouette_score(x, predicted), abs=1e-6)
    assert scores.notes == {}
    assert (paper_scores(x, xy, targets).clusters == scores.clusters).all()


def test_background_counts_as_a_label():
    x, xy, targets = planted(labels=3)
    assert paper_scores(x, xy, targets * 7).k == 3


@pytest.mark.parametrize("target", [0, 4])
def test_one_label_is_undefined_and_says_why(target):
    x, xy, _ = planted(20)
    scores = paper_scores(x, xy, np.full(20, target))
    assert (scores.nmi, scores.ari, scores.silhouette) == (None, None, None)
    assert scores.k == 1 and set(scores.notes) == {"nmi", "ari", "silhouette"}


def test_few_clips_and_copies():
    x = np.eye(3, dtype=np.float32)
    scores = paper_scores(x, x[:, :2], np.arange(3))
    assert scores.silhouette is None and "of its own" in scores.notes["silhouette"]
    assert scores.nmi == pytest.approx(1)
    same = paper_scores(np.ones((6, 3)), np.ones((6, 2)), np.array([0, 1, 2, 0, 1, 2]))
    assert same.silhouette is None and same.nmi == 0
    empty = paper_scores(np.zeros((0, 3)), np.zeros((0, 2)), np.zeros(0, int))
    assert empty.nmi is None and "no clip" in empty.notes["nmi"]


def test_clips_without_embedding_are_left_out_and_noted():
    x, xy, targets = planted()
    whole = paper_scores(x[5:], xy[5:], targets[5:])
    x[:5] = np.nan
    xy[:5] = np.nan
    scores = paper_scores(x, xy, targets)
    assert (scores.clusters[:5] == -1).all()
    assert (scores.nmi, scores.ari, scores.silhouette) == (whole.nmi, whole.ari, whole.silhouette)
    assert scores.notes["rows"].startswith("5 of 300")
    assert scores.to_dict()["k"] == 5


@pytest.mark.parametrize("n", [50, BLOCK + 1, 2 * BLOCK + 100])
def test_silhouettes_equal_scikit_learn(n):
    rng = np.random.default_rng(n)
    x = (rng.normal(size=(n, 16)) + 50).astype(np.float32)
    coarse, fine = rng.integers(0, 3, n), rng.integers(0, 40, n) * 3
    for ours, labels in zip(silhouettes(x, [coarse, fine]), (coarse, fine), strict=True):
        np.testing.assert_allclose(ours, silhouette_samples(x.astype(float), labels), atol=1e-6)


@pytest.mark.parametrize("d", [FLAT, 40])  # differences, products
@pytest.mark.parametrize("kind", ["copies", "tight", "far", "pairs"])
def test_silhouettes_hold_where_float32_runs_out(kind, d):
    rng = np.random.default_rng(3)
    labels = np.arange(300) % 3
    x = rng.normal(size=(3, d))[labels]
    if kind == "tight":
        x = x + rng.normal(size=(300, d)) * 1e-3
    if kind == "far":
        x = x + 1e4 + rng.normal(size=(300, d))
    if kind == "pairs":  # a near one for some clips, as windows that overlap
        x = rng.normal(size=(300, d))
        x[::7] = x[1::7] + rng.normal(size=x[::7].shape) * 1e-4
        labels[1::7] = labels[::7]
    x = x.astype(np.float32)
    labels[:10] = 2
    np.testing.assert_allclose(
        silhouettes(x, [labels])[0], silhouette_samples(x.astype(float), labels), atol=1e-6
    )


def test_silhouettes_do_not_depend_on_the_number_of_threads():
    rng = np.random.default_rng(4)
    x, labels = rng.normal(size=(3 * BLOCK, 12)).astype(np.float32), rng.integers(0, 5, 3 * BLOCK)
    found = []
    for threads in (1, 3):
        with threadpool_limits(threads, "blas"):
            found.append(silhouettes(x, [labels])[0])
    np.testing.assert_allclose(*found, atol=1e-9)


def test_a_silhouette_of_one_group_is_undefined():
    assert np.isnan(silhouettes(np.eye(4), [np.zeros(4)])[0]).all()


@pytest.mark.parametrize("method", CLUSTERINGS)
def test_every_clustering_finds_clear_groups(method):
    _, xy, targets = planted(400, 3, spread=0.2)
    x, _, _ = planted(400, 3, spread=0.2)
    for points in (xy, x):
        found = cluster(points, 3, method)
        assert found.dtype == np.int32 and adjusted_rand_score(targets, found) > 0.95
        assert (cluster(points, 3, method) == found).all()


def test_agglomerative_above_the_dense_limit(monkeypatch):
    monkeypatch.setattr("bioviz.analysis.scores.clustering.DENSE_WARD_UP_TO", 100)
    _, xy, targets = planted(400, 3, spread=0.2)
    assert adjusted_rand_score(targets, cluster(xy, 3, "agglomerative")) > 0.95


@pytest.mark.parametrize("method", CLUSTERINGS)
def test_clustering_of_few_odd_points(method):
    assert cluster(np.zeros((0, 2)), 3, method).tolist() == []
    assert len(cluster(np.ones((6, 2)), 3, method)) == 6
    points = np.array([[0, 0], [np.nan, 1], [5, 5], [5.1, 5], [0, 0.1]])
    found = cluster(points, 2, method)
    assert found[1] == -1
    if method != "hdbscan":
        assert found[0] == found[4] != found[2] == found[3]


def test_clustering_says_what_is_wrong():
    with pytest.raises(BadInput, match="Unknown clustering 'dbscan'"):
        cluster(np.zeros((3, 2)), 2, "dbscan")
    with pytest.raises(BadInput, match="at least 1"):
        cluster(np.zeros((3, 2)), 0)


def test_match_by_hand():
    clusters = np.array([0, 0, 0, 1, 1, 2, 2, -1])
    targets = np.array([2, 2, 0, 0, 0, 0, 2, 1])
    found = match(clusters, targets, 3)
    assert found.table.tolist() == [[1, 0, 2], [2, 0, 0], [1, 0, 1]]
    assert found.assigned.tolist() == [2, 0, -1]  # the third cluster would get label 1, of which it has none
    assert found.matched == 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 3)), max_size=30))
def test_match_is_the_best_of_all(pairs):
    clusters = np.array([a for a, _ in pairs], dtype=int)
    targets = np.array([b for _, b in pairs], dtype=int)
    found = match(clusters, targets, 4)
    table = np.zeros((4, 4), int)
    for c, t in pairs:
        if c >= 0:
            table[c, t] += 1
    best = max(sum(table[c, p[c]] for c in range(4)) for p in permutations(range(4)))
    assert found.matched == best
    assert (found.table == table[: len(found.table)]).all()


@pytest.mark.parametrize("d", [2, 20])
def test_a_mean_silhouette_of_many_is_that_of_a_sample_against_all(d, monkeypatch):
    """Of all of them the mean is exact, and of a tenth within its standard error of it."""
    rng = np.random.default_rng(3)
    n, fine = 2500, rng.integers(0, 7, 2500)
    x = (rng.normal(size=(n, d)) + 2 * rng.normal(size=(7, d))[fine]).astype(np.float32)
    x[9] = x[8]  # two in one place
    labelings = [fine, fine // 3]
    exact = silhouettes(x, labelings)
    monkeypatch.setattr(silhouette, "SAMPLE", n)
    whole = mean_silhouettes(x, labelings, exact_up_to=100)
    np.testing.assert_allclose(whole, [each.mean() for each in exact], atol=1e-6)
    monkeypatch.setattr(silhouette, "SAMPLE", 250)
    part = mean_silhouettes(x, labelings, exact_up_to=100)
    assert part == mean_silhouettes(x, labelings, exact_up_to=100) != whole
    chosen = np.sort(np.random.default_rng(0).choice(n, 250, replace=False))
    np.testing.assert_allclose(part, [each[chosen].mean() for each in exact], atol=1e-6)
    assert mean_silhouettes(x, labelings, exact_up_to=n) == [each.mean() for each in exact]


def test_a_silhouette_of_a_sample_says_so(monkeypatch):
    rng = np.random.default_rng(4)
    x, targets = rng.normal(size=(60, 5)).astype(np.float32), np.arange(60) % 3
    assert "silhouette" not in paper_scores(x, x[:, :2], targets).notes
    monkeypatch.setattr(silhouette, "EXACT_UP_TO", 50)
    assert "10,000 of the 60 clips" in paper_scores(x, x[:, :2], targets).notes["silhouette"]


def test_help_and_notes_say_what_is_estimated_from_a_sample():
    """The numbers that are said are those that are computed with."""
    from bioviz.analysis.metric_info import METRIC_INFO
    from bioviz.analysis.neighbors import jackknife
    from bioviz.analysis.projection import trustworthiness
    from bioviz.analysis.statistics import max_t

    assert f"{trustworthiness.SAMPLE:,} of them" in METRIC_INFO["trustworthiness"].text
    assert f"{silhouette.SAMPLE:,} of them" in METRIC_INFO["silhouette"].text
    assert f"more than {jackknife.MAX_PARTS} units" in METRIC_INFO["label_confusion"].text
    assert f"more than {max_t.MAX_UNITS:,}" in METRIC_INFO["family_p"].text
