"""Two groups, mixing at a set SNR, window shifts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from bioviz.analysis.groups.effects import benjamini_hochberg, compare_groups
from bioviz.analysis.neighbors.knn import knn, nearest_to
from bioviz.analysis.neighbors.window_shift import ellipses, place, shift_stability
from bioviz.errors import BadInput
from tests.analysis.planted import planted


def test_the_feature_that_differs_comes_first_with_its_size():
    rng = np.random.default_rng(0)
    a = np.arange(400) < 150
    recording = rng.integers(0, 60, 400)
    columns = {f"noise {i}": rng.normal(size=400) for i in range(8)}
    columns["snr_db"] = rng.normal(10, 4, 400) - 6 * a
    columns["empty"] = np.where(a, np.nan, 1.0)
    effects = compare_groups(columns, a, ~a, recording)
    first = effects[0]
    assert first.feature == "snr_db" and len(effects) == 9
    assert first.difference == pytest.approx(-6, abs=1) and first.low < -5 < first.high + 1
    assert first.low <= first.difference <= first.high
    slow = np.mean(np.sign(columns["snr_db"][a][:, None] - columns["snr_db"][~a][None]))
    assert first.delta == pytest.approx(slow) and first.delta_low < slow < first.delta_high
    assert first.q < 1e-6 and sum(e.q < 0.05 for e in effects[1:]) == 0
    assert (first.clips_a, first.clips_b) == (150, 250)


def test_no_certainty_from_one_recording_against_another():
    values = np.r_[np.zeros(50), np.ones(50)]
    (effect,) = compare_groups({"snr_db": values}, values == 0, values == 1, values.astype(int))
    assert effect.delta == -1 and effect.p is None and effect.q is None and effect.delta_low is None


def test_p_values_are_uniform_when_nothing_differs():
    rng = np.random.default_rng(1)
    p = []
    for _ in range(200):
        recording = np.repeat(np.arange(40), 5)
        side = (np.arange(40) % 2 == 0)[recording]
        values = rng.normal(size=40)[recording] + 0.3 * rng.normal(size=200)
        p.append(compare_groups({"x": values}, side, ~side, recording)[0].p)
    assert np.mean(np.array(p) < 0.05) < 0.12  # clip by clip it would be about 0.4


def test_benjamini_hochberg_equals_scipy():
    p = np.random.default_rng(2).random(20) ** 2
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p))
    with_nan = benjamini_hochberg(np.append(p, np.nan))
    assert np.isnan(with_nan[-1])
    np.testing.assert_allclose(with_nan[:-1], benjamini_hochberg(p))


def test_nearest_to_equals_the_graph_of_the_set_itself():
    p = planted(n=200)
    x = p.x.copy()
    x[3] = np.nan
    for metric in ("cosine", "euclidean"):
        graph = knn(x, 6, metric, p.recording)
        asked = nearest_to(x, x[:50], 6, metric, p.recording, p.recording[:50])
        assert (asked.indices == graph.indices[:50]).all()
        np.testing.assert_allclose(asked.distances, graph.distances[:50], atol=1e-5)
    assert (nearest_to(x, x[:5], 1).indices[[0, 1, 2, 4], 0] == [0, 1, 2, 4]).all()
    assert nearest_to(x[:0], x[:2], 3).indices.tolist() == [[-1] * 3] * 2


def test_shifts_that_stay_and_shifts_that_leave():
    p = planted(n=400)
    rows = np.arange(20)
    rng = np.random.default_rng(1)
    still = np.repeat(p.x[rows, None], 4, axis=1)
    stay = shift_stability(p.x, rows, still, p.recording, metric="euclidean")
    assert (stay.kept == 1).all() and not stay.changed.any() and np.allclose(stay.spread, 0)
    spreads, kept = [], []
    for size in (0.1, 1, 10):
        moved = still + size * rng.normal(size=still.shape)
        result = shift_stability(p.x, rows, moved.astype(np.float32), p.recording, metric="euclidean")
        spreads.append(result.spread.mean())
        kept.append(result.kept.mean())
    assert (np.diff(spreads) > 0).all() and (np.diff(kept) < 0).all()
    assert result.changed.mean() > 0.9 and (result.relative > 1).all()
    with pytest.raises(BadInput, match="are not of 3 clips"):
        shift_stability(p.x, rows[:3], still, p.recording)


def test_places_and_ellipses():
    p = planted(n=100)
    xy = p.x[:, :2].astype(float)
    graph = nearest_to(p.x, p.x[:10], 5, "euclidean")
    np.testing.assert_allclose(place(graph, xy), xy[:10], atol=0.15)
    far = np.random.default_rng(0).normal(size=(5000, 2)) * [3, 1]
    angle = np.pi / 6
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    x, y, long, short, tilt = ellipses((far @ turn.T + [5, 7])[None])[0]
    assert (x, y) == pytest.approx((5, 7), abs=0.2)
    assert (long, short, tilt) == pytest.approx((3, 1, angle), abs=0.1)
