"""Paired differences: equal to scikit-learn where they can be, and intervals that cover what was planted."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from bioviz.analysis import score_differences as scores
from bioviz.analysis.comparison import neighbourhood_change
from bioviz.analysis.ledger import is_in, ledger
from bioviz.analysis.neighbours import KnnGraph


def value(statistic: scores.Statistic, groups: np.ndarray | None = None) -> float:
    groups = np.zeros(statistic.values.shape[0], dtype=int) if groups is None else groups
    return float(scores.paired(statistic, statistic, groups)[0][0])


def test_scores_from_sums_equal_those_of_scikit_learn():
    rng = np.random.default_rng(1)
    targets, clusters = rng.integers(0, 4, 200), rng.integers(0, 5, 200)
    clusters[:100] = targets[:100]
    assert value(scores.mutual_information(clusters, targets)) == pytest.approx(
        metrics.normalized_mutual_info_score(targets, clusters)
    )
    assert value(scores.rand_index(clusters, targets)) == pytest.approx(
        metrics.adjusted_rand_score(targets, clusters)
    )
    score, positive = np.round(rng.random(200), 1), rng.random(200) < 0.3  # with ties
    assert value(scores.auc(score, positive)) == pytest.approx(metrics.roc_auc_score(positive, score))


def test_drawing_recordings_is_the_same_as_repeating_their_clips():
    rng = np.random.default_rng(2)
    targets, clusters, groups = (rng.integers(0, m, 120) for m in (3, 3, 6))
    statistic = scores.mutual_information(clusters, targets)
    weights = np.array([2, 0, 1, 1, 0, 3])
    sums = np.stack([statistic.values[groups == g].sum(axis=0) for g in range(6)])
    repeated = np.repeat(np.arange(120), weights[groups])
    expected = metrics.normalized_mutual_info_score(targets[repeated], clusters[repeated])
    assert float(statistic.of((weights @ sums)[None])[0]) == pytest.approx(expected)


def planted(rng: np.random.Generator, gain: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two scores of clips that share a strong effect of the recording; the right one is `gain` better."""
    groups = np.repeat(np.arange(40), 10)
    shared = rng.normal(scale=1.0, size=40)[groups]
    own = rng.normal(scale=0.3, size=(2, 40))[:, groups] + rng.normal(scale=0.5, size=(2, 400))
    return groups, shared + own[0], shared + own[1] + gain


def test_the_interval_covers_a_known_difference_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered, widths = 0, []
    for seed in range(200):
        groups, a, b = planted(rng, 0.2)
        *_, low, high = scores.paired(scores.mean(a), scores.mean(b), groups, n_boot=300, seed=seed)
        covered += low[0] <= 0.2 <= high[0]
        widths.append(high[0] - low[0])
    assert 0.89 <= covered / 200 <= 0.99
    # Unpaired intervals would carry the spread between recordings twice: about 0.9 wide.
    assert np.mean(widths) < 0.4


def test_a_clear_difference_exceeds_its_uncertainty_and_none_does_not():
    groups, a, b = planted(np.random.default_rng(5), 1.0)
    clear = scores.difference("purity", scores.mean(a), scores.mean(b), groups)
    assert clear.exceeds and clear.low < clear.difference < clear.high
    assert "better, and larger than its uncertainty" in scores.sentence(clear)
    worse = scores.difference("noise_confusion", scores.mean(a), scores.mean(b), groups)
    assert "worse, and larger" in scores.sentence(worse)
    none = scores.difference("purity", scores.mean(a), scores.mean(a), groups)
    assert none.difference == 0 and none.exceeds is False
    assert "not larger than its uncertainty" in scores.sentence(none)


def test_one_recording_has_no_uncertainty_and_says_so():
    alone = scores.difference("purity", scores.mean(np.ones(5)), scores.mean(np.zeros(5)), np.zeros(5, int))
    assert alone.difference == -1 and alone.exceeds is None
    assert "one recording" in scores.sentence(alone)


def test_a_score_that_is_undefined_on_a_side_has_no_difference():
    nothing = scores.mean(np.full(6, np.nan))
    found = scores.difference("purity", nothing, scores.mean(np.ones(6)), np.arange(6))
    assert (found.left, found.right, found.difference, found.low) == (None, 1.0, None, None)
    assert "not defined" in scores.sentence(found)


def test_means_by_label_are_those_of_their_clips():
    values = np.array([1.0, 2.0, np.nan, 5.0])
    left = scores.means(values, np.array([0, 0, 1, 2]), 4)
    a, *_ = scores.paired(left, left, np.arange(4))
    np.testing.assert_array_equal(a, [1.5, np.nan, 5.0, np.nan])


def test_neighbourhood_change_is_one_less_jaccard():
    left = KnnGraph(np.array([[1, 2], [0, 2], [0, 1], [-1, -1]]), np.zeros((4, 2)), "cosine")
    right = KnnGraph(np.array([[2, 1], [2, 3], [3, -1], [0, 1]]), np.zeros((4, 2)), "cosine")
    np.testing.assert_allclose(neighbourhood_change(left, right), [0, 1 - 1 / 3, 1, np.nan])


def test_the_ledger_of_a_case_worked_by_hand():
    #                      0    1    2    3    4    5    6    7
    target_left = np.array([1, 1, 1, 2, 2, 0, 0, 1])
    target_right = np.array([1, 1, 1, 2, 2, 0, 0, 0])  # clip 7 was called background since
    confusion = np.array([0.9, 0.6, 0.2, 0.7, np.nan, 0.1, 0.8, 0.9])
    later = np.array([0.1, 0.7, 0.9, 0.4, 0.9, 0.6, 0.2, 0.1])
    was, now = (is_in(c, np.zeros(8), target_left == 0, "confusion") for c in (confusion, later))
    found = ledger(was, now, later - confusion, target_left, target_right, np.arange(8) % 4, 3)
    assert found.rescued.tolist() == [0, 3]  # 0.8 and 0.3 less confused
    assert found.broken.tolist() == [2]  # clip 1 stays in; clip 4 was not known
    assert found.cleared.tolist() == [6] and found.captured.tolist() == [5]
    assert found.relabelled.tolist() == [7]
    assert found.clips.tolist() == [2, 3, 1]
    assert found.before.tolist() == [1, 2, 1]
    assert found.after.tolist() == [1, 2, 0]
    np.testing.assert_array_equal(found.before - found.left + found.entered, found.after)
    assert np.isnan(found.left_low[2]), "one recording shows no spread"
    assert found.left_low[1] <= 1 <= found.left_high[1]


def test_no_event_in_few_recordings_leaves_room_for_some():
    n = 30
    quiet = np.zeros(n, dtype=bool)
    found = ledger(quiet, quiet, np.zeros(n), np.ones(n, int), np.ones(n, int), np.arange(n) % 3, 2)
    assert found.entered[1] == 0 and found.entered_low[1] == 0
    assert found.entered_high[1] == pytest.approx(30 * (1 - 0.05 ** (1 / 3)))


def test_the_majority_rule_looks_at_the_share_alone():
    share, background = np.array([0.6, 0.5, 0.3, np.nan]), np.array([False, False, True, False])
    assert is_in(np.zeros(4), share, background, "majority").tolist() == [True, False, True, False]
