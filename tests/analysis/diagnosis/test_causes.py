"""Acoustic causes, overlap columns, triage, queues, false alarms: planted causes are found and said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.diagnose import diagnose
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.queues import queues
from bioviz.analysis.diagnosis.sounds.acoustic_causes import AcousticCauses, Cause
from bioviz.analysis.diagnosis.triage import triage
from bioviz.analysis.features import FEATURES, feature
from bioviz.analysis.neighbors.jackknife import parts_of
from bioviz.analysis.neighbors.knn import knn_both
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion, noise_confusion
from bioviz.analysis.overlap import call_columns
from bioviz.analysis.scores.call_score import call_scores
from bioviz.analysis.scores.false_alarms import false_alarms
from bioviz.analysis.statistics.auc import auroc
from bioviz.analysis.statistics.max_t import sign_flip_max_t
from bioviz.analysis.statistics.rank_correlation import RankedFeatures
from bioviz.analysis.statistics.threshold import Split, honest_split
from bioviz.percent import percent
from tests.analysis.planted import planted


def causes_of(confusion, columns, labels, recording):
    """The causes, with intervals that leave out the clips of each part of the recordings (there is no graph)."""
    study = AcousticCauses(confusion, columns, labels, recording)
    parts = parts_of(recording)
    left_out = [study.scores(plain(np.where(parts == part, np.nan, confusion))) for part in np.unique(parts)]
    return study.found(np.array(left_out))


def plain(confusion) -> NoiseConfusion:
    return NoiseConfusion(confusion, confusion, confusion)


def test_rank_correlation_equals_scipy():
    rng = np.random.default_rng(0)
    y, columns = rng.integers(0, 9, 300).astype(float), rng.normal(size=(300, 4))
    columns[:, 1] -= y
    columns[:20, 2] = np.nan
    columns[:, 3] = 1
    ranked = RankedFeatures.of(columns)
    for known in (y, np.where(np.arange(300) < 30, np.nan, y)):
        rho = ranked.correlation(known)
        for i in range(3):
            good = np.isfinite(known) & np.isfinite(columns[:, i])
            assert rho[i] == pytest.approx(spearmanr(known[good], columns[good, i])[0], abs=1e-3)
        assert np.isnan(rho[3])
    parts = ranked.contributions(y, np.arange(300) // 5, 60)
    scale = np.sqrt((ranked.ranks**2).sum(axis=0)[:2] * ((rankdata(y) - 150.5) ** 2).sum())
    np.testing.assert_allclose(parts.sum(axis=0)[:2] / scale, ranked.correlation(y)[:2])


def test_max_t_is_strict_for_many_and_keeps_what_is_strong():
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(30, 40))
    noise[:, 7] += 1.5
    p = sign_flip_max_t(noise)
    assert p[7] < 0.01 and (np.delete(p, 7) > 0.05).all()
    assert (
        p >= sign_flip_max_t(noise[:, [7]])[0] - 1e-12
    ).all()  # other columns never make one more striking
    assert sign_flip_max_t(np.zeros((9, 2))).tolist() == [1, 1]
    # What no flip reached is not impossible: the flip that was observed counts too.
    assert sign_flip_max_t(np.ones((60, 1)), n_flips=9)[0] == pytest.approx(0.1)
    # Of two columns as striking as each other none may look the surer for having been tested last.
    one = np.random.default_rng(3).normal(0.4, 1, 30)
    both = sign_flip_max_t(np.stack([one, np.random.default_rng(4).permutation(one)], axis=1))
    assert both[0] == both[1] > 1.5 * sign_flip_max_t(one[:, None])[0]
    alone = sign_flip_max_t(np.ones((3, 1)))  # three units: all of one sign in 2 of 8 flips
    assert alone[0] == pytest.approx(0.25, abs=0.02)


def test_the_feature_that_causes_it_is_found_and_said():
    rng = np.random.default_rng(1)
    n = 1200
    labels = np.zeros((n, 2), bool)
    labels[np.arange(n), np.arange(n) % 2] = True
    snr = rng.uniform(-10, 20, n)
    lost = (snr < 3) & labels[:, 0]  # only the first label depends on it
    confusion = np.where(rng.random(n) < np.where(lost, 0.8, 0.1), 0.9, 0.1)
    columns = {"snr_db": snr, "level_dbfs": rng.normal(-30, 5, n), "flatness": np.full(n, 0.5)}
    found = {(c.feature, c.target): c for c in causes_of(confusion, columns, labels, np.arange(n) // 6)}
    cause = found["snr_db", 1]
    assert cause.p < 0.001 and cause.rho < -0.4 and np.isnan(cause.low)
    everyone = found["snr_db", -1]
    assert everyone.p < 0.001 and everyone.low < everyone.rho < everyone.high < -0.1
    split = cause.split
    assert split.threshold == pytest.approx(3, abs=2)
    assert split.shares[0] == pytest.approx(0.8, abs=0.12) and split.shares[1] == pytest.approx(0.1, abs=0.08)
    assert split.below + split.above == pytest.approx(300, abs=6)  # the half it was not chosen on
    sentence = cause.sentence(("background", "owl", "frog"))
    assert sentence.startswith("Clips of owl with signal-to-noise ratio below ")
    shares = [percent(each) for each in split.shares]
    assert f"{shares[0]} against {shares[1]} of the others" in sentence
    assert found["snr_db", 2].p > 0.05 and found["level_dbfs", 1].p > 0.05
    assert ("flatness", 1) not in found
    assert cause.clips == 600 and cause.units == 200 and cause.curve is None
    curve = found["snr_db", -1].curve
    assert curve.mean[0] > 0.4 > 0.2 > curve.mean[-1]
    assert curve.adjusted[0] > curve.adjusted[-1] + 0.2
    assert (curve.low <= curve.mean).all() and (curve.mean <= curve.high).all()
    assert curve.count.sum() == 1200


def test_a_threshold_is_told_with_the_half_it_was_not_chosen_on():
    values = np.concatenate([np.arange(20.0), np.arange(20.0)])
    half = np.repeat([True, False], 20)
    confused = np.where(half, values < 10, values < 5)
    split = honest_split(values, confused, np.array([5.0, 10.0, 15.0]), half)
    assert split == Split(10.0, 5, 10, 0, 10)
    few = Cause("snr_db", 1, 40, 9, -0.5, -0.7, -0.2, 0.01, Split(10.0, 5, 8, 0, 10), None)
    assert "5 of 8 clips against 0 of 10 of the others" in few.sentence(("background", "owl"))
    none = Cause("snr_db", 1, 40, 9, -0.5, -0.7, -0.2, 0.01, None, None)
    assert none.sentence(("background", "owl")).startswith("Clips of owl sit in background less often where")


def test_partial_dependence_takes_out_what_another_feature_does():
    rng = np.random.default_rng(2)
    n = 2000
    snr = rng.uniform(-10, 20, n)
    level = snr + rng.normal(0, 3, n)  # goes with confusion only through snr
    confusion = np.clip((10 - snr) / 20, 0, 1)
    columns = {"snr_db": snr, "level_dbfs": level}
    found = {
        c.feature: c
        for c in causes_of(confusion, columns, np.ones((n, 1), bool), np.arange(n))
        if c.target < 0
    }
    curve = found["level_dbfs"].curve
    assert np.ptp(curve.mean) > 0.7
    assert np.ptp(curve.adjusted) < 0.2
    assert np.ptp(found["snr_db"].curve.adjusted) > 0.7


def test_too_few_clips_or_recordings_say_nothing():
    columns, one = {"snr_db": np.arange(50.0)}, np.ones((50, 1), bool)
    few = {"snr_db": np.arange(10.0)}
    assert AcousticCauses(np.ones(10), few, np.ones((10, 1), bool), np.arange(10)).found() == ()
    assert AcousticCauses(np.full(50, np.nan), columns, one, np.arange(50)).found() == ()
    found = causes_of(np.arange(50) / 50, columns, one, np.arange(50) % 7)
    assert found and all(np.isnan([c.p, c.low, c.high]).all() and c.units == 7 for c in found)


def test_units_in_words():
    assert feature("snr_db").text(3.04) == "3.0 dB"
    assert feature("peak_hz").text(4100) == "4.1 kHz"
    assert feature("call_share").text(0.123) == "12\u00a0%"
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


def test_queues_hold_the_worst_first_and_no_clip_that_a_call_reaches_into():
    p = planted(n=600)
    x = p.x.copy()
    missed = np.flatnonzero(p.background)[::30][:10]
    x[missed] = x[np.flatnonzero(p.targets == 2)[:10]] + 0.1
    graphs = knn_both(x, 15, p.recording, "euclidean")
    confusion = noise_confusion(graphs[1], p.background, p.recording)
    result = triage(Evidence(confusion, *graphs, p.labels, p.recording, {}))
    assert (result.rival[missed] == 2).all()
    score = call_scores(x, ~p.background, p.recording)
    first, second = queues(confusion, graphs[1], x, p.background, p.recording, result.rival, score)
    assert first.p < 0.005 and set(missed) <= set(first.rows[: first.beyond].tolist())
    assert (first.looks_like[np.isin(first.rows, missed)] == 2).all()
    assert first.beyond <= 14  # those planted, and few besides
    assert (second.looks_like == 0).all()
    assert (np.diff(score[first.rows[: first.beyond]]) <= 0).all()
    assert (np.diff(score[first.rows[first.beyond :]]) <= 0).all()

    touched = np.zeros(len(p.background), bool)
    touched[first.rows[::2]] = touched[second.rows] = True
    fewer, same = queues(confusion, graphs[1], x, p.background, p.recording, result.rival, score, touched)
    assert not set(fewer.rows) & set(first.rows[::2])
    assert same.rows.tolist() == second.rows.tolist()  # a labelled clip is touched by its own call


def test_calls_are_told_from_their_own_file_where_units_hold_several():
    rng = np.random.default_rng(0)
    file = np.repeat(np.arange(24), 20)
    unit = file // 2
    call = rng.random(len(file)) < 0.2
    x = rng.normal(size=(len(file), 8)).astype(np.float32)
    x[:, 0] += 4 * call + np.where(file % 2, 4, 0)  # the louder file of each evening sounds more like a call
    labelled = call & (rng.random(len(call)) < 0.6)
    missed, calm = call & ~labelled, ~call
    assert auroc(call_scores(x, labelled, unit, file)[missed | calm], missed[missed | calm]).value > 0.95
    assert auroc(call_scores(x, labelled, unit)[missed | calm], missed[missed | calm]).value < 0.9

    graphs = knn_both(x, 20, unit, "euclidean")
    inputs = DiagnosisInputs(
        x, *graphs, labelled.astype(int), labelled[:, None], ("background", "owl"), unit, file=file
    )
    rows = diagnose(inputs).missed.rows
    listed = rows[: missed.sum()]
    assert missed[listed].mean() > 0.8
    by_unit = diagnose(replace(inputs, file=None)).missed.rows[: missed.sum()]
    assert missed[by_unit].mean() < 0.7


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
