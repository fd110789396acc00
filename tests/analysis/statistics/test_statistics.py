"""The statistics that know nothing of embeddings, against slow versions and under a null."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.analysis.statistics.auc import auroc
from bioviz.analysis.statistics.max_t import sign_flip_max_t


def obuchowski(scores: np.ndarray, positive: np.ndarray, groups: np.ndarray) -> float:
    """Standard error of the AUROC of clustered data, with loops, from equations 1 to 5 of Obuchowski (1997)."""
    x, y = scores[positive], scores[~positive]
    gx, gy = groups[positive], groups[~positive]
    kernel = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    area = kernel.mean()
    v10, v01 = kernel.mean(axis=1), kernel.mean(axis=0)
    s10 = s01 = s11 = 0.0
    everyone = np.unique(groups)
    for group in everyone:
        a = sum(v10[i] - area for i in range(len(x)) if gx[i] == group)
        b = sum(v01[j] - area for j in range(len(y)) if gy[j] == group)
        s10, s01, s11 = s10 + a * a, s01 + b * b, s11 + a * b
    i10, i01, i = len(np.unique(gx)), len(np.unique(gy)), len(everyone)
    m, n = len(x), len(y)
    s10, s01, s11 = s10 * i10 / ((i10 - 1) * m), s01 * i01 / ((i01 - 1) * n), s11 * i / (i - 1)
    return float(np.sqrt(s10 / m + s01 / n + 2 * s11 / (m * n)))


@pytest.mark.parametrize("shared", [0.0, 2.0])
def test_the_standard_error_of_an_auroc_knows_that_both_sides_share_recordings(shared):
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(12), 8)
    positive = rng.random(96) < 0.4
    scores = positive + rng.normal(size=96) + shared * rng.normal(size=12)[groups]
    assert auroc(scores, positive, groups).se == pytest.approx(obuchowski(scores, positive, groups), rel=1e-9)


def test_of_many_associations_none_is_found_by_chance_more_often_than_said():
    """Thirty columns without any effect: one of them passes at 5 % in about one dataset of twenty."""
    rng = np.random.default_rng(4)
    datasets = 120
    passed = sum(
        sign_flip_max_t(rng.normal(size=(14, 30)), n_flips=400, seed=seed).min() <= 0.05
        for seed in range(datasets)
    )
    assert passed <= 14  # binomial(120, 0.05) exceeds 14 once in a thousand times


def test_a_strong_association_among_many_is_found():
    rng = np.random.default_rng(5)
    contributions = rng.normal(size=(14, 30))
    contributions[:, 7] += 3
    adjusted = sign_flip_max_t(contributions, n_flips=999)
    assert adjusted[7] <= 0.01 and np.delete(adjusted, 7).min() > 0.05
