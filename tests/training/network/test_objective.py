"""What a head is trained towards: background, weights of classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from bioviz.training.network.objective import objective_of


def test_background_is_a_row_of_zeros_or_an_answer_of_its_own(tones):
    one = objective_of(tones, np.arange(len(tones.clips)), False)
    assert one.one_label and one.names == ("background", *tones.labels)
    assert (one.targets.numpy() == tones.targets).all()
    several = objective_of(replace(tones, task="detection"), np.arange(len(tones.clips)), False)
    assert not several.one_label and several.names == tones.labels
    assert (several.targets[tones.targets == 0] == 0).all()
    logits, rows = torch.zeros(4, 2), np.arange(4)
    assert float(several.loss(logits, rows)) / several.scale(rows) == pytest.approx(np.log(2))


def test_class_weights_make_rare_labels_count_as_much(tones):
    train = np.flatnonzero(tones.targets != 1)[:9].tolist() + np.flatnonzero(tones.targets == 1)[:2].tolist()
    objective = objective_of(tones, np.array(train), True)
    counts = np.bincount(tones.targets[train], minlength=3)
    products = objective.weights.numpy() * counts
    assert products == pytest.approx(np.full(3, products[0]), rel=1e-6)
