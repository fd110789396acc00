"""Paired differences: equal to scikit-learn where they can be, and to leaving a recording out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from bioviz.analysis.codes import with_background
from bioviz.analysis.comparison.comparison import neighborhood_change
from bioviz.analysis.comparison.paired_jackknife import TESTED, Judged, paired_changes
from bioviz.analysis.comparison.score_differences import ONE_MAP, Difference, sentence
from bioviz.analysis.comparison.transitions import is_in, transitions_of
from bioviz.analysis.neighbors.jackknife import left_out, parts_of
from bioviz.analysis.neighbors.knn import KnnGraph, knn_both
from bioviz.analysis.neighbors.label_confusion import label_confusion
from bioviz.analysis.neighbors.neighborhood import shared_label_share
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from bioviz.analysis.scores.prediction import knn_scores


def judged(rng: np.random.Generator, kinds: np.ndarray, recording: np.ndarray, apart: float) -> Judged:
    """A side whose labels lie `apart`, in units of the clips' own spread."""
    x = apart * np.eye(12)[kinds] + rng.normal(size=(len(kinds), 12))
    x += rng.normal(size=(recording.max() + 1, 12))[recording]
    graph = knn_both(x.astype(np.float32), 40, recording)[1]
    members = with_background(np.eye(5, dtype=bool)[kinds][:, 1:])
    told = (knn_scores(graph.first(20), members).argmax(axis=1) == kinds).astype(float)
    return Judged(
        graph,
        noise_confusion(graph.first(20), kinds == 0, recording),
        shared_label_share(graph.first(20), members[:, 1:]),
        told,
        told,
        kinds,
    )


def sides(
    left: float, right: float, recordings: int = 16, seed: int = 0
) -> tuple[Judged, Judged, np.ndarray]:
    rng = np.random.default_rng(seed)
    recording = np.repeat(np.arange(recordings), 12)
    kinds = np.where(rng.random(len(recording)) < 0.4, 0, rng.integers(1, 5, len(recording)))
    return *(judged(rng, kinds, recording, apart) for apart in (left, right)), recording


def test_scores_of_both_sides_are_those_of_scikit_learn_and_of_the_diagnosis():
    left, right, recording = sides(1.5, 3.0)
    found = paired_changes(left, right, recording, 5, 20)
    for side, values in ((left, found.scores.left), (right, found.scores.right)):
        by_name = dict(zip(TESTED, values, strict=True))
        copies = side.confusion.scores(
            side.background
        )  # several scores a clip, of which ties fall either way
        sides_of = np.repeat(side.background, copies.shape[1])
        expected = metrics.roc_auc_score(sides_of, np.round(copies.ravel(), 9))
        assert by_name["separability_neighbor"] == pytest.approx(expected)
        assert by_name["knn_accuracy"] == pytest.approx(side.told.mean())
        assert by_name["purity"] == pytest.approx(np.nanmean(side.purity))
    matrix = np.eye(5, dtype=bool)[left.targets][:, 1:]
    labels = label_confusion(left.graph, left.confusion, matrix, recording)
    np.testing.assert_allclose(found.confusions.left[1:], labels.confusion[1:])


def test_leaving_a_recording_out_is_the_same_as_never_having_had_it():
    rng = np.random.default_rng(3)
    recording = np.repeat(np.arange(9), 12)
    kinds = np.where(rng.random(len(recording)) < 0.4, 0, rng.integers(1, 5, len(recording)))
    x = rng.normal(size=(len(kinds), 6)).astype(np.float32)
    graph, gone = knn_both(x, 90, recording)[1], recording == 4
    parts = parts_of(recording)
    replicate = list(left_out(graph, 20, kinds == 0, recording, parts))[4]
    again = knn_both(x[~gone], 20, recording[~gone])[1]
    without = noise_confusion(again, kinds[~gone] == 0, recording[~gone])
    np.testing.assert_allclose(replicate.confusion[~gone], without.confusion)
    assert np.isnan(replicate.confusion[gone]).all()


def test_a_clear_difference_is_told_and_one_side_with_itself_differs_in_nothing():
    left, right, recording = sides(1.0, 4.0)
    found = paired_changes(left, right, recording, 5, 20)
    at = TESTED.index("separability_neighbor")
    assert found.scores.p[at] < 0.01 and found.scores.low[at] > 0
    same = paired_changes(left, left, recording, 5, 20)
    assert np.isnan(same.scores.p).all() and (same.scores.low == 0).all() and (same.scores.high == 0).all()
    for out, into in same.moved.values():
        assert (out[:, 0] == 0).all() and (into[:, 0] == 0).all() and (out[:, 1] > 0).all()


def test_fewer_than_eight_recordings_have_no_interval_and_say_so():
    left, right, recording = sides(1.0, 4.0, recordings=6)
    found = paired_changes(left, right, recording, 5, 20)
    assert np.isnan(found.scores.low).all() and np.isnan(found.scores.p).all()
    assert np.isfinite(found.scores.left).all()
    few = Difference("purity", 0.2, 0.9, 0.7, why="fewer than 8 recordings")
    assert "fewer than 8 recordings" in sentence(few)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Difference("purity", 0.2, 0.9, 0.7, 0.5, 0.9, True), "better, and larger than its uncertainty"),
        (
            Difference("noise_confusion", 0.2, 0.9, 0.7, 0.5, 0.9, True),
            "worse, and larger than its uncertainty",
        ),
        (Difference("purity", 0.5, 0.6, 0.1, 0.01, 0.2, False), "not larger than its uncertainty"),
        (Difference("purity", None, 0.9, None), "not defined on both sides"),
        (
            Difference("nmi", 0.2, 0.9, 0.7, why=ONE_MAP),
            "whether by chance cannot be told: it rests on one map",
        ),
    ],
)
def test_sentences(found, words):
    assert words in sentence(found)


def test_neighborhood_change_is_one_less_jaccard():
    left = KnnGraph(np.array([[1, 2], [0, 2], [0, 1], [-1, -1]]), np.zeros((4, 2)), "cosine")
    right = KnnGraph(np.array([[2, 1], [2, 3], [3, -1], [0, 1]]), np.zeros((4, 2)), "cosine")
    np.testing.assert_allclose(neighborhood_change(left, right), [0, 1 - 1 / 3, 1, np.nan])


def test_the_transitions_of_a_case_worked_by_hand():
    #                      0    1    2    3    4    5    6    7
    target_left = np.array([1, 1, 1, 2, 2, 0, 0, 1])
    target_right = np.array([1, 1, 1, 2, 2, 0, 0, 0])  # clip 7 was called background since
    confusion = np.array([0.9, 0.6, 0.2, 0.7, np.nan, 0.1, 0.8, 0.9])
    later = np.array([0.1, 0.7, 0.9, 0.4, 0.9, 0.6, 0.2, 0.1])
    was, now = (is_in(c, np.zeros(8), target_left == 0, "confusion") for c in (confusion, later))
    spans = (np.full((3, 2), 0.5), np.full((3, 2), np.nan))
    found = transitions_of(was, now, later - confusion, target_left, target_right, 3, spans)
    assert found.rescued.tolist() == [0, 3]  # 0.8 and 0.3 less confused
    assert found.broken.tolist() == [2]  # clip 1 stays in; clip 4 was not known
    assert found.cleared.tolist() == [6] and found.captured.tolist() == [5]
    assert found.relabelled.tolist() == [7]
    assert found.clips.tolist() == [2, 3, 1]
    assert found.before.tolist() == [1, 2, 1]
    assert found.after.tolist() == [1, 2, 0]
    np.testing.assert_array_equal(found.before - found.left + found.entered, found.after)
    assert found.left_low.tolist() == [1, 1.5, 0.5] and np.isnan(found.entered_high).all()


def test_the_majority_rule_looks_at_the_share_alone():
    share, background = np.array([0.6, 0.5, 0.3, np.nan]), np.array([False, False, True, False])
    assert is_in(np.zeros(4), share, background, "majority").tolist() == [True, False, True, False]
