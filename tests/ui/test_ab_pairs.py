"""What a clip is heard against: nearest on either side, other recordings before its own."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bioviz.analysis.neighbors.knn import KnnGraph, knn_both
from bioviz.datasets.independence import Unit
from bioviz.ui.clips.ab_pairs import nearest_for_ab


def case(points, labels, recordings, k=10, rows=None):
    """A run and dataset of points on a line; `labels` are texts such as "ab" for labels a and b, "" for none."""
    points = np.asarray(points, dtype=np.float32)[:, None]
    on = np.array([[letter in text for letter in "abc"] for text in labels])
    everywhere, elsewhere = knn_both(points, k, np.asarray(recordings), metric="euclidean")
    rows = np.arange(len(points)) if rows is None else np.asarray(rows)
    full = np.zeros((int(rows.max()) + 1, 3), dtype=bool)
    full[rows] = on
    dataset = SimpleNamespace(clips=SimpleNamespace(labels=full))
    run = SimpleNamespace(
        rows=rows,
        unit=Unit.RECORDING,
        graph=everywhere,
        knn_cross_unit=elsewhere,
        position=lambda row: int(np.searchsorted(rows, row)),
    )
    return run, dataset


def test_a_labelled_clip_gets_background_and_its_own_label():
    run, dataset = case([0, 1, 2, 3, 4], ["a", "b", "", "ab", ""], [0, 1, 2, 3, 4])
    assert nearest_for_ab(run, dataset, 0) == [("nearest background", 2), ("nearest of the same label", 3)]
    assert nearest_for_ab(run, dataset, 1) == [("nearest background", 2), ("nearest of the same label", 3)]


def test_background_gets_a_labelled_clip_and_other_background():
    run, dataset = case([0, 1, 2, 3, 4], ["a", "b", "", "ab", ""], [0, 1, 2, 3, 4])
    assert nearest_for_ab(run, dataset, 4) == [("nearest labelled clip", 3), ("nearest background", 2)]


def test_other_recordings_come_first_and_the_own_one_is_said():
    run, dataset = case([0, 1, 2, 5], ["a", "", "a", ""], [0, 0, 0, 1])
    assert nearest_for_ab(run, dataset, 0) == [
        ("nearest background", 3),
        ("nearest of the same label (same original recording)", 2),
    ]


def test_a_side_without_neighbors_is_left_out():
    run, dataset = case([0, 1, 2], ["a", "a", "a"], [0, 1, 2])
    assert nearest_for_ab(run, dataset, 1) == [("nearest of the same label", 0)]
    empty = KnnGraph(np.full((1, 3), -1, np.int32), np.full((1, 3), np.inf, np.float32), "cosine", False)
    alone, dataset = case([0], ["a"], [0])
    alone.graph = alone.knn_cross_unit = empty
    assert nearest_for_ab(alone, dataset, 0) == []


def test_rows_are_those_of_the_dataset():
    run, dataset = case([0, 1, 2], ["a", "", "a"], [0, 1, 2], rows=[10, 20, 30])
    assert nearest_for_ab(run, dataset, 10) == [("nearest background", 20), ("nearest of the same label", 30)]


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_a_search_by_hand(seed):
    rng = np.random.default_rng(seed)
    points, recordings = rng.random(40), rng.integers(0, 8, 40)
    labels = rng.choice(["", "a", "b", "ab", "c"], 40)
    run, dataset = case(points, labels, recordings, k=39)
    for row in range(40):
        found = dict(nearest_for_ab(run, dataset, row))
        wanted = [i for i in range(40) if recordings[i] != recordings[row] and labels[i] == "" and i != row]
        if wanted:
            assert found["nearest background"] == min(wanted, key=lambda i: abs(points[i] - points[row]))
