"""The map outlines calls among background where there is something to see, and next to never where there is nothing."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from bioviz.analysis.misclustered.chance import placement_chance
from bioviz.analysis.misclustered.placement import PLACES, placement
from bioviz.ui.explore.regions import regions_of

NAMES = ("background", "cat", "dog", "owl")


def run_of(clusters: np.ndarray, targets: np.ndarray, recording: np.ndarray) -> SimpleNamespace:
    """What of a run the regions rest on."""
    labels = targets[:, None] == np.arange(1, len(NAMES))
    places = placement(clusters, labels)
    return SimpleNamespace(
        chance=placement_chance(clusters, labels, recording, places, n_deals=199),
        clusters=clusters,
        targets=targets,
        target_names=NAMES,
        rows=10 * np.arange(len(targets)),
        misclustered_list=lambda name: np.flatnonzero(places.place == PLACES.index(name)),
    )


def clips(rng: np.random.Generator, recordings: int = 60, each: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Cluster and target of clips whose recordings each have their own mixture of clusters, labels at random."""
    recording = np.repeat(np.arange(recordings), each)
    own = rng.integers(0, 5, recordings)[recording]
    clusters = np.where(rng.random(len(recording)) < 0.7, own, rng.integers(0, 5, len(recording)))
    targets = np.where(rng.random(recordings) < 0.55, 0, rng.integers(1, 4, recordings))[recording]
    return clusters, targets


def test_where_labels_mean_nothing_a_region_is_outlined_in_one_of_twenty_at_most():
    rng = np.random.default_rng(0)
    recording = np.repeat(np.arange(60), 4)
    outlined = sum(bool(regions_of(run_of(*clips(rng), recording), None)) for _ in range(150))
    print(f"regions in {outlined} of 150 datasets without any")
    assert outlined <= 0.05 * 150


def planted(moved: int = 8) -> SimpleNamespace:
    """Background in cluster 0, each label in its own, but `moved` cats among background."""
    targets = np.repeat([0, 1, 2, 3], 40)
    clusters = targets.copy()
    clusters[40 : 40 + moved] = 0
    return run_of(clusters, targets, np.arange(len(targets)))


def test_calls_that_lie_among_background_are_outlined_with_their_number():
    (region,) = regions_of(planted(), None)
    assert region.title == "8 cat among background" and region.lines == ()
    assert region.rows.tolist() == [10 * i for i in range(40, 48)]
    assert regions_of(planted(moved=4), None) == [], "four clips are no region"


def test_a_cause_is_named_only_where_the_diagnosis_gives_it_to_most_of_the_clips():
    run = planted()

    def diagnosis(masked: int) -> SimpleNamespace:
        applies = np.zeros((160, 2), dtype=bool)
        applies[40 : 40 + masked, 1] = True
        applies[40:48, 0] = True  # which is no cause
        titles = ("unexplained", "masked by noise")
        triage = SimpleNamespace(applies=applies, causes=("unexplained", "masked"), all_titles=titles)
        return SimpleNamespace(triage=triage)

    assert regions_of(run, diagnosis(6))[0].lines == ("Likeliest cause of 6 of them: masked by noise",)
    assert regions_of(run, diagnosis(4))[0].lines == ()
    assert regions_of(run, diagnosis(0))[0].lines == ()


def test_a_region_of_several_labels_says_which():
    targets = np.repeat([0, 1, 2, 3], 40)
    clusters = targets.copy()
    clusters[[*range(40, 46), *range(80, 83), 120]] = 0
    (region,) = regions_of(run_of(clusters, targets, np.arange(len(targets))), None)
    assert region.title == "10 labelled clips among background"
    assert region.lines == ("cat 6, dog 3, owl 1",)


def test_background_among_calls_is_outlined_too_and_said_to_be_background():
    targets = np.repeat([0, 1, 2, 3], 40)
    clusters = targets.copy()
    clusters[:7] = 2
    clusters[40:50] = 0
    first, second = regions_of(run_of(clusters, targets, np.arange(len(targets))), None)
    assert first.title == "10 cat among background" and not first.is_background
    assert second.title == "7 background among labelled clips" and second.is_background
    assert second.rows.tolist() == [10 * i for i in range(7)]
    assert second.lines == ("In a cluster where dog is the commonest label",)
