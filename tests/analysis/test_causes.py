"""Acoustic causes, overlap columns, triage, queues, false alarms: planted causes are found and said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from bioviz.analysis.causes import acoustic_causes, rank_correlation
from bioviz.analysis.confusion import noise_confusion
from bioviz.analysis.false_alarms import false_alarms
from bioviz.analysis.features import FEATURES, feature
from bioviz.analysis.neighbours import knn_both
from bioviz.analysis.overlap import call_columns
from bioviz.analysis.queues import queues
from bioviz.analysis.triage import CAUSES, triage
from tests.analysis.planted import planted


def test_rank_correlation_equals_scipy_and_its_interval_holds_it():
    rng = np.random.default_rng(0)
    y, columns = rng.integers(0, 9, 300).astype(float), rng.normal(size=(300, 3))
    columns[:, 1] -= y
    columns[:20, 2] = np.nan
    rho, low, high = rank_correlation(y, columns, np.repeat(np.arange(60), 5))
    for i in range(3):
        good = np.isfinite(columns[:, i])
        assert rho[i] == pytest.approx(spearmanr(y[good], columns[good, i])[0])
    assert (low < rho).all() and (rho < high).all() and high[1] < 0
    constant, *_ = rank_correlation(y, np.ones((300, 1)), np.arange(300))
    assert np.isnan(constant[0])


def test_the_feature_that_causes_it_is_found_and_said():
    rng = np.random.default_rng(1)
    n = 1200
    labels = np.zeros((n, 2), bool)
    labels[np.arange(n), np.arange(n) % 2] = True
    snr = rng.uniform(-10, 20, n)
    lost = (snr < 3) & labels[:, 0]  # only the first label depends on it
    confusion = np.where(rng.random(n) < np.where(lost, 0.8, 0.1), 0.9, 0.1)
    columns = {"snr_db": snr, "level_dbfs": rng.normal(-30, 5, n), "flatness": np.full(n, 0.5)}
    found = {(c.feature, c.target): c for c in acoustic_causes(confusion, columns, labels, np.arange(n) // 6)}
    cause = found["snr_db", 1]
    assert cause.sure and cause.rho < -0.4 and cause.threshold == pytest.approx(3, abs=2)
    assert cause.below == pytest.approx(0.8, abs=0.12) and cause.above == pytest.approx(0.1, abs=0.08)
    sentence = cause.sentence(("background", "owl", "frog"))
    assert sentence.startswith("Clips of owl with signal-to-noise ratio below ")
    assert f"{100 * cause.below:.0f} % against {100 * cause.above:.0f} % of the others" in sentence
    assert not found["snr_db", 2].sure and not found["level_dbfs", 1].sure
    assert ("flatness", 1) not in found
    curve = cause.curve
    assert curve.mean[0] > 0.6 > 0.3 > curve.mean[-1]
    assert curve.adjusted[0] > curve.adjusted[-1] + 0.4
    assert (curve.low <= curve.mean).all() and (curve.mean <= curve.high).all()
    assert curve.count.sum() == cause.clips == 600


def test_partial_dependence_takes_out_what_another_feature_does():
    rng = np.random.default_rng(2)
    n = 2000
    snr = rng.uniform(-10, 20, n)
    level = snr + rng.normal(0, 3, n)  # goes with confusion only through snr
    confusion = np.clip((10 - snr) / 20, 0, 1)
    columns = {"snr_db": snr, "level_dbfs": level}
    found = {
        c.feature: c
        for c in acoustic_causes(confusion, columns, np.ones((n, 1), bool), np.arange(n))
        if c.target < 0
    }
    curve = found["level_dbfs"].curve
    assert np.ptp(curve.mean) > 0.7
    assert np.ptp(curve.adjusted) < 0.2
    assert np.ptp(found["snr_db"].curve.adjusted) > 0.7


def test_too_few_clips_say_nothing():
    assert (
        acoustic_causes(np.ones(10), {"snr_db": np.arange(10.0)}, np.ones((10, 1), bool), np.arange(10)) == ()
    )
    confusion = np.full(50, np.nan)
    assert (
        acoustic_causes(confusion, {"snr_db": np.arange(50.0)}, np.ones((50, 1), bool), np.arange(50)) == ()
    )


def test_units_in_words():
    assert feature("snr_db").text(3.04) == "3.0 dB"
    assert feature("peak_hz").text(4100) == "4.1 kHz"
    assert feature("call_share").text(0.123) == "12 %"
    assert feature("my_column").title == "my column"
    assert {"snr_db", "level_dbfs", "clipped_share", "flatness", "bandwidth_hz", "peak_hz"} <= set(FEATURES)


def test_call_columns_by_hand():
    boxes = np.array([[1.0, 2.0, 1000, 3000], [1.5, 3.0, np.nan, np.nan], [9.0, 9.5, 7000, 9000]])
    columns = call_columns(
        np.zeros(4, int),
        np.array([0.0, 1.5, 4.0, 9.25]),
        np.array([2.0, 3.5, 6.0, 11.25]),
        boxes,
        np.zeros(3, int),
        8000,
    )
    np.testing.assert_allclose(columns["call_share"], [0.5, 0.75, 0, 0.125])
    np.testing.assert_allclose(columns["call_inside"], [1, 1, np.nan, 0.5])
    np.testing.assert_allclose(columns["calls"], [2, 2, 0, 1])
    np.testing.assert_allclose(columns["above_nyquist"], [0, 0, np.nan, 0.5])
    assert "above_nyquist" not in call_columns(
        np.zeros(1, int), np.zeros(1), np.ones(1), boxes, np.zeros(3, int)
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15), st.integers(0, 1)), min_size=1, max_size=8))
def test_call_columns_equal_a_count_of_instants(spans):
    boxes = np.array([[a, a + width, np.nan, np.nan] for a, width, _ in spans], float)
    of = np.array([r for *_, r in spans])
    start, recording = np.tile(np.arange(0, 50, 5.0), 2), np.repeat([0, 1], 10)
    columns = call_columns(recording, start, start + 10, boxes, of)
    for i in range(20):
        instants = start[i] + np.arange(0.5, 10)
        own = [b for b, r in zip(boxes, of, strict=True) if r == recording[i]]
        covered = [any(b[0] < t < b[1] for b in own) for t in instants]
        assert columns["call_share"][i] == pytest.approx(np.mean(covered))
        inside = [sum(b[0] < t < b[1] for t in instants) / (b[1] - b[0]) for b in own]
        if max(inside, default=0) > 0:
            assert columns["call_inside"][i] == pytest.approx(max(inside))
        else:
            assert np.isnan(columns["call_inside"][i])


def test_triage_finds_each_planted_cause():
    p = planted(n=900, labels=3, per_recording=5)
    x = p.x.copy()
    labelled = np.flatnonzero(p.targets > 0)[:60]
    calm = np.flatnonzero(p.background)
    x[labelled] = x[calm[:60]] + 0.1  # sit in background
    columns = {
        "snr_db": np.full(900, 20.0),
        "call_share": np.where(p.background, 0.0, 0.8),
        "call_inside": np.where(p.background, np.nan, 1.0),
        "above_nyquist": np.zeros(900),
        "level_dbfs": np.full(900, -30.0),
    }
    planned = {
        "out_of_band": ("above_nyquist", 0.9),
        "empty": ("call_share", 0.01),
        "cut": ("call_inside", 0.2),
        "masked": ("snr_db", -2.0),
    }
    for i, (name, value) in enumerate(planned.values()):
        columns[name][labelled[10 * i : 10 * i + 10]] = value
    columns["call_share"][labelled[20:30]] = 0.3  # the end of a call
    columns["call_inside"][labelled[40:50]] = 0.1  # amid a long song, which fills the window
    graphs = knn_both(x, 15, p.recording, "euclidean")
    confusion = noise_confusion(graphs[1], p.background, p.recording)
    result = triage(confusion, *graphs, p.labels, p.recording, columns)
    names = p.names
    for i, cause in enumerate(planned):
        rows = labelled[10 * i : 10 * i + 10]
        assert (result.cause[rows] == CAUSES.index(cause)).all()
        assert result.evidence(int(rows[0]), names)
    rest = labelled[40:]
    assert (result.cause[rest] == CAUSES.index("label")).all() and (result.rival[rest] == 0).all()
    assert "are background" in result.evidence(int(rest[0]), names)
    assert "20 % of any call" in result.evidence(int(labelled[20]), names)
    fine = np.setdiff1d(np.flatnonzero(p.targets > 0), labelled)
    assert (result.cause[fine] == -1).mean() > 0.97 and result.evidence(int(fine[0]), names) == ""
    assert result.counts[:, 0].sum() == (result.cause[~p.background] >= 0).sum()


def test_triage_does_not_doubt_a_label_that_no_other_recording_has():
    p = planted(n=600)
    x = p.x.copy()
    rare = p.recording == 0
    x[rare] = x[np.flatnonzero(p.background & ~rare)[: rare.sum()]] + 0.1
    labels = np.hstack([p.labels & ~rare[:, None], rare[:, None]])
    naive, held_out = knn_both(x, 15, p.recording, "euclidean")
    names = (*p.names, "rare owl")
    confusion = noise_confusion(held_out, ~labels.any(axis=1), p.recording)
    result = triage(confusion, naive, held_out, labels, p.recording, {})
    assert (result.cause[rare] == CAUSES.index("alone")).all()
    assert "are background" in result.evidence(int(np.flatnonzero(rare)[0]), names)
    # With a second recording that has it, the neighbours do speak against it.
    labels[p.recording == 1, -1] = True
    result = triage(confusion, naive, held_out, labels, p.recording, {})
    assert (result.cause[rare] == CAUSES.index("label")).all()


def test_triage_tells_a_recorder_shortcut_and_a_missed_call():
    rng = np.random.default_rng(3)
    n = 600
    site, recording = np.repeat(np.arange(6), 100), np.repeat(np.arange(60), 10)
    targets = np.where(rng.random(n) < 0.5, 0, 1)
    x = (rng.normal(size=(n, 8)) + 20 * rng.normal(size=(6, 8))[site]).astype(np.float32)
    graphs = knn_both(x, 15, recording, "euclidean")
    labels = (targets == 1)[:, None]
    confusion = noise_confusion(graphs[1], ~labels[:, 0], recording)
    result = triage(confusion, *graphs, labels, recording, {}, site=site)
    wrong = result.cause[confusion.confused & labels[:, 0]]
    assert (wrong == CAUSES.index("shortcut")).mean() > 0.6
    row = int(np.flatnonzero(result.cause == CAUSES.index("shortcut"))[0])
    assert "from the same site but share no label" in result.evidence(row, ("background", "owl"))

    p = planted(n=600)
    x = p.x.copy()
    missed = np.flatnonzero(p.background)[:10]
    x[missed] = x[np.flatnonzero(p.targets == 2)[:10]] + 0.1
    graphs = knn_both(x, 15, p.recording, "euclidean")
    confusion = noise_confusion(graphs[1], p.background, p.recording)
    result = triage(confusion, *graphs, p.labels, p.recording, {})
    assert (result.cause[missed] == CAUSES.index("label")).all() and (result.rival[missed] == 2).all()
    first, second = queues(confusion, p.background, result.rival)
    assert (
        set(missed) <= set(first.rows.tolist()) and (first.looks_like[np.isin(first.rows, missed)] == 2).all()
    )
    assert (np.diff(first.confusion) <= 0).all() and (second.looks_like == 0).all()

    touched = np.zeros(len(p.background), bool)
    touched[first.rows[::2]] = touched[second.rows] = True
    fewer, same = queues(confusion, p.background, result.rival, touched)
    assert fewer.rows.tolist() == first.rows[1::2].tolist()
    assert same.rows.tolist() == second.rows.tolist()  # a labelled clip is touched by its own call


def test_false_alarms_by_hand_and_by_the_loop():
    labels = np.array([1, 1, 0, 0, 0, 0], bool)[:, None]
    scores = np.array([0.9, 0.5, 0.95, 0.6, 0.1, 0.0])[:, None]
    curve = false_alarms(scores, labels, 900)
    assert curve.hours == 1
    assert curve.threshold[0, 0] == 0.9 and curve.per_hour[0, 0] == 1
    assert curve.threshold[0, -1] == 0.5 and curve.per_hour[0, -1] == 2
    rng = np.random.default_rng(4)
    labels, scores = rng.random((300, 2)) < 0.3, rng.normal(size=(300, 2)).round(1)
    labels[:, 1] = False
    curve = false_alarms(scores, labels, 3)
    background = ~labels.any(axis=1)
    for r, t, rate in zip(curve.recall, curve.threshold[0], curve.per_hour[0], strict=True):
        hits = scores[labels[:, 0], 0]
        assert (hits >= t).mean() >= r - 1e-9
        better = hits[hits > t]
        assert not len(better) or (hits >= better.min()).mean() < r + 1e-9
        assert rate == pytest.approx((scores[background, 0] >= t).sum() / (background.sum() * 3 / 3600))
    assert np.isnan(curve.per_hour[1]).all()
