"""Two groups, mixing at a set SNR, window shifts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from bioviz.analysis.bootstrap import draws
from bioviz.analysis.compare import benjamini_hochberg, compare_groups
from bioviz.analysis.mixing import lost_at, lost_interval, mix_at_snr
from bioviz.analysis.neighbours import knn, nearest_to
from bioviz.analysis.stability import ellipses, place, shift_stability
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


@settings(max_examples=50, deadline=None)
@given(
    st.floats(-20, 30), st.integers(10, 3000), st.integers(5, 3000), st.integers(0, 99), st.floats(0.001, 3)
)
def test_mixing_hits_the_ratio_asked_for(snr, length, noise_length, seed, loudness):
    rng = np.random.default_rng(seed)
    signal, noise = loudness * rng.normal(size=length), rng.normal(size=noise_length)
    mixture = mix_at_snr(signal, noise, snr)
    assert mixture.dtype == np.float32 and mixture.shape == (length,) and np.abs(mixture).max() <= 1 + 1e-6
    design = np.column_stack([signal, np.resize(noise, length)])
    gains, *_ = np.linalg.lstsq(design, mixture.astype(float), rcond=None)
    parts = design * gains
    measured = 10 * np.log10((parts[:, 0] ** 2).mean() / (parts[:, 1] ** 2).mean())
    assert measured == pytest.approx(snr, abs=0.02)


def test_mixing_measures_where_the_call_is():
    signal = np.zeros(1000)
    signal[400:500] = np.sin(np.arange(100))
    active = signal != 0
    noise = np.random.default_rng(0).normal(size=1000)
    mixture = mix_at_snr(signal, noise, 0, active)
    scale = mixture[:400] @ noise[:400] / (noise[:400] @ noise[:400])
    loud = mixture[active] - scale * noise[active]
    assert (loud**2).mean() == pytest.approx(((scale * noise[active]) ** 2).mean(), rel=1e-3)


@pytest.mark.parametrize(
    ("signal", "noise", "snr", "message"),
    [
        (np.zeros(5), np.ones(5), 0, "silent"),
        (np.ones(5), np.zeros(5), 0, "silent"),
        (np.ones(0), np.ones(5), 0, "empty"),
        (np.ones(5), np.ones(5), np.nan, "must be a number"),
    ],
)
def test_mixing_says_what_is_wrong(signal, noise, snr, message):
    with pytest.raises(BadInput, match=message):
        mix_at_snr(signal, noise, snr)


def test_where_a_label_is_lost():
    snr = np.array([-10, 0, 10, 20.0])
    share = np.array([[1, 0.4, 1, 0.6], [0.75, 0.3, 1, 0.6], [0.25, 0.2, np.nan, 0.6], [0, 0.1, 0, 0.6]])
    assert lost_at(snr, share)[0] == pytest.approx(5)
    assert (
        lost_at(snr, share)[1] == -np.inf
        and np.isnan(lost_at(snr, share)[2])
        and lost_at(snr, share)[3] == np.inf
    )
    assert (lost_at(snr[::-1], share[::-1])[:2] == lost_at(snr, share)[:2]).all()


SNRS = np.arange(30.0, -21.0, -1.0)


def limits(rng, recordings: int, clips: int, middle: float):
    """Clips that sink at an SNR of their recording's own, about `middle`: (s, m) in background, (m,) recording."""
    at = np.repeat(rng.normal(middle, 4, recordings), clips)
    return (SNRS[:, None] < at).astype(float), np.repeat(np.arange(recordings), clips)


def test_the_interval_of_where_a_label_is_lost_holds_the_planted_place():
    rng = np.random.default_rng(1)
    held, widths = 0, []
    for _ in range(100):
        sunk, recording = limits(rng, 30, 4, 5.0)
        everyone = np.ones((len(recording), 1), dtype=bool)
        low, high = (end[0] for end in lost_interval(SNRS, sunk, everyone, recording, n_boot=200))
        assert low <= lost_at(SNRS, sunk.mean(axis=1)[:, None])[0] <= high
        held += low <= 5 + 0.5 and high >= 5 - 0.5  # a step is 1 dB
        widths.append(high - low)
    assert 90 <= held <= 100
    # Of a normal distribution the median's standard error is 1.25 s / sqrt(n).
    assert np.mean(widths) == pytest.approx(2 * 1.96 * 1.25 * 4 / np.sqrt(30), rel=0.25)


def test_the_interval_of_where_a_label_is_lost_counts_recordings_and_not_clips():
    rng = np.random.default_rng(2)
    few = limits(rng, 12, 1, 0.0)
    many = (np.repeat(few[0], 25, axis=1), np.repeat(few[1], 25))
    ends = [lost_interval(SNRS, s, np.ones((len(r), 1), bool), r, seed=3) for s, r in (few, many)]
    np.testing.assert_array_equal(ends[0], ends[1])
    other = lost_interval(SNRS, few[0], np.ones((12, 1), bool), few[1], seed=4)
    assert (np.asarray(other) != np.asarray(ends[0])).any()


def test_the_interval_of_where_a_label_is_lost_by_a_slow_draw_and_at_its_edges():
    rng = np.random.default_rng(5)
    sunk, recording = limits(rng, 8, 3, 5.0)
    sunk[3, 4] = np.nan
    members = np.column_stack([rng.random(24) < 0.7, recording == 2, np.zeros(24, bool), np.ones(24, bool)])
    low, high = lost_interval(SNRS, sunk, members, recording, n_boot=400, seed=6)
    (weights,) = draws(8, 400, seed=6)
    for label in (0, 3):
        slow = []
        for drawn in weights:
            clips = [
                i
                for r, times in enumerate(drawn)
                for i in np.flatnonzero(recording == r).tolist() * int(times)
            ]
            clips = [i for i in clips if members[i, label]]
            slow.append(lost_at(SNRS, np.nanmean(sunk[:, clips], axis=1)[:, None])[0])
        slow = np.sort(slow)
        assert low[label] == pytest.approx(slow[int(0.025 * 399)])
        assert high[label] == pytest.approx(slow[int(np.ceil(0.975 * 399))])
    assert np.isnan([low[1], high[1], low[2], high[2]]).all(), "one recording, or none, tells no interval"
    never, always = np.zeros_like(sunk), np.ones_like(sunk)
    assert [end[3] for end in lost_interval(SNRS, never, members, recording)] == [-np.inf, -np.inf]
    assert [end[3] for end in lost_interval(SNRS, always, members, recording)] == [np.inf, np.inf]
    half = never.copy()
    half[-1, recording < 4] = 1  # lost at the last step, or just not
    low, high = (end[3] for end in lost_interval(SNRS, half, members, recording))
    assert low == -np.inf and high <= SNRS[-2]


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
