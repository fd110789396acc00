"""Thresholds: chosen with a false alarm to spare, judged where they were not chosen, not given by chance."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.analysis.statistics.shares import clustered_rate, clustered_share, draws_for, wilson
from bioviz.analysis.thresholds.blind import EDGES, blind_sample
from bioviz.analysis.thresholds.choose import choose, fewest_right, times_as_many
from bioviz.analysis.thresholds.match import matched, of_labels
from bioviz.analysis.thresholds.thresholds import (
    BELOW,
    CHANCE,
    FEW,
    NO_SCORES,
    REACHED,
    ThresholdInputs,
    cross_fitted,
    thresholds,
)
from bioviz.analysis.thresholds.words import sentence


def inputs(apart: float, units: int = 24, clips: int = 12, seed: int = 0, **changes) -> ThresholdInputs:
    """Half of the clips of every unit carry the label, and score higher by `apart`."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(units), clips)
    positive = rng.random(len(groups)) < 0.5
    scores = (apart * positive + rng.normal(size=len(groups))).astype(np.float32)
    made = {
        "scores": scores[:, None],
        "labels": positive[:, None],
        "groups": groups,
        "names": ("owl",),
        "seconds_per_clip": 3.0,
    }
    return ThresholdInputs(**{**made, **changes})


def by_hand(scores: np.ndarray, positive: np.ndarray, precision: float) -> float | None:
    good = [
        value
        for value in np.unique(scores)
        if positive[scores >= value].sum() / ((scores >= value).sum() + 1) >= precision
    ]
    return float(min(good)) if good else None


@pytest.mark.parametrize("seed", range(5))
def test_the_lowest_score_with_a_false_alarm_to_spare(seed):
    rng = np.random.default_rng(seed)
    positive = rng.random(200) < 0.5
    scores = np.round(2.5 * positive + rng.normal(size=200), 1)  # with ties
    assert choose(scores, positive, 0.9) == by_hand(scores, positive, 0.9)


def test_a_handful_of_right_detections_gives_no_threshold():
    assert fewest_right(0.95) == 19 and fewest_right(0.9) == 9
    for right in (18, 19):
        scores = np.concatenate([np.full(right, 1.0), np.zeros(50)])
        chosen = choose(scores, scores > 0.5, 0.95)
        assert (chosen is None) == (right < 19)


def test_clips_without_a_score_are_never_detected():
    scores = np.concatenate([np.full(30, 1.0), np.full(30, np.nan)])
    assert choose(scores, np.arange(60) < 30, 0.9) == 1.0


def test_each_unit_is_judged_by_a_threshold_that_it_did_not_choose():
    made = inputs(4.0)
    before = cross_fitted(made, 0)
    for unit in (0, 7):
        scores = np.array(made.scores)
        scores[made.groups == unit] = np.random.default_rng(9).normal(50, 1, (12, 1))  # whatever it says
        moved = cross_fitted(inputs(4.0, scores=scores), 0)
        assert (moved[made.groups == unit] == before[made.groups == unit]).all()


def test_what_is_told_is_counted_by_hand():
    made = inputs(5.0)
    told = thresholds(made).labels[0]
    positive, scores, used = made.labels[:, 0], made.scores[:, 0], cross_fitted(made, 0)
    detected = scores >= used
    assert told.state in (REACHED, BELOW) and told.threshold == choose(scores, positive, 0.95)
    assert told.detections == detected.sum()
    assert told.precision == pytest.approx(positive[detected].mean())
    assert told.recall == pytest.approx(detected[positive].mean())
    hours = (~positive).sum() * 3 / 3600
    assert told.alarms_per_hour == pytest.approx((detected & ~positive).sum() / hours)
    assert told.precision_low < told.precision < told.precision_high


def test_scores_that_say_nothing_get_no_threshold_and_the_sentence_says_so():
    told = thresholds(inputs(0.0)).labels[0]
    assert told.state == CHANCE and told.threshold is None and not told.usable
    assert "beyond chance" in sentence(told, 0.95, "recording")


def test_too_few_are_said_with_how_many_more():
    made = inputs(5.0, units=5, clips=6, seed=1)
    told = thresholds(made).labels[0]
    assert told.state == FEW and told.threshold is None
    assert (
        told.more_clips == 24 - made.labels.sum() and told.more_units == 3
    )  # 19 in four of five parts; 8 units
    words = sentence(told, 0.95, "recording")
    assert f"{told.more_clips} more labelled clips" in words and "3 more recordings" in words


def test_a_label_without_a_score_is_named():
    made = inputs(5.0, scores=np.full((288, 1), np.nan, np.float32))
    assert thresholds(made).labels[0].state == NO_SCORES


def test_more_detections_are_asked_for_until_the_interval_is_above():
    told = thresholds(inputs(6.0)).labels[0]
    assert told.precision is not None
    needed = draws_for(told.precision, 0.95)
    assert needed is not None
    assert wilson(told.precision, needed)[0] >= 0.95 > wilson(told.precision, needed - 1)[0]
    assert draws_for(0.9, 0.95) is None


def test_intervals_count_recordings():
    hits = np.tile([True, True, False, True], 10)
    alone, together = clustered_share(hits, np.arange(40)), clustered_share(hits, np.repeat(np.arange(10), 4))
    assert alone[0] == together[0] == 0.75 and together[2] - together[1] > 1.5 * (alone[2] - alone[1])
    spread, burst = clustered_rate(np.ones(10), np.ones(10)), clustered_rate(np.eye(10)[0] * 10, np.ones(10))
    assert spread[0] == burst[0] == 1.0 and burst[2] > 2 * spread[2]
    assert clustered_rate(np.zeros(3), np.zeros(3))[0] is None


def test_a_blind_sample_comes_from_all_scores_and_tells_nothing_by_its_order():
    rng = np.random.default_rng(0)
    scores, groups = rng.normal(size=1000), np.repeat(np.arange(50), 20)
    places = blind_sample(scores, groups, 40)
    assert len(set(places.tolist())) == 40 and (places == blind_sample(scores, groups, 40)).all()
    ranks = scores.argsort().argsort()[places] / 1000
    assert (
        np.histogram(ranks, EDGES)[0].tolist() == [8] * 5
    )  # as many from the top hundredth as from the lower half
    assert abs(np.corrcoef(np.arange(40), scores[places])[0, 1]) < 0.35
    assert len(set(groups[places].tolist())) > 20
    assert len(blind_sample(np.full(5, np.nan), np.arange(5), 3)) == 0


def test_labels_find_their_scores_by_name():
    names = ("Corvus corax_Northern Raven", "Corvus corone_Carrion Crow", "Dog", "dog", "Owl: Tawny")
    labels = ("northern raven", "Corvus-corone", "dog", "owl tawny", "whale")
    found = matched(labels, names)
    assert found["northern raven"] == (names[0],) and found["Corvus-corone"] == (names[1],)
    assert found["owl tawny"] == (names[4],) and found["whale"] == ()
    assert found["dog"] == ()  # two scores are called so: nothing is guessed
    scores = np.array([[1.0, 2.0, 3.0, 9.0, 5.0]])
    crows = of_labels(scores, names, ("crow", "whale"), {"crow": names[:2]})
    assert crows[0, 0] == 2.0 and np.isnan(crows[0, 1])


def test_nearly_enough_clips_say_how_many_times_as_many_it_takes():
    scores = np.concatenate([np.full(10, 1.0), np.zeros(40)])
    assert times_as_many(scores, scores > 0.5, 0.95) == pytest.approx(1.9)  # 19 of 10
    twice = np.tile(scores, 2)
    assert choose(twice, twice > 0.5, 0.95) == 1.0 and choose(scores, scores > 0.5, 0.95) is None
    assert times_as_many(scores, np.arange(50) % 2 == 0, 0.95) is None  # half of what scores high is wrong
    made = inputs(8.0, units=10, clips=5, seed=3)
    told = thresholds(made).labels[0]
    assert told.state == FEW and told.more_clips > 0 and told.threshold is None
