"""Noise confusion, purity, matrices, outliers: against loops, and against planted truths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import LocalOutlierFactor

from bioviz.analysis.codes import with_background
from bioviz.analysis.neighbors.jackknife import MIN_UNITS, parts_of, replicates
from bioviz.analysis.neighbors.knn import knn, knn_both
from bioviz.analysis.neighbors.label_confusion import label_confusion, label_scores, neighbor_matrix
from bioviz.analysis.neighbors.neighborhood import same_share, shared_label_share
from bioviz.analysis.neighbors.noise_confusion import balanced, in_copies, noise_confusion
from bioviz.analysis.neighbors.outliers import local_outlier_factor, medoid_distance
from bioviz.analysis.scores.prediction import neighbor_auroc
from bioviz.analysis.statistics.auc import auroc_of_copies
from tests.analysis.planted import planted


def of(p, graph=1):
    return noise_confusion(p.graphs[graph], p.background, p.recording)


def slow_confusion(graph, background, recording):
    out = np.full(len(background), np.nan)
    for i, row in enumerate(graph.indices):
        near = [j for j in row if j >= 0]
        others = [
            j
            for j in range(len(background))
            if j != i
            and (not graph.grouped or recording[j] != recording[i])
            and (graph.indices[j] >= 0).any()
        ]
        if not near or not others:
            continue
        b, p = np.mean(background[near]), np.mean(background[others])
        if 0 < p < 1:
            s = (b / p) / (b / p + (1 - b) / (1 - p))
            out[i] = 1 - s if background[i] else s
    return out


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 500), st.integers(2, 40), st.integers(1, 6))
def test_noise_confusion_equals_the_loop(seed, n, k):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)).astype(np.float32)
    x[rng.random(n) < 0.1] = np.nan
    background, recording = rng.random(n) < 0.6, rng.integers(0, 5, n)
    for graph in knn_both(x, k, recording, "euclidean"):
        ours = noise_confusion(graph, background, recording).confusion
        np.testing.assert_allclose(ours, slow_confusion(graph, background, recording), atol=1e-6)


def test_separated_is_nought_and_shuffled_is_chance():
    assert np.nanmax(of(planted()).confusion) < 0.05
    for background in (0.2, 0.5, 0.9):
        p = planted(n=2000, background=background, shuffle=True)
        for graph in (0, 1):
            score = of(p, graph).confusion
            for side in (p.background, ~p.background):
                assert np.mean(score[side]) == pytest.approx(0.5, abs=0.1)
            by_label = label_confusion(p.graphs[graph], of(p, graph), p.labels, p.recording)
            assert by_label.confusion == pytest.approx(np.full(4, 0.5), abs=0.06)


def test_follows_the_mixing():
    means = []
    for mixing in (0, 0.2, 0.4, 0.6, 0.8, 1):
        p = planted(n=1500, mixing=mixing)
        means.append(np.mean(of(p).confusion[~p.background]))
        confused = of(p).confused[~p.background]
        if 0 < mixing < 0.6:  # until background's place belongs to labelled clips as much
            assert (confused == p.mixed[~p.background]).mean() > 0.97
    assert (np.diff(means) > 0).all() and means[0] < 0.02 and means[-1] == pytest.approx(0.5, abs=0.05)


def test_the_share_of_background_does_not_matter():
    scores = []
    for background in (0.3, 0.6, 0.9):
        p = planted(n=1500, background=background, mixing=0.3, per_recording=1)
        score = of(p).confusion
        scores.append(np.mean(score[~p.background & ~p.mixed]))
    assert max(scores) < 0.02
    assert balanced(np.array([0.9]), np.array([0.9]))[0] == pytest.approx(0.5)
    assert np.isnan(balanced(np.array([0.5, 0.5]), np.array([0.0, 1.0]))).all()


def test_one_sided_sets_are_undefined():
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    for background in (np.ones(20, bool), np.zeros(20, bool)):
        result = noise_confusion(knn(x, 5), background)
        assert np.isnan(result.confusion).all() and not result.confused.any()


def test_purity_and_same_share_equal_the_loop():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 3)).astype(np.float32)
    x[7] = np.nan
    labels, site = rng.random((80, 4)) < 0.25, rng.integers(-1, 3, 80)
    graph = knn(x, 6, groups=rng.integers(0, 30, 80))
    purity, same = shared_label_share(graph, labels), same_share(graph, site)
    for i, row in enumerate(graph.indices):
        near = row[row >= 0]
        if not len(near):
            assert np.isnan(purity[i]) and np.isnan(same[i])
            continue
        hits = [(labels[i] & labels[j]).any() or not (labels[i].any() or labels[j].any()) for j in near]
        assert purity[i] == pytest.approx(np.mean(hits))
        known = near[site[near] >= 0]
        if site[i] < 0 or not len(known):
            assert np.isnan(same[i])
        else:
            assert same[i] == pytest.approx(np.mean(site[known] == site[i]))


def test_neighbor_matrix_equals_the_loop():
    rng = np.random.default_rng(2)
    x, labels = rng.normal(size=(60, 3)).astype(np.float32), rng.random((60, 3)) < 0.3
    labels[:, 2] = False
    graph = knn(x, 5)
    ours = neighbor_matrix(graph, labels)
    full = np.hstack([~labels.any(axis=1, keepdims=True), labels])
    slow = np.zeros((4, 4))
    for i, row in enumerate(graph.indices):
        for j in row:
            for a in np.flatnonzero(full[i]):
                for b in np.flatnonzero(full[j]):
                    slow[a, b] += 1 / full[j].sum()
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(ours, slow / slow.sum(axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(ours[:3].sum(axis=1), 1, atol=1e-6)
    assert np.isnan(ours[3]).all()


def test_labels_are_ranked_by_confusion_with_intervals_that_hold_it():
    p = planted(n=1500, labels=3)
    x = p.x.copy()
    worse = p.targets == 2
    x[worse & (np.arange(1500) % 2 == 0)] = x[
        np.flatnonzero(p.background)[: (worse & (np.arange(1500) % 2 == 0)).sum()]
    ]
    graph = knn(x, 15, "euclidean", p.recording)
    confusion, parts = noise_confusion(graph, p.background, p.recording), parts_of(p.recording)
    targets = with_background(p.labels)
    scores = {"labels": lambda each: label_scores(each, targets)}
    left_out = replicates(graph, 15, p.background, p.recording, parts, scores)["labels"]
    result = label_confusion(graph, confusion, p.labels, p.recording, left_out)
    assert result.ranking[0] == 2
    assert (result.low <= result.confusion).all() and (result.confusion <= result.high).all()
    assert result.high[1] < result.low[2]
    assert result.clips.tolist() == np.bincount(p.targets).tolist()
    assert result.confused[2] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("of_background", "of_label"), [(20, 3), (3, 20), (20, 20)])
def test_a_label_has_an_interval_where_it_and_background_are_in_recordings_enough(of_background, of_label):
    rng = np.random.default_rng(5)
    labels = (np.arange(240) < 120)[:, None]
    recording = np.where(labels[:, 0], np.arange(240) % of_label, 100 + np.arange(240) % of_background)
    graph = knn(rng.normal(size=(240, 6)).astype(np.float32), 10, groups=recording)
    confusion = noise_confusion(graph, ~labels[:, 0], recording)
    targets = with_background(labels)
    left_out = label_scores(confusion, targets) + rng.normal(scale=0.01, size=(23, 2))
    result = label_confusion(graph, confusion, labels, recording, left_out)
    assert result.units.tolist() == [of_background, of_label]
    # What either is compared with rests on the other's recordings as much as on its own.
    known = min(of_background, of_label) >= MIN_UNITS
    assert np.isfinite(result.low).tolist() == np.isfinite(result.high).tolist() == [known, known]


def test_medoid_equals_the_loop():
    rng = np.random.default_rng(3)
    x, targets = rng.normal(2, 1, (70, 4)).astype(np.float32), rng.integers(0, 3, 70)
    x[5] = np.nan
    for metric in ("cosine", "euclidean"):
        distance, medoids = medoid_distance(x, targets, metric)
        unit = x / np.linalg.norm(x, axis=1, keepdims=True)
        for target in range(3):
            rows = [i for i in np.flatnonzero(targets == target) if i != 5]
            if metric == "cosine":
                table = 1 - unit[rows] @ unit[rows].T
                cost = table.sum(axis=1)
            else:
                table = np.linalg.norm(x[rows][:, None] - x[rows][None], axis=2)
                cost = (table**2).sum(axis=1)
            best = cost.argmin()
            assert medoids[target] == rows[best]
            np.testing.assert_allclose(distance[rows], table[best], atol=1e-5)
    assert np.isnan(distance[5])


def test_outlier_factor_equals_scikit_learn():
    x = np.random.default_rng(4).normal(size=(200, 5)).astype(np.float32)
    x[0] = 9
    ours = local_outlier_factor(knn(x, 10, "euclidean"))
    theirs = -LocalOutlierFactor(n_neighbors=10).fit(x).negative_outlier_factor_
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    assert ours.argmax() == 0
    np.testing.assert_allclose(local_outlier_factor(knn(np.ones((20, 3)), 5, "euclidean")), 1)


@pytest.mark.parametrize(("n", "per_recording", "background"), [(400, 1, 0.5), (600, 1, 0.9), (300, 10, 0.5)])
def test_an_embedding_that_knows_nothing_has_an_auroc_of_a_half(n, per_recording, background):
    """Tied clips were put in the order of their base rates, which a clip's own side decides: 0.56 to 0.60."""
    rng, values = np.random.default_rng(0), []
    for _ in range(12):
        recording, quiet = np.arange(n) // per_recording, rng.random(n) < background
        graph = knn_both(rng.normal(size=(n, 8)).astype(np.float32), 20, recording)[1]
        values.append(neighbor_auroc(noise_confusion(graph, quiet, recording), quiet))
    assert abs(np.mean(values) - 0.5) < 3 * np.std(values) / np.sqrt(12) and abs(np.mean(values) - 0.5) < 0.03


def test_copies_of_tied_clips_are_as_often_higher_as_lower():
    background = np.array([True, False])
    for share in (0.0, 0.3, 1.0):  # base rates of a background and a labelled clip among 200
        score = in_copies(np.array([share, share]), np.array([99 / 199, 100 / 199]), background)
        assert auroc_of_copies(score, background).value == 0.5
    further = in_copies(np.array([0.35, 0.3]), np.array([99 / 199, 100 / 199]), background)
    assert auroc_of_copies(further, background).value == 1  # one neighbor of 20 more decides
