"""Only the band asked for is left, where it was in time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.audio.bandpass import band_pass
from bioviz.errors import BadInput

RATE = 22_050
T = np.arange(RATE) / RATE


def tone(hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hz * T).astype(np.float32)


def level(samples: np.ndarray, hz: float) -> float:
    """Amplitude of a sine of `hz` in the middle of the samples."""
    middle = slice(RATE // 4, 3 * RATE // 4)
    return float(2 * abs(np.mean(samples[middle] * np.exp(-2j * np.pi * hz * T[middle]))))


@pytest.mark.parametrize(
    ("low", "high", "kept"),
    [
        (1000, 4000, {2000}),
        (0, 1000, {200}),
        (4000, None, {8000}),
        (4000, 50_000, {8000}),
        (0, None, {200, 2000, 8000}),
    ],
)
def test_what_lies_outside_is_gone_and_what_lies_inside_stays(low, high, kept):
    heard = band_pass(tone(200) + tone(2000) + tone(8000), RATE, low, high)
    for hz in (200, 2000, 8000):
        assert level(heard, hz) == pytest.approx(1, abs=0.02) if hz in kept else level(heard, hz) < 0.01


def test_the_edges_are_half_as_loud():
    for hz in (1000, 4000):
        assert level(band_pass(tone(hz), RATE, 1000, 4000), hz) == pytest.approx(0.5, abs=0.02)


def test_a_call_stays_where_it_was():
    click = np.exp(-(((T - 0.5) / 0.002) ** 2)).astype(np.float32) * tone(3000)
    heard = band_pass(click, RATE, 1000, 6000)
    assert abs(int(np.abs(heard).argmax()) - int(np.abs(click).argmax())) <= 1


def test_untouched_without_limits():
    samples = tone(500)
    assert band_pass(samples, RATE) is samples


@settings(max_examples=40)
@given(
    length=st.integers(0, 60), low=st.sampled_from([0, 100, 5000]), high=st.sampled_from([None, 6000, 11_025])
)
def test_any_length_comes_back_as_long(length, low, high):
    heard = band_pass(np.ones(length, np.float32), RATE, low, high)
    assert heard.shape == (length,) and heard.dtype == np.float32 and np.isfinite(heard).all()


@pytest.mark.parametrize(("low", "high"), [(12_000, None), (4000, 1000), (11_025, 20_000)])
def test_limits_without_anything_between_are_refused(low, high):
    with pytest.raises(BadInput, match="11025 Hz"):
        band_pass(tone(100), RATE, low, high)
