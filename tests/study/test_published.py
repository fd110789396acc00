"""The published values, and what they say of the paper's claims: known answers."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from bioviz.study.findings.claims import Statement, sentence, statements
from bioviz.study.findings.questions import map_agreement, spreads
from bioviz.study.published import published
from bioviz.study.scores import Contender, Score, difference, grid
from bioviz.study.table import published_table
from tests.browsing import PROJECT

REFERENCE = PROJECT.parent / "shared" / "reference" / "published_umap.csv"


@pytest.fixture(scope="module")
def said() -> list[Statement]:
    return statements(published_table({}))


def of(said: list[Statement], measure: str, second: str) -> Statement:
    return next(each for each in said if each.measure == measure and second in each.second)


def test_there_are_990_values_of_11_models_on_10_datasets():
    scores = published()
    assert len(scores) == 990 == len({(s.contender, s.dataset, s.map, s.measure) for s in scores})
    assert len({s.contender for s in scores}) == 11 and len({s.dataset for s in scores}) == 10
    assert {s.map for s in scores} == {"umap-50-0.1", "umap-50-0.5", "umap-100-0.5"}
    alexnet = Contender("alexnet", "images", "fine-tuned")
    assert Score(alexnet, "watkins", "umap-50-0.5", 42, "ari", 0.242) in scores


def test_the_values_are_those_of_the_reference():
    if not REFERENCE.is_file():
        pytest.skip("shared/reference is not here")
    packaged = Path(PROJECT / "bioviz" / "study" / "published_umap.csv")
    with REFERENCE.open(newline="") as theirs, packaged.open(newline="") as ours:
        assert sorted(map(tuple, csv.reader(theirs))) == sorted(map(tuple, csv.reader(ours)))


@pytest.mark.parametrize(
    ("measure", "second", "effect", "interval", "p", "verdict"),
    [
        ("nmi", "ImageNet", -0.060, (-0.142, -0.008), 0.06, "as claimed"),
        ("nmi", "random ResNets", -0.009, (-0.076, 0.040), 0.88, "cannot be told"),
        ("ari", "ImageNet", -0.060, (-0.178, 0.001), 0.25, "cannot be told"),
        ("silhouette", "ImageNet", 0.052, (0.009, 0.099), 0.06, "the other way"),
    ],
)
def test_claim_2_as_the_published_values_have_it(said, measure, second, effect, interval, p, verdict):
    statement = of(said, measure, second)
    c = statement.contrast
    assert c.effect == pytest.approx(effect, abs=0.0006) and len(c.datasets) == 5
    assert (c.low, c.high) == pytest.approx(interval, abs=0.0006)
    assert c.p == pytest.approx(p, abs=0.006) and c.least_p == 0.0625
    assert statement.verdict == verdict, "five datasets cannot give p below 0.05, so nothing holds"


def test_claims_1_and_3_cannot_be_told_from_the_published_values(said):
    for claim, reason in ((1, "no model without fine-tuning"), (3, "fine-tuned with all background")):
        (only,) = [each for each in said if each.claim == claim]
        assert only.contrast.effect is None and reason in sentence(only, "")


def test_the_sentence_gives_effect_interval_datasets_and_the_smallest_p(said):
    text = sentence(of(said, "nmi", "ImageNet"), "NMI")
    for part in ("-0.060 [-0.142, -0.008]", "5 datasets", "the smallest p of so many is 0.062", "too few"):
        assert part in text


def test_the_three_settings_of_umap_move_nmi_by_0085_in_nine_of_ten_cells():
    moved = {each.of: each for each in spreads(published(), "nmi")}
    assert len(moved["maps"].ranges) == 110 and moved["maps"].p90 == pytest.approx(0.085, abs=0.0005)
    assert moved["models"].median > 20 * moved["maps"].median
    assert "seeds" not in moved


def test_the_three_settings_rank_models_alike():
    agreements = map_agreement(published(), "nmi")
    assert len(agreements) == 3 and all(
        each.contrast.effect > 0.85 and each.models == 11 for each in agreements
    )


def test_a_grid_is_the_mean_over_maps_unless_one_is_named():
    every = grid(published(), "nmi")
    assert every.values.shape == (11, 10)
    one = [grid(published(), "nmi", name).values for name in ("umap-50-0.1", "umap-50-0.5", "umap-100-0.5")]
    assert every.values == pytest.approx(sum(one) / 3)


def test_clusters_of_the_embedding_itself_are_in_no_mean_over_maps():
    one = Contender("yamnet", "audio")
    scores = [
        Score(one, "d", name, 0, "nmi", value)
        for name, value in (("pca", 0.2), ("tsne-25", 0.4), ("none", 1))
    ]
    assert grid(scores, "nmi").values.tolist() == [[pytest.approx(0.3)]]
    assert grid(scores, "nmi", "none").values.tolist() == [[1]]
    task = [Score(one, "d", "none", 0, "probe_accuracy", 0.7)]
    assert (
        grid(task, "probe_accuracy").values.tolist()
        == grid(task, "probe_accuracy", "pca").values.tolist()
        == [[0.7]]
    )


def test_claims_are_put_to_umaps_as_in_the_paper():
    theirs = published_table({})
    other = [replace(score, map=name, value=1.0) for score in theirs.scores for name in ("pca", "none")]
    assert statements(replace(theirs, scores=(*theirs.scores, *other))) == statements(theirs)


def test_the_difference_is_of_what_both_have():
    theirs = next(s for s in published() if s.dataset == "rfcx" and s.measure == "nmi")
    ours = [
        Score(theirs.contender, "rfcx", theirs.map, seed, "nmi", theirs.value + add)
        for seed, add in ((0, 0.1), (1, 0.3))
    ]
    other = Score(Contender("yamnet", "audio"), "rfcx", theirs.map, 0, "nmi", 0.5)
    (only,) = difference([*ours, other], published())
    assert only.value == pytest.approx(0.2) and only.contender == theirs.contender
