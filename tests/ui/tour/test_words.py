"""What the tour says is what the results say: causes only beyond chance, and "cannot be told" where it cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from bioviz.analysis.comparison.score_differences import Difference
from bioviz.analysis.diagnosis.verdict.clause import Clause
from bioviz.ui.tour import words


@dataclass
class FakeGraph:
    indices: np.ndarray


@dataclass
class FakeRun:
    """Six clips of two recordings: three of frog, three of background."""

    targets: np.ndarray
    groups: np.ndarray
    rows: np.ndarray
    knn_cross_unit: FakeGraph
    graph: FakeGraph


class FakeDataset:
    target_names = ("background", "frog", "wren")


def run_of(near: list[list[int]], targets=(1, 1, 1, 0, 0, 0), groups=(0, 0, 1, 0, 1, 1)) -> FakeRun:
    graph = FakeGraph(np.array(near))
    return FakeRun(np.array(targets), np.array(groups), np.arange(10, 16), graph, graph)


def test_the_odd_pair_is_the_clip_deepest_in_background_and_its_nearest_neighbor():
    run = run_of([[2, 4], [4, 5], [3, 0], [2, 0], [1, 0], [0, 1]])
    assert words.odd_pair(run, FakeDataset()) == words.Pair((11, 14), ("frog", "background"))


def test_there_is_no_odd_pair_where_no_label_has_background_as_its_nearest():
    assert words.odd_pair(run_of([[2, 4], [2, 5], [0, 3], [4, 5], [3, 5], [3, 4]]), FakeDataset()) is None


def test_a_missing_neighbor_is_not_background():
    run = run_of([[-1, -1], [-1, -1], [-1, -1], [-1, -1], [-1, -1], [-1, -1]])
    assert words.odd_pair(run, FakeDataset()) is None


CAUSE = Clause("Calls below 3 dB sit in background: 85 % against 47 %.", "cause", claim=True)
NO_CAUSE = Clause("No measured property of the sound goes with confusion beyond chance.", "cause")
UNTOLD = Clause("What of the sound goes with confusion cannot be told from fewer than 8 recordings.", "cause")
PLACE = Clause("Neighbors share the site 3.2 times as often as their labels explain.", "place", claim=True)
APART = Clause("The model tells background from labelled clips well.", "separability", claim=True)
TOGETHER = Clause(
    "The model does not tell background from labelled clips better than chance could.", "separability"
)
FINE = Clause("Nothing is wrong that bioviz looks for.", "separability")


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ([APART, PLACE, CAUSE], CAUSE),
        ([APART, PLACE, NO_CAUSE], PLACE),
        ([APART, NO_CAUSE], NO_CAUSE),
        ([APART, UNTOLD], UNTOLD),
        ([FINE, APART], FINE),
        ([TOGETHER, CAUSE, PLACE], TOGETHER),
    ],
    ids=[
        "a cause",
        "a place",
        "no cause",
        "cannot be told",
        "nothing wrong",
        "background is not told at all",
    ],
)
def test_why_says_what_holds_beyond_chance_or_that_nothing_does(monkeypatch, clauses, said):
    monkeypatch.setattr(words, "verdict", lambda d: clauses)
    monkeypatch.setattr(words, "worst_label", lambda d: "Most mixed with background: frog (0.6).")
    text, clause = words.why(None)
    assert clause is said and said.text in text
    assert text.startswith("Most mixed") == (said.kind in words.WHY)


LEVELS = np.array([np.inf, 10.0, 0.0, -10.0])


@dataclass
class FakeScores:
    told: np.ndarray
    lost_at_db: np.ndarray
    snrs_db: np.ndarray
    clips: np.ndarray


@dataclass
class FakeNoise:
    scores: FakeScores


def noise(auroc: list[float], low: list[float], at: list[list[float]]) -> FakeNoise:
    told = np.zeros((len(LEVELS), len(auroc), 3))
    told[:, :, 0], told[:, :, 1], told[:, :, 2] = auroc, low, 1.0
    return FakeNoise(FakeScores(told, np.array(at), LEVELS, np.full(len(auroc), 20)))


def test_labels_are_named_from_the_one_lost_first():
    result = noise([0.9, 0.95, 0.9], [0.8, 0.9, 0.8], [[-4, -6, -2], [3, 1, 5], [-np.inf, -np.inf, -9]])
    text = words.lost(result, ["frog", "wren", "owl"], "recording")
    assert text == (
        "Lost in added background: wren at 3.0 dB (1.0 to 5.0 dB); frog at -4.0 dB (-6.0 to -2.0 dB); "
        "1 more on the page."
    )
    assert words.curve_label(result) == 1


def test_where_intervals_overlap_no_label_is_said_to_be_lost_first():
    result = noise([0.9, 0.95], [0.8, 0.9], [[2, -6, 8], [3, 1, 5]])
    assert "none clearly before all others" in words.lost(result, ["frog", "wren"], "recording")


def test_a_label_that_is_not_told_as_recorded_is_not_said_to_be_lost():
    result = noise([0.7, 0.9], [0.6, 0.45], [[np.nan] * 3, [np.nan] * 3])
    assert "cannot be told" in words.lost(result, ["frog", "wren"], "recording")
    assert words.curve_label(result) is None


def test_labels_that_bear_all_ratios_are_said_so():
    result = noise([0.9], [0.8], [[-np.inf, -np.inf, -np.inf]])
    assert words.lost(result, ["frog"], "recording").startswith("None of the 1 labels")


@dataclass
class FakeTransitions:
    rescued: np.ndarray
    broken: np.ndarray
    clips: np.ndarray
    before: np.ndarray
    after: np.ndarray


@dataclass
class FakeChanges:
    transitions: dict
    scores: tuple


@dataclass
class FakeComparison:
    changes: FakeChanges


def comparison(*scores: Difference) -> FakeComparison:
    moved = FakeTransitions(
        np.arange(16), np.arange(3), np.array([40, 60, 60]), np.array([2, 12, 10]), np.array([1, 4, 5])
    )
    return FakeComparison(FakeChanges({"confusion": moved}, scores))


BETTER = Difference("purity", 0.5, 0.7, 0.2, 0.1, 0.3, exceeds=True)


def test_rescued_and_broken_are_counted_without_the_background():
    text = words.changed(comparison(BETTER), "recording")
    assert text.startswith(
        "16 clips rescued from background, 3 broken (22 among background before, 9 after, of 120"
    )
    assert "larger than its uncertainty" in text and "better" in text


@pytest.mark.parametrize(
    ("exceeds", "said"), [(False, "No score differs by more than its uncertainty."), (None, "cannot be told")]
)
def test_a_difference_that_chance_could_bring_is_not_said(exceeds, said):
    text = words.changed(comparison(replace(BETTER, exceeds=exceeds)), "recording")
    assert said in text and "better" not in text
