"""Leaving out recordings: equal to computing anew without them, and intervals that know of the edge."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bioviz.analysis.comparison import comparison
from bioviz.analysis.comparison.comparison import neighborhood_change
from bioviz.analysis.neighbors import jackknife
from bioviz.analysis.neighbors.jackknife import (
    interval,
    left_out,
    mean_share_interval,
    p_above,
    parts_of,
    share_interval,
    share_p_above_half,
    standard_error,
)
from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from bioviz.analysis.rows import blocks
from bioviz.analysis.statistics.familywise import holm
from tests.analysis.planted import planted


@pytest.mark.parametrize("grouped", [True, False])
def test_leaving_out_equals_computing_anew(grouped):
    p = planted(n=160, mixing=0.5, per_recording=8)
    groups = p.recording if grouped else None
    graph = knn(p.x, 40, "euclidean", groups)
    parts = parts_of(p.recording, most=9)
    assert parts.max() == 8 and all(len(np.unique(parts[p.recording == r])) == 1 for r in range(20))
    found = list(left_out(graph, 10, p.background, p.recording, parts))
    assert len(found) == 9
    for part, confusion in enumerate(found):
        stay = np.flatnonzero(parts != part)
        alone = knn(p.x[stay], 10, "euclidean", None if groups is None else groups[stay])
        anew = noise_confusion(alone, p.background[stay], p.recording[stay])
        np.testing.assert_allclose(confusion.confusion[stay], anew.confusion)
        assert np.isnan(confusion.confusion[parts == part]).all()


def test_where_the_lists_are_too_short_what_is_left_counts():
    p = planted(n=120, per_recording=10)
    graph = knn(p.x, 6, "euclidean", p.recording)
    for confusion in left_out(graph, 6, p.background, p.recording, p.recording):
        assert np.nanmax(confusion.confusion) <= 1 and np.isfinite(confusion.confusion).sum() > 90


def test_the_error_of_a_mean_is_the_usual_one():
    rng = np.random.default_rng(0)
    x = rng.normal(size=30)
    without = (x.sum() - x) / 29
    error = standard_error(np.array([x.mean()]), without[:, None], [30])
    assert error[0] == pytest.approx(x.std(ddof=1) / np.sqrt(30))
    low, high = interval(np.array([x.mean()]), without[:, None], [30])
    assert high[0] - x.mean() == pytest.approx(2.0452 * error[0], rel=1e-4)
    # Parts that do not bear on a figure add nothing.
    more = np.append(without, np.full(70, x.mean()))
    assert standard_error(np.array([x.mean()]), more[:, None], [30])[0] == pytest.approx(error[0])
    low, high = interval(np.array([0.5]), without[:7, None], [7])
    assert np.isnan(low[0]) and np.isnan(high[0])


def test_a_perfect_share_is_not_certain():
    one = np.ones((20, 1))
    low, high = share_interval(np.array([1.0]), one, [20])
    assert high[0] == 1 and 0.85 < low[0] < 0.95
    fewer, _ = share_interval(np.array([1.0]), one, [8])
    assert fewer[0] < low[0]
    assert np.isnan(share_interval(np.array([1.0]), one, [7])[0][0])
    assert share_p_above_half(1.0, np.ones(20), 20) < 1e-4
    assert share_p_above_half(1.0, np.ones(7), 7) is None
    rng = np.random.default_rng(1)
    assert share_p_above_half(0.5, 0.5 + 0.01 * rng.normal(size=30), 30) == pytest.approx(0.5)
    assert p_above(0.0, np.zeros(30), 30) is None  # no spread: nothing to measure by


def test_holm_holds_all_claims_together():
    assert holm({}) == {} and holm({"a": None}) == {}
    assert set(holm({"a": 0.001, "b": 0.02, "c": 0.2})) == {"a", "b"}
    assert set(holm({"a": 0.03, "b": 0.04, "c": None})) == set()
    assert holm({"a": 0.01, "b": 0.04}) == {"a": 0.025, "b": 0.05}
    # What fails stops all that is less sure than itself.
    assert set(holm({"a": 0.001, "b": 0.03, "c": 0.04})) == {"a"}


def test_the_interval_of_a_mean_equals_the_loop_and_counts_units():
    rng = np.random.default_rng(1)
    units = np.repeat(np.arange(20), rng.integers(1, 30, 20)) + 5
    values = np.where(rng.random(len(units)) < 0.1, np.nan, rng.beta(2, 3, len(units)))
    members = np.stack(
        [np.ones(len(units), bool), units < 16, units < 12, np.zeros(len(units), bool)], axis=1
    )
    mean, low, high = mean_share_interval(values, members, units)
    for column, several in ((0, 20), (1, 11)):
        mine = members[:, column] & np.isfinite(values)
        without = [values[mine & (units != unit)].mean() for unit in np.unique(units)]
        clips = np.bincount(units[mine])
        freedom = [clips.sum() ** 2 / (clips**2).sum() - 1]
        alone = share_interval(
            values[mine].mean(keepdims=True), np.array(without)[:, None], [several], freedom=np.array(freedom)
        )
        assert mean[column] == pytest.approx(values[mine].mean())
        assert (low[column], high[column]) == pytest.approx((alone[0][0], alone[1][0]))
    assert np.isfinite(mean[2]) and np.isnan([low[2], high[2]]).all()  # seven units
    assert np.isnan([mean[3], low[3], high[3]]).all()


def test_the_interval_of_a_mean_is_never_without_width_and_is_wider_where_few_units_hold_most_clips():
    units = np.repeat(np.arange(12), 5)
    mean, low, high = mean_share_interval(np.ones(60), np.ones((60, 1), bool), units)
    assert mean[0] == high[0] == 1 and low[0] < 0.9
    values = np.tile([0.2, 0.4, 0.6], 4)
    even, uneven = (
        mean_share_interval(
            np.repeat(values, size), np.ones((np.sum(size), 1), bool), np.repeat(range(12), size)
        )
        for size in (np.full(12, 20), np.array([200, *[4] * 11]))
    )
    assert uneven[2] - uneven[1] > 2 * (even[2] - even[1])
    assert mean_share_interval(np.empty(0), np.empty((0, 2), bool), np.empty(0, int))[0].shape == (2,)


def test_clips_are_gone_over_in_blocks_without_a_trace(monkeypatch):
    p = planted(n=200, labels=2, mixing=0.3, k=15)
    graph, parts = p.graphs[1], parts_of(p.recording, most=7)
    whole = [each.confusion for each in left_out(graph, 10, p.background, p.recording, parts)]
    moved = neighborhood_change(p.graphs[0], p.graphs[1])
    sizes = []

    def few(count: int, row_bytes: int) -> Iterator[tuple[int, int]]:
        for start, stop in blocks(count, row_bytes, 17 * row_bytes):
            sizes.append(stop - start)
            yield start, stop

    monkeypatch.setattr(jackknife, "blocks", few)
    monkeypatch.setattr(comparison, "blocks", few)
    in_parts = [each.confusion for each in left_out(graph, 10, p.background, p.recording, parts)]
    np.testing.assert_array_equal(in_parts, whole)
    np.testing.assert_array_equal(neighborhood_change(p.graphs[0], p.graphs[1]), moved)
    assert max(sizes) == 17 and len(sizes) == 2 * 12 and 0 < np.nanmean(moved) < 1
