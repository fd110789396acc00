"""The smooth rate and time left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioviz.jobs.rate import RateEstimate


@given(
    rate=st.floats(0.1, 1e4),
    steps=st.lists(st.floats(0.05, 5.0), min_size=12, max_size=60),
    first=st.floats(0, 1e6),
)
def test_constant_rate_is_exact_whatever_the_steps(rate, steps, first):
    estimate = RateEstimate()
    now, done = 100.0, first
    estimate.update(done, now)
    for seconds in steps:
        now, done = now + seconds, done + rate * seconds
        estimate.update(done, now)
    assert estimate.rate == pytest.approx(rate, rel=1e-3)
    assert estimate.eta_s(done + 10 * rate) == pytest.approx(10, rel=1e-2)


def test_what_was_done_before_does_not_count():
    estimate = RateEstimate()
    estimate.update(900, 0.0)  # resumed: 900 of 1000 were cached
    for second in range(1, 11):
        estimate.update(900 + second, float(second))
    assert estimate.rate == pytest.approx(1.0)
    assert estimate.eta_s(1000) == pytest.approx(90.0)


def test_follows_a_slow_spell_without_jumping():
    estimate = RateEstimate(memory_s=20)
    for second in range(60):
        estimate.update(10.0 * second, float(second))
    estimate.update(590.0 + 1, 60.0)  # one second at a tenth of the speed
    assert 9.0 < estimate.rate < 10.0
    for second in range(1, 120):
        estimate.update(591.0 + second, 60.0 + second)
    assert estimate.rate == pytest.approx(1.0, abs=0.1)


def test_unknown_before_anything_moved():
    estimate = RateEstimate()
    estimate.update(0, 0.0)
    assert estimate.rate is None and estimate.eta_s(10) is None
    estimate.update(0, 10.0)
    assert estimate.rate is None
