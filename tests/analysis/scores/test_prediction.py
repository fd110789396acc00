"""AUROC, folds, linear probe, separability, agreement, trustworthiness, confounds."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.manifold import trustworthiness as sk_trustworthiness

from bioviz.analysis.codes import codes, with_background
from bioviz.analysis.diagnosis.shortcuts.confounds import confounds
from bioviz.analysis.neighbors.knn import knn_both
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from bioviz.analysis.projection.trustworthiness import trustworthiness
from bioviz.analysis.scores.cluster_agreement import agreement, cluster_report, compactness
from bioviz.analysis.scores.clustering import CLUSTERINGS, principal
from bioviz.analysis.scores.prediction import knn_scores, prediction, separability
from bioviz.analysis.scores.probe import STRENGTHS, probe_scores
from bioviz.analysis.statistics.auc import auroc
from bioviz.analysis.statistics.bootstrap import draws
from bioviz.analysis.statistics.folds import folds
from bioviz.analysis.statistics.shared_attribute import Links
from tests.analysis.planted import planted


def test_auroc_equals_scikit_learn_with_ties_and_nan():
    rng = np.random.default_rng(0)
    scores, positive = rng.integers(0, 9, 300).astype(float), rng.random(300) < 0.3
    assert auroc(scores, positive).value == pytest.approx(metrics.roc_auc_score(positive, scores))
    with_nan = np.append(scores, np.nan)
    assert auroc(with_nan, np.append(positive, True)).value == auroc(scores, positive).value
    assert auroc(scores, np.ones(300, bool)).value is None


def test_auroc_error_is_that_of_repeated_draws_of_recordings():
    rng = np.random.default_rng(1)
    values, errors, hits = [], [], 0
    for _ in range(300):
        recording = np.repeat(np.arange(60), 6)
        positive = rng.random(360) < 0.5
        positive[recording % 3 == 0] = False  # background recordings
        scores = positive + np.sqrt(0.5) * (rng.normal(size=60)[recording] + rng.normal(size=360))
        result = auroc(scores, positive, recording)
        values.append(result.value)
        errors.append(result.se)
        hits += result.low <= 0.760 <= result.high  # Phi(1 / sqrt 2)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.12)
    assert 0.9 <= hits / 300 <= 0.99
    alone = auroc(scores, positive).se
    assert alone < 0.8 * np.mean(errors)


@pytest.mark.parametrize("grouped", [True, False])
def test_folds_keep_recordings_together_and_spread_labels(grouped):
    rng = np.random.default_rng(2)
    targets, recording = rng.integers(0, 4, 400), rng.integers(0, 60, 400)
    fold = folds(targets, 5, seed=3, groups=recording if grouped else None)
    assert sorted(np.unique(fold)) == [0, 1, 2, 3, 4]
    if grouped:
        assert all(len(np.unique(fold[recording == r])) == 1 for r in np.unique(recording))
    table = np.array([np.bincount(targets[fold == f], minlength=4) for f in range(5)])
    assert table.min() > 0.6 * table.mean() and table.max() < 1.4 * table.mean()
    assert (fold == folds(targets, 5, seed=3, groups=recording if grouped else None)).all()
    assert folds(targets, 5, groups=np.zeros(400)).max() == 0


def test_folds_of_single_clips_equal_those_of_groups_of_one():
    rng = np.random.default_rng(8)
    for n, kinds, n_folds in ((0, 1, 5), (1, 1, 5), (3, 2, 5), (300, 7, 4), (300, 1, 2)):
        targets = rng.integers(0, kinds, n)
        alone = folds(targets, n_folds, 3)
        np.testing.assert_array_equal(alone, folds(targets, n_folds, 3, np.arange(n)))


def test_draws_are_multinomial():
    drawn = np.concatenate(list(draws(7, 4000, seed=1)))
    assert drawn.shape == (4000, 7) and (drawn.sum(axis=1) == 7).all()
    np.testing.assert_allclose(drawn.mean(axis=0), 1, atol=0.06)
    np.testing.assert_allclose(drawn.var(axis=0), 6 / 7, atol=0.06)
    assert np.cov(drawn.T)[0, 1] == pytest.approx(-1 / 7, abs=0.05)


def test_probe_equals_a_slow_ridge(monkeypatch):
    rng = np.random.default_rng(3)
    x, y, fold = rng.normal(size=(90, 7)), rng.random((90, 2)) < 0.4, rng.integers(0, 3, 90)
    monkeypatch.setattr("bioviz.analysis.scores.probe.STRENGTHS", (0.1,))
    ours = probe_scores(x, y, fold)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    for f in range(3):
        train = fold != f
        model = Ridge(alpha=0.1 * train.sum()).fit(z[train], y[train].astype(float))
        np.testing.assert_allclose(ours[fold == f], model.predict(z[fold == f]), atol=1e-5)


def test_probe_picks_a_strength_and_lives_with_odd_input():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(60, 200)).astype(np.float32)
    y = (x[:, 0] > 0)[:, None]
    x[3] = np.nan
    x[:, 5] = 1
    scores = probe_scores(x, y, np.arange(60) % 3)
    assert np.isnan(scores[3]).all() and np.isfinite(np.delete(scores, 3, axis=0)).all()
    assert np.isnan(probe_scores(x, y, np.zeros(60, int))).all()
    assert np.isfinite(probe_scores(x[:2], y[:2], np.array([0, 1]))).all() and len(STRENGTHS) > 1


def both(p):
    members = with_background(p.labels)
    probes = [probe_scores(p.x, members, folds(p.targets, 5, 0, g)) for g in (None, p.recording)]
    confusions = [noise_confusion(g, p.background, p.recording) for g in p.graphs]
    pairs = [(c, s[:, 0]) for c, s in zip(confusions, probes, strict=True)]
    told = separability(*pairs, p.background, p.recording)
    return told, prediction(*p.graphs, *probes, p.labels, p.targets, p.recording)


def test_separated_shuffled_and_mixed():
    told, predicted = both(planted())
    for score in (told.neighbor, told.probe, predicted.knn_accuracy, predicted.probe_map):
        assert score.cross_unit > 0.97
    told, predicted = both(planted(n=1500, shuffle=True))
    for score in (told.neighbor, told.probe):
        assert score.cross_unit == pytest.approx(0.5, abs=0.06)
        assert score.with_same_unit == pytest.approx(0.5, abs=0.06)
    assert predicted.probe_map.cross_unit == pytest.approx(predicted.probe_map.chance, abs=0.05)
    values = [both(planted(n=1000, mixing=m))[0] for m in (0, 0.3, 0.6, 0.9)]
    for part in ("neighbor", "probe"):
        assert (np.diff([getattr(v, part).cross_unit for v in values]) < 0).all()


def test_a_recording_that_fakes_a_separation_shows_as_gap():
    """All clips of a recording share a label and an offset: only naive scores are high."""
    rng = np.random.default_rng(5)
    recording = np.repeat(np.arange(60), 10)
    targets = rng.integers(0, 2, 60)[recording]
    p = planted(n=600, labels=1)
    x = (rng.normal(size=(600, 16)) + 6 * rng.normal(size=(60, 16))[recording]).astype(np.float32)
    graphs = knn_both(x, 8, recording, "euclidean")
    labels = (targets == 1)[:, None]
    told, predicted = both(type(p)(x, targets, labels, recording, p.mixed, graphs))
    assert told.neighbor.with_same_unit > 0.95 and predicted.knn_accuracy.with_same_unit > 0.95
    assert told.neighbor.cross_unit < 0.7 and told.neighbor.gap > 0.3
    assert told.low is None  # nothing was left out


def test_average_precision_and_accuracy_equal_scikit_learn():
    p = planted(n=400, mixing=0.5)
    _, predicted = both(p)
    with_same_unit = knn_scores(p.graphs[0], with_background(p.labels))
    for i in range(3):
        assert predicted.label_ap[i, 0] == pytest.approx(
            metrics.average_precision_score(p.labels[:, i], with_same_unit[:, i + 1]), abs=1e-6
        )
    assert predicted.knn_accuracy.with_same_unit == pytest.approx(
        (with_same_unit.argmax(axis=1) == p.targets).mean()
    )


def test_a_label_of_one_recording_is_left_out_of_the_mean_and_noted():
    p = planted(n=300, labels=2)
    labels = p.labels & ~((p.recording != 0)[:, None] & np.array([False, True]))
    targets = np.where(labels.any(axis=1), labels.argmax(axis=1) + 1, 0)
    _, predicted = both(type(p)(p.x, targets, labels, p.recording, p.mixed, p.graphs))
    assert np.isnan(predicted.label_ap[1]).all() and "1 label occurs" in predicted.knn_map.note


def test_agreement_and_compactness_equal_scikit_learn():
    rng = np.random.default_rng(6)
    x, a, b = rng.normal(size=(200, 4)), rng.integers(0, 4, 200), rng.integers(0, 5, 200)
    ours = agreement(a, b)
    assert ours.nmi == metrics.normalized_mutual_info_score(b, a)
    assert ours.ami == metrics.adjusted_mutual_info_score(b, a)
    assert ours.v_measure == pytest.approx(metrics.v_measure_score(b, a))
    assert ours.homogeneity == metrics.homogeneity_score(b, a)
    shape = compactness(x, np.where(a == 0, -1, a), 0.5)
    for name in ("davies_bouldin", "calinski_harabasz"):
        theirs = getattr(metrics, f"{name}_score")(x[a > 0], a[a > 0])
        assert getattr(shape, name) == pytest.approx(theirs, rel=1e-12)
    assert agreement(a, np.zeros(200)).nmi is None
    assert compactness(x, np.zeros(200, int), None).davies_bouldin is None


def test_cluster_report_has_all_methods_in_both_spaces():
    p = planted(n=300)
    x = p.x.copy()
    x[0] = np.nan
    report = cluster_report(x, x[:, 1:4], p.targets, CLUSTERINGS)
    assert {(c.space, c.method) for c in report.clusterings} == {
        (s, m) for s in ("projection", "embedding") for m in CLUSTERINGS
    }
    for scores in report.clusterings:
        assert scores.clusters[0] == -1 and scores.with_labels.ari > 0.9
        inside = scores.clusters >= 0
        where = x[:, 1:4] if scores.space == "projection" else x
        assert scores.shape.silhouette == pytest.approx(
            metrics.silhouette_score(where[inside], scores.clusters[inside]), abs=1e-6
        )
        assert scores.silhouette_on_embedding == pytest.approx(
            metrics.silhouette_score(x[inside], scores.clusters[inside]), abs=1e-6
        )
    assert report.labels_on_embedding.silhouette > 0.5
    assert cluster_report(x, None, p.targets).labels_on_projection is None


def test_principal_components_keep_what_spreads_most():
    rng = np.random.default_rng(9)
    wide = rng.normal(size=(300, 80)) * np.r_[np.full(6, 9.0), np.full(74, 0.1)] + 50
    turned = (wide @ np.linalg.qr(rng.normal(size=(80, 80)))[0]).astype(np.float32)
    found = principal(turned, 6)
    theirs = PCA(6).fit_transform(turned.astype(np.float64))
    np.testing.assert_allclose(np.abs(found), np.abs(theirs), atol=1e-3)
    assert principal(turned[:, :5], 6).shape == (300, 5)
    # Clusters of the embedding are those of its components; few directions hold them.
    groups = np.arange(300) % 4
    x = turned + 40 * rng.normal(size=(4, 80))[groups]
    report = cluster_report(x, None, groups)
    assert report.clusterings[0].with_labels.ari == 1


def test_trustworthiness_equals_scikit_learn_and_its_sample_comes_close():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(500, 10)).astype(np.float32)
    for xy in (x[:, :2], rng.normal(size=(500, 2)).astype(np.float32)):
        exact = sk_trustworthiness(x, xy, n_neighbors=15)
        assert trustworthiness(x, xy) == pytest.approx(exact, abs=1e-6)
        assert trustworthiness(x, xy, sample=200) == pytest.approx(exact, abs=0.02)
    assert trustworthiness(x, x) == 1
    assert trustworthiness(x[:20], x[:20, :2]) is None


def test_confounds_find_the_place_that_is_there():
    p = planted(n=800, leak=6, labels=2)
    site = p.recording % 4
    rng = np.random.default_rng(8)
    x = (p.x + 10 * rng.normal(size=(4, 16))[site]).astype(np.float32)
    graphs = knn_both(x, 8, p.recording, "euclidean")
    attributes = {
        "recording": p.recording,
        "site": np.array(list("abcd"))[site],
        "hour": rng.integers(0, 24, 800),
    }
    found = {c.name: c for c in confounds(*graphs, attributes, p.recording, p.labels, site)}
    assert found["recording"].lift > 20 and found["recording"].recall.cross_unit is None
    assert found["site"].recall.cross_unit > 0.8 and found["site"].lift > 3
    assert found["site"].clusters_ami == pytest.approx(1)
    assert found["hour"].lift == pytest.approx(1, abs=0.4)
    assert found["site"].recall.chance == pytest.approx(0.25, abs=0.02)
    assert found["site"].per_label.shape == (3,)
    assert confounds(*graphs, {"site": np.zeros(800)}, p.recording, p.labels) == ()


def test_chance_of_a_place_equals_the_loop():
    rng = np.random.default_rng(9)
    p = planted(n=60)
    site = rng.integers(-1, 3, 60)
    recording = rng.integers(0, 8, 60)
    graphs = knn_both(p.x, 6, recording, "euclidean")
    for name, values in (("site", site), ("recording", recording)):
        graph, units = (graphs[0], np.arange(60)) if name == "recording" else (graphs[1], recording)
        (result,) = confounds(*graphs, {name: values}, recording, p.labels)
        for i in range(60):
            shares = []
            for j in graph.indices[i][graph.indices[i] >= 0]:
                like = (p.targets == p.targets[j]) & (units != units[i]) & (values >= 0)
                if values[j] >= 0:
                    shares.append(np.mean(values[like] == values[i]))
            if values[i] < 0:
                assert np.isnan(result.clip_chance[i])
            else:
                assert result.clip_chance[i] == pytest.approx(np.mean(shares))


def test_links_beyond_the_labels_equal_the_loop():
    rng = np.random.default_rng(10)
    labels, units = rng.integers(0, 3, 80), rng.integers(0, 9, 80)
    known = rng.random(80) < 0.9
    indices = knn_both(rng.normal(size=(80, 4)), 7, units)[1].indices
    links = Links.of(indices, units, labels, known)
    for place in (rng.integers(0, 3, 9), np.arange(9) % 2):
        expected = 0.0
        for i in np.flatnonzero(known):
            for j in indices[i][indices[i] >= 0]:
                if known[j]:
                    like = known & (labels == labels[j]) & (units != units[i])
                    chance = np.mean(place[units[like]] == place[units[i]])
                    expected += (place[units[i]] == place[units[j]]) - chance
        assert links.excess(place) == pytest.approx(expected)


def test_codes():
    assert codes(np.array(["b", "", "a", "b"])).tolist() == [1, -1, 0, 1]
    assert codes(np.array([5.0, np.nan, -1, 2])).tolist() == [1, -1, -1, 0]
    assert codes(np.array([None, "x"], dtype=object)).tolist() == [-1, 0]
