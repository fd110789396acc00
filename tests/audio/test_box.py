"""A box of a spectrogram: what it holds is heard as loud as it is, nothing beside it is, and it is measured rightly."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.audio.box_sound import box_sound, flank_hz
from bioviz.audio.envelope import envelope
from bioviz.audio.measures.box import SILENT, TOO_LITTLE_BESIDE, measure_box
from bioviz.audio.measures.clip import measure
from bioviz.audio.measures.columns import NAMES
from bioviz.audio.spectrogram import LEVEL_STEP_DB, PictureSpec, coded_levels, draw, levels
from bioviz.errors import BadInput

RATE = 22_050
SECONDS = 3.0


def tone(hz: float, db: float, start_s: float = 0.0, end_s: float = SECONDS, rate: int = RATE) -> np.ndarray:
    """A sine of so many dBFS (its amplitude against full scale) for a while, in silence."""
    t = np.arange(round(SECONDS * rate)) / rate
    return (10 ** (db / 20) * np.sin(2 * np.pi * hz * t) * ((t >= start_s) & (t < end_s))).astype(np.float32)


def noise(db: float, seed: int = 0, rate: int = RATE) -> np.ndarray:
    size = 10 ** (db / 20)
    return np.random.default_rng(seed).normal(0, size, round(SECONDS * rate)).astype(np.float32)


def level_db(samples: np.ndarray) -> float:
    """Of a sine: dB of its amplitude against full scale."""
    return 20 * np.log10(max(np.sqrt(2 * np.mean(np.square(samples, dtype=np.float64))), 1e-12))


def test_the_cross_hair_reads_a_tone_where_it_is_and_as_loud_as_it_is():
    """Of -20 dBFS at 3 kHz from 1.0 to 1.5 s: within a bin, a column and half a dB, whole or zoomed into."""
    samples = tone(3_000, -20, 1.0, 1.5) + noise(-80)
    spec = PictureSpec(width=720, height=320)
    for part, view in ((None, (0.0, SECONDS)), ((round(0.9 * RATE), round(1.2 * RATE)), (0.9, 1.2))):
        shown = levels(samples, RATE, spec, part)
        body, lowest = coded_levels(shown.rows)
        codes = np.frombuffer(body, np.uint8).reshape(320, 720)
        read = lowest + LEVEL_STEP_DB * codes
        row, _ = np.unravel_index(read.argmax(), read.shape)
        assert read.max() == pytest.approx(-20, abs=0.5)
        hz = (1 - (row + 0.5) / 320) * RATE / 2
        assert hz == pytest.approx(3_000, abs=RATE / shown.n_fft)
        loud = np.flatnonzero(read[row] > -26) / 720 * (view[1] - view[0]) + view[0]
        assert loud[0] == pytest.approx(1.0, abs=shown.n_fft / RATE / 2)
        assert loud[-1] == pytest.approx(min(1.5, view[1]), abs=shown.n_fft / RATE / 2)


def test_a_part_shows_what_the_whole_shows_there():
    """Cut to the columns of the whole, so that both measure the same windows, at the edges too."""
    samples = noise(-30) + tone(3_000, -20, 1.0, 1.5)
    spec = PictureSpec(width=300, height=200)
    whole = levels(samples, RATE, spec)
    width = len(samples) / 300
    part = levels(samples, RATE, PictureSpec(width=100, height=200), (round(width * 100), round(width * 200)))
    np.testing.assert_allclose(part.rows, whole.rows[:, 100:200], atol=0.01)
    assert draw(samples, RATE, spec).png == draw(samples, RATE, spec, (0, len(samples))).png


def test_coded_levels_are_a_quarter_db_off_at_most_and_say_what_lies_below():
    rows = np.random.default_rng(1).uniform(-90, 6.3, (30, 40)).astype(np.float32)
    rows[0, 0] = -300
    body, lowest = coded_levels(rows)
    read = lowest + LEVEL_STEP_DB * np.frombuffer(body, np.uint8).reshape(rows.shape).astype(np.float64)
    inside = rows > lowest
    assert np.abs(read - rows)[inside].max() <= LEVEL_STEP_DB / 2 + 1e-4
    assert read[0, 0] == lowest


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 384_000])
def test_the_box_holds_its_tone_unchanged_and_nothing_beside_it(rate):
    inside, outside = 0.136 * rate, 0.18 * rate
    part = (round(1.0 * rate), round(1.5 * rate))
    low, high = 0.125 * rate, 0.15 * rate
    quiet_ends = slice(round(0.02 * rate), -round(0.02 * rate))
    alone = box_sound(tone(inside, -20, rate=rate), rate, part, low, high)
    assert len(alone) == part[1] - part[0]
    assert level_db(alone[quiet_ends]) == pytest.approx(-20, abs=0.01)
    shifted = tone(inside, -20, rate=rate)[slice(*part)]
    assert np.abs(alone - shifted)[quiet_ends].max() < 1e-3  # it is not moved in time
    beside = box_sound(tone(outside, -20, rate=rate), rate, part, low, high)
    assert level_db(beside[quiet_ends]) < -100
    flank = flank_hz(low, high)
    for edge in (low - 1.05 * flank, high + 1.05 * flank):
        assert level_db(box_sound(tone(edge, -20, rate=rate), rate, part, low, high)[quiet_ends]) < -80
    before = box_sound(tone(inside, -20, 0.0, 0.7, rate=rate), rate, part, low, high)
    assert level_db(before) < -80  # nor is what sounds at other times


def test_a_box_over_all_frequencies_is_the_sound_itself_but_for_its_fades():
    samples = noise(-20)
    cut = box_sound(samples, RATE, (1_000, 30_000))
    assert (cut[200:-200] == samples[1_200:29_800]).all()
    assert abs(cut[0]) < 1e-3
    assert abs(cut[-1]) < 1e-3


@pytest.mark.parametrize("part", [(5, 5), (10, 2), (0, 10**9)])
def test_an_empty_box_is_refused(part):
    with pytest.raises(BadInput, match="no sound"):
        box_sound(noise(-20), RATE, part, 100, 200)


def test_a_band_beyond_the_recording_is_refused():
    with pytest.raises(BadInput, match="nothing to hear"):
        box_sound(noise(-20), RATE, (0, 100), 12_000, 14_000)


@pytest.mark.parametrize("snr_db", [0.0, 6.0, 12.0, 20.0])
def test_a_box_is_as_far_above_the_noise_as_was_mixed(snr_db):
    """Noise of 3 to 4 kHz mixed at a known ratio to the noise of that band."""
    ground = noise(-40, seed=1)
    part = (round(1.0 * RATE), round(1.6 * RATE))
    call = np.zeros_like(ground)
    call[slice(*part)] = box_sound(noise(-40, seed=2), RATE, part, 3_000, 4_000) * 10 ** (snr_db / 20)
    measured = measure_box(ground + call, RATE, (1.0, 1.6, 3_000, 4_000))
    assert measured.snr_db == pytest.approx(snr_db, abs=1.0)
    assert measured.unknown == ""
    assert 2_900 <= measured.peak_hz <= 4_100


def test_the_ratio_is_that_of_an_annotated_call():
    samples = noise(-40) + tone(3_000, -30, 1.0, 1.5)
    box = (1.0, 1.5, 2_500.0, 3_500.0)
    of_clip = measure(samples[None], RATE, boxes=[np.array([box])])[0, NAMES.index("snr_db")]
    assert measure_box(samples, RATE, box).snr_db == pytest.approx(float(of_clip), abs=1e-4)


def test_other_calls_are_no_noise():
    samples = noise(-40) + tone(3_000, -30, 1.0, 1.5) + tone(3_000, -30, 1.8, 2.6)
    box = (1.0, 1.5, 2_500.0, 3_500.0)
    alone = measure_box(noise(-40) + tone(3_000, -30, 1.0, 1.5), RATE, box).snr_db
    told = measure_box(samples, RATE, box, [(1.8, 2.6, 2_500.0, 3_500.0)])
    assert told.snr_db == pytest.approx(alone, abs=0.5)
    untold = measure_box(samples, RATE, box).snr_db
    assert np.isnan(untold) or untold < alone - 3


def test_what_cannot_be_told_is_unknown_and_says_why():
    assert measure_box(noise(-40), RATE, (0.0, SECONDS, 0.0, RATE / 2)).unknown == TOO_LITTLE_BESIDE
    assert measure_box(np.zeros(RATE, np.float32), RATE, (0.2, 0.4, 100, 900)).unknown == SILENT
    brief = measure_box(noise(-40)[:200], RATE, (0.0, 0.009, 100, 900))
    assert np.isnan(brief.snr_db)
    assert brief.unknown


def test_boxes_drawn_anywhere_on_noise_are_said_to_hold_nothing():
    """The null: in steady noise no box is above it, beyond the share that the ratio's threshold allows."""
    rng = np.random.default_rng(3)
    said = 0
    for i in range(300):
        start, low = rng.uniform(0, 2.2), rng.uniform(100, 8_000)
        box = (start, start + rng.uniform(0.05, 0.7), low, low + rng.uniform(200, 2_500))
        said += not np.isnan(measure_box(noise(-30, seed=i), RATE, box).snr_db)
    assert said <= 300 * 0.05


@pytest.mark.parametrize("columns", [1, 7, 64, 1_000])
def test_the_waveform_has_the_extremes_of_all_samples(columns):
    samples = np.random.default_rng(0).normal(0, 1, 333).astype(np.float32)
    drawn = envelope(samples, columns)
    assert drawn.shape == (columns, 2)
    assert (drawn[:, 0] <= drawn[:, 1]).all()
    assert drawn.min() == samples.min()
    assert drawn.max() == samples.max()
