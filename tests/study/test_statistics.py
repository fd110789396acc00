"""Contrasts and ranks: what is known of them, and how often they claim what is not there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from bioviz.study.findings.claims import statements
from bioviz.study.findings.contrast import differences, of_differences
from bioviz.study.findings.questions import clustering_and_task
from bioviz.study.findings.ranks import mean_ranks
from bioviz.study.scores import Contender, Grid, Score, ranks_within
from bioviz.study.table import OURS, StudyTable

MODELS = tuple(Contender(f"m{i}", "other") for i in range(5))


def table(values: np.ndarray) -> Grid:
    return Grid(MODELS[: len(values)], tuple(f"d{j}" for j in range(values.shape[1])), values)


def test_a_contrast_of_few_datasets_goes_through_all_samples_and_signs():
    c = of_differences(np.array([1.0, 2.0, 3.0]), ("a", "b", "c"))
    assert c.effect == 2 and c.p == c.least_p == 2 / 8
    means = sorted((a + b + d) / 3 for a in (1, 2, 3) for b in (1, 2, 3) for d in (1, 2, 3))
    assert (c.low, c.high) == pytest.approx(np.percentile(means, [2.5, 97.5]))
    assert c.all_one_way
    assert not of_differences(np.array([1.0, -0.1, 3.0]), ("a", "b", "c")).all_one_way


def test_a_contrast_of_one_dataset_has_no_interval_and_one_of_none_nothing():
    one = of_differences(np.array([0.5]), ("a",))
    assert one.low is None and one.p == 1 == one.least_p and not one.all_one_way
    assert of_differences(np.empty(0), ()).effect is None


def test_many_datasets_are_drawn_and_the_same_seed_gives_the_same():
    x = np.random.default_rng(0).normal(0.3, 1, 30)
    first, again = (of_differences(x, tuple(map(str, range(30)))) for _ in range(2))
    assert first == again and 0 < first.least_p < 1e-4
    assert first.low < x.mean() < first.high


def test_a_dataset_on_which_one_of_the_compared_has_no_value_is_left_out():
    values = np.array([[1.0, 2, 3], [0, np.nan, 1], [0, 0, 0]])
    names, x = differences(table(values), MODELS[:1], MODELS[1:2])
    assert names == ["d0", "d2"] and x.tolist() == [1, 2]


def test_critical_differences_are_those_of_demsar():
    """Table 5 (a) of Demšar (2006): q at 5 % of 2, 5 and 10 classifiers is 1.960, 2.728 and 3.164."""
    for k, q in ((2, 1.960), (5, 2.728), (10, 3.164)):
        values = np.random.default_rng(k).random((k, 12))
        ranked = mean_ranks(
            Grid(tuple(Contender(f"m{i}", "other") for i in range(k)), tuple("abcdefghijkl"), values)
        )
        assert ranked.critical == pytest.approx(q * np.sqrt(k * (k + 1) / (6 * 12)), abs=0.002)


def test_a_model_that_is_best_everywhere_is_told_from_the_worst():
    values = np.arange(5.0)[::-1, None] + np.zeros(15)
    ranked = mean_ranks(table(values))
    assert ranked.contenders == MODELS and ranked.mean.tolist() == [1, 2, 3, 4, 5]
    assert ranked.p < 0.001 and (0, 1) in ranked.groups and (0, 4) not in ranked.groups
    assert "Models differ" in ranked.sentence()


def test_too_few_datasets_are_said():
    rng = np.random.default_rng(1)
    assert "a test needs" in mean_ranks(table(rng.random((5, 2)))).sentence()
    ten = tuple(Contender(f"m{i}", "other") for i in range(10))
    agreed = np.arange(10.0)[:, None] + np.zeros(1)
    assert "a test needs" in mean_ranks(Grid(ten, ("a",), agreed)).sentence()
    sentence = mean_ranks(Grid(ten[:4], tuple("abc"), rng.random((4, 3)))).sentence()
    assert "told from" in sentence and "Models differ" not in sentence


def test_so_few_datasets_that_no_difference_would_be_enough_are_said():
    """Of two models on three datasets even the one that is always better is not told from the other."""
    ranked = mean_ranks(table(np.array([[2.0, 2, 2], [1, 1, 1]])))
    assert ranked.critical > 1 and "Too few datasets" in ranked.sentence() and ranked.groups == ((0, 1),)


def test_a_difference_that_no_pair_shows_is_said_so():
    rng = np.random.default_rng(6)
    values = rng.random((12, 4)) + np.linspace(0, 0.8, 12)[:, None]
    contenders = tuple(Contender(f"m{i}", "other") for i in range(12))
    ranked = mean_ranks(Grid(contenders, tuple("abcd"), values))
    assert ranked.p <= 0.05 and ranked.mean[-1] - ranked.mean[0] < ranked.critical
    assert "no two are as far apart" in ranked.sentence() and ranked.groups == ((0, 11),)


def test_ranks_are_those_of_scipy():
    values = np.random.default_rng(5).integers(0, 4, (6, 5)).astype(float)
    assert ranks_within(values) == pytest.approx(rankdata(-values, axis=0))
    values[2, 3] = np.nan
    assert np.isnan(ranks_within(values)[2, 3]) and np.nanmax(ranks_within(values)[:, 3]) <= 5


def test_the_best_come_first_whatever_is_missing():
    values = np.array([[0.1, 0.1, np.nan], [0.5, 0.5, 0.5], [np.nan, 0.9, 0.9]])
    assert table(values).best_first.contenders == (MODELS[2], MODELS[1], MODELS[0])


def test_models_that_do_not_differ_are_told_apart_in_one_study_of_twenty_at_most():
    rng = np.random.default_rng(2)
    said = sum(
        "Models differ" in mean_ranks(table(rng.random((5, 6))), seed=i).sentence() for i in range(200)
    )
    assert said <= 18  # 5 % of 200 are 10; 18 and more come in one of a hundred such tests


def test_a_dataset_without_a_value_of_one_model_is_not_ranked_on():
    values = np.random.default_rng(3).random((3, 6))
    values[1, 2] = np.nan
    ranked = mean_ranks(table(values))
    assert ranked.left_out == 1 and "d2" not in ranked.datasets


def scores_of(effect: float, datasets: int, seed: int) -> StudyTable:
    """Frozen audio models and a fine-tuned AlexNet, which is better by `effect`."""
    rng = np.random.default_rng(seed)
    contenders = [
        Contender("aves_bio", "audio"), Contender("yamnet", "audio"), Contender("alexnet", "random", "fine-tuned"),
    ]  # fmt: skip
    scores = [
        Score(
            c, f"d{j}", "umap-50-0.1", 0, measure, 0.5 + effect * (c.model == "alexnet") + rng.normal(0, 0.1)
        )
        for c in contenders
        for j in range(datasets)
        for measure in ("nmi", "ari")
    ]
    return StudyTable(OURS, tuple(scores), frozenset(f"d{j}" for j in range(datasets)))


def test_claim_1_holds_where_it_is_so_and_is_contradicted_where_it_is_not():
    for effect, verdict in ((0.5, "holds"), (-0.5, "contradicted")):
        first = [each for each in statements(scores_of(effect, 12, 4)) if each.claim == 1]
        assert [each.verdict for each in first] == [verdict, verdict]


def test_claims_are_not_held_by_chance():
    said = [
        any(each.verdict in ("holds", "contradicted") for each in statements(scores_of(0.0, 9, seed)))
        for seed in range(120)
    ]
    assert sum(said) <= 13  # 5 % are 6; 13 and more come in one of a hundred such tests


def test_clustering_and_task_are_correlated_within_datasets_alone():
    scores = []
    for j in range(6):
        for i, contender in enumerate(MODELS):
            scores.append(Score(contender, f"d{j}", "umap-50-0.1", 0, "nmi", i / 10 + j))
            scores.append(Score(contender, f"d{j}", "none", 0, "probe_accuracy", i / 10 - j))
    (only,) = clustering_and_task(scores)
    assert only.contrast.effect == pytest.approx(1) and only.models == 5
    assert not clustering_and_task([score for score in scores if score.contender in MODELS[:3]])
