"""The statistics that know nothing of embeddings, against slow versions and under a null."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bioviz.analysis.rows import blocks
from bioviz.analysis.statistics import shared_attribute
from bioviz.analysis.statistics.auc import auroc, auroc_of_copies, auroc_value
from bioviz.analysis.statistics.max_t import sign_flip_max_t
from bioviz.analysis.statistics.shared_attribute import Links, label_chance


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


def test_the_value_alone_is_the_value_with_its_interval():
    rng = np.random.default_rng(8)
    scores, positive = rng.integers(0, 9, (300, 3)).astype(float), rng.random(300) < 0.4
    scores[5] = np.nan
    assert auroc_value(scores, positive) == auroc_of_copies(scores, positive).value
    assert auroc_value(scores[:, 0], positive) == auroc(scores[:, 0], positive).value
    assert auroc_value(scores, np.ones(300, bool)) is None


@pytest.mark.parametrize("places", [3, 300])
def test_links_of_one_place_are_counted_as_by_hand(places):
    rng = np.random.default_rng(9)
    n, n_units = 400, 350
    units, labels = rng.permutation(np.arange(n) % n_units), rng.integers(0, 4, n)
    indices = rng.integers(-1, n, (n, 6))
    links = Links.of(indices, units, labels, np.ones(n, bool))
    attribute = rng.integers(0, places, n_units)
    same = expected = 0.0
    for i in range(n):
        for j in indices[i]:
            if j >= 0 and units[i] != units[j]:
                same += attribute[units[i]] == attribute[units[j]]
                of_label = (labels == labels[j]) & (units != units[i])
                expected += (attribute[units[of_label]] == attribute[units[i]]).sum() / of_label.sum()
    assert links.excess(attribute) == pytest.approx(same - expected, rel=1e-9)


def test_links_and_chance_do_not_depend_on_how_many_clips_are_gone_over_at_once(monkeypatch):
    rng = np.random.default_rng(10)
    n = 300
    units, labels, known = rng.permutation(np.arange(n) % 40), rng.integers(0, 4, n), rng.random(n) < 0.9
    indices = rng.integers(-1, n, (n, 6))
    attribute = np.where(known, units % 3, -1)

    def counted() -> tuple[Links, np.ndarray]:
        return Links.of(indices, units, labels, known), label_chance(indices, attribute, units, labels)

    links, chance = counted()
    sizes = []

    def few(count: int, row_bytes: int) -> Iterator[tuple[int, int]]:
        for start, stop in blocks(count, row_bytes, 13 * row_bytes):
            sizes.append(stop - start)
            yield start, stop

    monkeypatch.setattr(shared_attribute, "blocks", few)
    in_parts, chance_in_parts = counted()
    assert max(sizes) == 13 and len(sizes) == 2 * 24
    for name, values in vars(links).items():
        np.testing.assert_array_equal(getattr(in_parts, name), values)
    np.testing.assert_array_equal(chance_in_parts, chance)
    assert np.isnan(chance[~known]).all() and np.isfinite(chance).any()
