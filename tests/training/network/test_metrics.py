"""Measures of a classifier, as scikit-learn and BEANS take them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sklearn.metrics import average_precision_score, roc_auc_score

from bioviz.training.network.metrics import measures


@given(some.integers(0, 10**6))
def test_measures_are_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    labels = rng.random((30, 3)) < 0.3
    labels[0], labels[1] = True, False
    scores = rng.integers(0, 6, (30, 3)).astype(float)  # with ties
    told = measures(labels, scores, scores.argmax(axis=1))
    assert told["macro_ap"] == pytest.approx(average_precision_score(labels, scores, average="macro"))
    assert told["background_auroc"] == pytest.approx(roc_auc_score(labels.any(axis=1), scores.max(axis=1)))


def test_a_label_without_test_clips_is_left_out_and_counts_0_as_in_beans():
    labels = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0]], dtype=bool)
    told = measures(labels, labels.astype(float), labels.argmax(axis=1))
    assert told["macro_ap"] == 1.0
    assert told["macro_ap_beans"] == pytest.approx(2 / 3)


def test_accuracy_counts_background_and_labelled_accuracy_does_not():
    labels = np.array([[1, 0], [0, 1], [0, 0], [0, 0]], dtype=bool)
    scores = np.array([[0.9, 0.1], [0.2, 0.3], [0.0, 0.0], [0.8, 0.0]])
    told = measures(labels, scores, np.array([0, -1, -1, 0]))
    assert told["accuracy"] == 0.5
    assert told["labelled_accuracy"] == 1.0
