"""Spectrogram pictures against tones of known frequency, level and time."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bioviz.audio.spectrogram import (
    COLOUR_MAPS,
    PictureSpec,
    column_levels,
    draw,
    palette,
    picture_rows,
    window_length,
)
from bioviz.errors import BadInput


def tone(hz: float, seconds: float, rate: int, amplitude: float = 0.5) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def darkness(png: bytes) -> np.ndarray:
    """(height, width) 0 (faintest) to 255 of a picture in greys."""
    return 255 - np.asarray(Image.open(io.BytesIO(png)).convert("L")).astype(int)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 384_000])
@pytest.mark.parametrize("axis", ["linear", "mel"])
@pytest.mark.parametrize("part", [0.1, 0.35, 0.8])
def test_a_tone_is_drawn_in_the_row_of_its_frequency(rate, axis, part):
    hz = part * rate / 2
    spec = PictureSpec(width=100, height=200, axis=axis)
    picture = draw(tone(hz, 1.0, rate), rate, spec)
    row = int(np.median(darkness(picture.png).argmax(axis=0)))
    from_bottom = (spec.height - row - 0.5) / spec.height
    on_mel = 700 * ((1 + picture.high_hz / 700) ** from_bottom - 1)  # HTK
    drawn_hz = on_mel if axis == "mel" else picture.high_hz * from_bottom
    a_bin = rate / window_length(rate, axis)
    a_row = picture.high_hz / spec.height * (3 if axis == "mel" else 1)
    assert drawn_hz == pytest.approx(hz, abs=a_bin + a_row)


def test_frequency_limits_are_the_edges_of_the_picture():
    spec = PictureSpec(width=50, height=100, low_hz=2_000, high_hz=4_000)
    picture = draw(tone(3_000, 1.0, 16_000), 16_000, spec)
    assert (picture.low_hz, picture.high_hz) == (2_000, 4_000)
    assert np.median(darkness(picture.png).argmax(axis=0)) == pytest.approx(50, abs=2)
    assert draw(tone(3_000, 1.0, 16_000), 16_000, PictureSpec(high_hz=90_000)).high_hz == 8_000


@pytest.mark.parametrize("amplitude", [1.0, 0.1, 0.001])
def test_zero_db_is_a_sine_of_full_scale(amplitude):
    rate, n_fft = 16_000, 512
    levels = column_levels(tone(100 * rate / n_fft, 1.0, rate, amplitude), n_fft, 40)
    assert levels[20].max() == pytest.approx(20 * np.log10(amplitude), abs=0.01)
    assert levels[20].argmax() == 100


def test_top_and_range_decide_the_colours():
    rate = 16_000
    loud = tone(2_000, 1.0, rate, 0.1)  # -20 dB
    spec = PictureSpec(width=50, height=129, top_db=0.0, range_db=40.0)
    picture = draw(loud, rate, spec)
    assert (picture.top_db, picture.floor_db) == (0.0, -40.0)
    assert darkness(picture.png).max() == pytest.approx(255 / 2, abs=4)
    own = draw(loud, rate, PictureSpec(width=50, height=129))
    assert own.top_db == pytest.approx(-20, abs=0.5)
    assert darkness(own.png).max() == 255


def test_time_runs_from_left_to_right():
    rate = 16_000
    samples = np.zeros(rate * 2, dtype=np.float32)
    samples[rate : rate + 800] = tone(3_000, 0.05, rate)
    columns = darkness(draw(samples, rate, PictureSpec(width=200, height=64)).png).max(axis=0)
    drawn = np.flatnonzero(columns > 200) / 200 * 2  # seconds
    assert drawn.min() == pytest.approx(1.0, abs=0.04)
    assert drawn.max() == pytest.approx(1.05, abs=0.04)


def test_a_pulse_shorter_than_a_pixel_stays_visible():
    rate = 384_000
    samples = np.random.default_rng(0).normal(0, 1e-4, rate * 10).astype(np.float32)
    samples[445_000 : 445_000 + 600] += tone(60_000, 600 / rate, rate, 0.5)
    picture = darkness(draw(samples, rate, PictureSpec(width=160, height=64)).png)
    assert picture.max(axis=0).argmax() == int(445_000 / len(samples) * 160)


def test_silence_and_a_constant_offset_are_blank():
    for samples in (np.zeros(16_000, np.float32), np.full(16_000, 0.25, np.float32)):
        assert darkness(draw(samples, 16_000, PictureSpec(width=50, height=50)).png).max() == 0


@pytest.mark.parametrize(
    ("samples", "spec", "says"),
    [
        (np.zeros(0, np.float32), PictureSpec(), "no sound"),
        (np.zeros(100, np.float32), PictureSpec(colours="jet"), "greys"),
        (np.zeros(100, np.float32), PictureSpec(low_hz=9_000), "8000 Hz"),
        (np.zeros(100, np.float32), PictureSpec(low_hz=500, high_hz=400), "leave nothing"),
    ],
)
def test_what_cannot_be_drawn_is_told(samples, spec, says):
    with pytest.raises(BadInput, match=says):
        draw(samples, 16_000, spec)


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_colour_maps_run_evenly_from_faint_to_strong(name):
    rgb = np.frombuffer(palette(name), np.uint8).reshape(256, 3).astype(float)
    brightness = rgb @ [0.299, 0.587, 0.114]
    steps = np.diff(brightness)
    assert (steps <= 0).all() if name == "greys" else (steps >= -0.5).all()
    assert abs(brightness[-1] - brightness[0]) > 150


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 60_000),
    rate=st.sampled_from([1_000, 8_000, 44_100, 500_000]),
    width=st.integers(16, 300),
    height=st.integers(16, 200),
    axis=st.sampled_from(["linear", "mel"]),
)
def test_any_length_gives_a_picture_of_the_size_asked_for(count, rate, width, height, axis):
    samples = np.random.default_rng(count).normal(0, 0.1, count).astype(np.float32)
    picture = draw(samples, rate, PictureSpec(width=width, height=height, axis=axis))
    assert Image.open(io.BytesIO(picture.png)).size == (width, height)
    assert np.isfinite([picture.top_db, picture.floor_db]).all()


@pytest.mark.parametrize("rate", [8_000, 44_100])
@pytest.mark.parametrize("at", [0.25, 0.5, 0.8])
def test_a_click_is_drawn_at_its_own_time_to_a_fraction_of_a_window(rate, at):
    n_fft = window_length(rate, "linear")
    samples = np.zeros(rate, dtype=np.float32)
    samples[round(at * rate)] = 1.0
    width = rate // (n_fft // 16)  # columns of a sixteenth of a window
    levels = column_levels(samples, n_fft, width)[:, n_fft // 8]
    middle = np.average(np.arange(width) + 0.5, weights=10 ** (levels / 10)) / width
    assert abs(middle - at) < n_fft / 16 / rate


@pytest.mark.parametrize("axis", ["linear", "mel"])
@pytest.mark.parametrize("bin_number", [16, 40])
def test_a_tone_is_drawn_at_its_frequency_to_a_fraction_of_a_bin(axis, bin_number):
    rate = 16_000
    n_fft = window_length(rate, axis)
    step = rate / n_fft
    hz = bin_number * step
    low, high = hz - 6 * step, hz + 6 * step
    spec = PictureSpec(width=20, height=240, axis=axis, low_hz=low, high_hz=high)
    levels = picture_rows(column_levels(tone(hz, 1.0, rate), n_fft, 20), rate, spec, high)
    from_top = (levels[:, 10].argmax() + 0.5) / 240
    if axis == "mel":
        edges = 2595 * np.log10(1 + np.array([low, high]) / 700)
        found = 700 * (10 ** ((edges[1] - from_top * (edges[1] - edges[0])) / 2595) - 1)
    else:
        found = high - from_top * (high - low)
    assert abs(found - hz) < 0.1 * step


def test_a_column_of_several_windows_shows_the_strongest_of_them():
    samples = np.random.default_rng(0).normal(size=12_800).astype(np.float32)
    each = column_levels(samples, 128, 200)  # a window a column
    np.testing.assert_allclose(
        column_levels(samples, 128, 10), each.reshape(10, 20, -1).max(axis=1), atol=1e-4
    )
