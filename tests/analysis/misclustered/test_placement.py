"""Misclustered clips: planted clusters, the worst first, and nothing said that chance says as well."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.analysis.misclustered.chance import PlacementChance, placement_chance
from bioviz.analysis.misclustered.placement import (
    AMONG_BACKGROUND,
    AMONG_LABELLED,
    LISTS,
    MIXED,
    PLACES,
    evidence,
    placement,
    worst_first,
)
from bioviz.analysis.misclustered.words import TITLES, against_chance, headline, mixed_against_chance
from bioviz.analysis.neighbors.knn import knn_both
from bioviz.analysis.scores.clustering import cluster
from tests.analysis.planted import planted


def rows(*texts: str) -> np.ndarray:
    """(n, 3) bool labels A, B, C from texts such as "", "A", "AB"."""
    return np.array([[name in text for name in "ABC"] for text in texts], bool)


def places_of(found) -> list[str]:
    return [PLACES[code] for code in found.place]


def said(clusters, labels, recording, seed=0):
    """(placement, chance) of clips."""
    found = placement(clusters, labels)
    return found, placement_chance(clusters, labels, recording, found, seed=seed)


def test_several_clusters_may_stand_for_background_and_for_a_label():
    clusters = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4])
    labels = rows("", "", "A", "", "", "A", "A", "B", "A", "A", "B")
    found = placement(clusters, labels)
    assert found.stands_for.tolist() == [0, 0, 1, 1, 2]
    in_place = "with_its_label"
    assert places_of(found) == [
        *["background"] * 2,
        AMONG_BACKGROUND,
        *["background"] * 2,
        *[in_place] * 2,
        MIXED,
        *[in_place] * 3,
    ]
    assert found.misclustered.tolist() == [False, False, True, *[False] * 4, True, *[False] * 3]


def test_mostly_background_is_more_than_half():
    # Background is the largest group of the first cluster (2 of 5), but not most of it; of the second it is half.
    found = placement(np.array([0] * 5 + [1] * 4), rows("", "", "A", "B", "B", "", "", "C", "C"))
    assert found.stands_for.tolist() == [2, 3]
    assert (
        found.counts[AMONG_LABELLED] == 4 and found.counts[MIXED] == 1 and found.counts[AMONG_BACKGROUND] == 0
    )


def test_a_clip_of_several_labels_is_in_its_place_with_any_of_them():
    found = placement(np.array([0, 0, 0, 0, 1, 1]), rows("B", "AB", "B", "AC", "AC", "C"))
    assert found.stands_for.tolist() == [2, 3]
    assert [code == PLACES.index(MIXED) for code in found.place] == [False, False, False, True, False, False]


def test_clips_in_no_cluster_and_empty_clusters_are_nothing():
    found = placement(np.array([-1, 2, 2, -1, 2]), rows("A", "A", "A", "", ""))
    assert found.stands_for.tolist() == [-1, -1, 1]
    assert places_of(found) == [
        "no_cluster",
        "with_its_label",
        "with_its_label",
        "no_cluster",
        AMONG_LABELLED,
    ]
    assert sum(found.counts.values()) == 5
    nothing = placement(np.full(3, -1), rows("A", "", "B"))
    assert not nothing.misclustered.any() and len(nothing.stands_for) == 0
    assert placement(np.zeros(0, int), np.zeros((0, 3), bool)).counts[MIXED] == 0
    assert placement(np.zeros(2, int), np.zeros((2, 0), bool)).stands_for.tolist() == [0]


def test_rows_without_an_embedding_are_on_no_list_and_come_last():
    world = planted(n=300, mixing=0.2, seed=3)
    x = world.x.copy()
    x[[0, 7, 200]] = np.nan
    clusters = cluster(x, 4)
    found = placement(clusters, world.labels)
    assert places_of(found)[7] == "no_cluster" and not found.misclustered[[0, 7, 200]].any()
    told = evidence(knn_both(x, 15, world.recording)[1], world.labels, found, np.arange(300))
    assert np.isnan(told.share[[0, 7, 200]]).all() and np.isfinite(told.share).sum() == 297
    assert set(worst_first(told)[-3:]) == {0, 7, 200}


def test_planted_confusion_is_listed_exactly():
    world = planted(n=600, mixing=0.15, seed=1)
    clusters = cluster(world.x, 4)
    found, chance = said(clusters, world.labels, world.recording)
    np.testing.assert_array_equal(found.members(AMONG_BACKGROUND), world.mixed)
    assert found.counts[AMONG_LABELLED] == found.counts[MIXED] == 0
    assert chance.wrong_side.against == "fewer"
    text = headline(found.counts, chance)
    assert text.startswith(
        f"{world.mixed.sum()} of {(world.targets > 0).sum()} labelled clips lie in clusters"
    )
    assert "no more than by chance" not in text
    told = evidence(world.graphs[1], world.labels, found, np.flatnonzero(world.mixed))
    assert (told.share > 0.5).all()  # the other clips planted there are among their neighbors too


def test_evidence_by_hand():
    # On a line: 0 and 1 are background, 2 is A among them, 3 and 4 are B, 5 is A among B, 6 is background among B.
    x = np.array([[0.0], [1.0], [1.4], [20.0], [21.0], [21.5], [22.5]])
    labels = rows("", "", "A", "B", "B", "A", "")
    found = placement(np.array([0, 0, 0, 1, 1, 1, 1]), labels)
    assert found.stands_for.tolist() == [0, 2]
    graph = knn_both(x, 2, np.arange(7), "euclidean")[0]
    told = evidence(graph, labels, found, np.array([2, 5, 6, 0, 3]))
    # Neighbors: of 2 both background; of 5 B and background; of 6 A and B; of 0 background and A; of 3 B and A.
    assert told.share.tolist() == [1.0, 0.5, 1.0, 0.5, 0.5]
    np.testing.assert_allclose(told.distance, [0.9, 0.5, 1.25, 1.4, 1.5], rtol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_lists_are_in_order_of_evidence_and_never_of_the_file(seed):
    rng = np.random.default_rng(seed)
    n = 80
    x, labels, clusters = rng.normal(size=(n, 3)), rng.random((n, 3)) < 0.25, rng.integers(-1, 5, n)
    order = rng.permutation(n)
    listed = []
    for at in (np.arange(n), order):
        found = placement(clusters[at], labels[at])
        graph = knn_both(x[at], 10, np.arange(n), "euclidean")[1]
        lists = []
        for name in LISTS:
            members = np.flatnonzero(found.members(name))
            told = evidence(graph, labels[at], found, members)
            worst = worst_first(told)
            keys = list(zip(-told.share[worst], told.distance[worst], strict=True))
            assert keys == sorted(keys)
            # Two clips may speak against each other alone: such a pair has one evidence and no order.
            lists.append(sorted(zip(keys, at[members[worst]], strict=True)))
        listed.append(lists)
    assert listed[0] == listed[1]


@pytest.mark.parametrize(
    ("per_recording", "background"), [(1, 0.5), (1, 0.85), (1, 0.15), (10, 0.5)], ids=str
)
def test_random_labels_lie_among_background_no_more_than_by_chance(per_recording, background):
    heard = Counter()
    for seed in range(100):
        rng = np.random.default_rng(seed)
        recording = np.repeat(np.arange(120 // per_recording), per_recording)
        # Clips of a recording sound alike, and mostly have its label: none of it has to do with the other.
        noise = 2.0 * (per_recording > 1) * rng.normal(size=(len(recording), 2))[recording]
        clusters = cluster(noise + rng.normal(size=(120, 2)), 4, seed=seed)
        drawn = np.where(rng.random(120) < background, 0, rng.integers(1, 4, 120))
        targets = np.where(rng.random(120) < 0.1, drawn, drawn[recording]) if per_recording > 1 else drawn
        labels = np.eye(4, dtype=bool)[targets][:, 1:]
        found, chance = said(clusters, labels, recording, seed)
        words = headline(found.counts, chance)
        heard["no more"] += "no more than by chance" in words
        heard["fewer"] += chance.wrong_side is not None and chance.wrong_side.against == "fewer"
        heard["mixed"] += chance.mixed is not None and chance.mixed.against == "fewer"
        heard["untold"] += chance.wrong_side is None or chance.wrong_side.against is None
    print(dict(heard))
    assert heard["no more"] + heard["untold"] >= 95 and heard["untold"] <= 2
    assert heard["fewer"] <= 5 and heard["mixed"] <= 5


def test_one_label_within_background_is_said_though_background_is_common():
    heard = 0
    for seed in range(20):
        world = planted(n=240, background=0.6, per_recording=1, seed=seed)
        x = np.where(
            (world.targets == 1)[:, None], world.x - 12 * np.eye(16)[1] + 12 * np.eye(16)[0], world.x
        )
        found, chance = said(cluster(x, 4), world.labels, world.recording)
        text = headline(found.counts, chance)
        heard += f"{(world.targets == 1).sum()} of" in text and "no more" not in text
    assert heard >= 19


def test_a_model_that_tells_nothing_is_said_to_tell_nothing():
    rng = np.random.default_rng(0)
    labels = np.eye(3, dtype=bool)[rng.integers(0, 3, 200)][:, 1:]
    found, chance = said(rng.integers(0, 3, 200), labels, np.arange(200))
    assert "no more than by chance" in against_chance(found.counts, chance)
    assert headline(found.counts, chance).startswith("The clusters do not show that labelled clips differ")
    assert "do not show that the labels differ" in mixed_against_chance(found.counts, chance)


def test_background_dissolved_among_labelled_clips_is_not_called_clean():
    rng = np.random.default_rng(0)
    labels = np.eye(3, dtype=bool)[np.where(np.arange(300) < 30, 0, rng.integers(1, 3, 300))][:, 1:]
    found, chance = said(rng.integers(0, 3, 300), labels, np.arange(300))
    assert headline(found.counts, chance).startswith(
        "The clusters do not show that labelled clips differ from background: 0 of 270 labelled clips"
    )
    told = against_chance(found.counts, chance)
    assert "30 of 30 background clips" in told and "no more than by chance" in told


def test_labels_told_apart_and_labels_mixed_are_told_apart():
    world = planted(n=300, per_recording=1, seed=2)
    places, apart = said(cluster(world.x, 4), world.labels, world.recording)
    assert headline(places.counts, apart).startswith("The clusters tell labelled clips from background: 0 of")
    assert apart.mixed.against == "fewer" and apart.mixed.observed == 0
    blurred = np.where((world.targets > 0)[:, None], world.x * (np.arange(16) == 0) + 9, world.x)
    _, mixed = said(cluster(blurred, 4), world.labels, world.recording)
    assert mixed.mixed.against == "as" and mixed.wrong_side.against == "fewer"


def test_nothing_is_said_of_chance_with_few_recordings():
    world = planted(n=60, per_recording=30, seed=0)
    found, chance = said(cluster(world.x, 4), world.labels, np.repeat([0, 1], 30))
    assert chance.wrong_side.against is None
    assert "chance" not in headline(found.counts, chance)
    assert "cannot be told: 2 recordings are too few" in against_chance(found.counts, chance)


@pytest.mark.parametrize("kept", ["background", "labelled"])
def test_one_side_alone_is_said_so(kept):
    labels = rows(*(["A", "B", "A", "C"] * 5 if kept == "labelled" else [""] * 20))
    found, chance = said(np.arange(20) % 3, labels, np.arange(20))
    assert chance.wrong_side is None and against_chance(found.counts, chance) == ""
    words = "There is no background" if kept == "labelled" else "No clip on this map carries a label"
    assert headline(found.counts, chance).startswith(words)


def test_chance_survives_json_and_repeats():
    world = planted(n=200, mixing=0.3, seed=5)
    clusters = cluster(world.x, 4)
    found, chance = said(clusters, world.labels, world.recording)
    assert (
        PlacementChance.from_dict(chance.to_dict())
        == chance
        == said(clusters, world.labels, world.recording)[1]
    )
    assert set(found.counts) == set(TITLES) == set(PLACES)
