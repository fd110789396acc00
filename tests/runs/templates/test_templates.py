"""Clips are held against annotated calls of other units, and nothing else: by shape, at any moment and level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bioviz.audio.measures.templates import FRAME_S, picture, resemblance, template
from bioviz.errors import BadInput, Cancelled
from bioviz.progress import Silent
from bioviz.runs.templates import measure
from bioviz.runs.templates.chosen import BEST, MAX_OF_LABEL, MAX_TEMPLATES, chosen_templates
from bioviz.runs.templates.inputs import ResemblanceInputs
from bioviz.runs.templates.measure import measure_resemblance

RATE = 4000
N = 8


def sweep(hz_per_s: float = -500.0, seconds: float = 1.0) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.sin(2 * np.pi * (1200 * time + hz_per_s * time**2 / 2)) * np.hanning(len(time))


def recordings(n: int = N, seconds: float = 10.0) -> np.ndarray:
    """(n, S) a call at 1 s in each; only that one is annotated. Another at 6 s, not annotated."""
    sounds = 0.02 * np.random.default_rng(0).normal(size=(n, round(seconds * RATE)))
    for start in (1, 6):
        sounds[:, start * RATE : (start + 1) * RATE] += 0.3 * sweep()
    return sounds.astype(np.float32)


def inputs_of(n: int = N, units: np.ndarray | None = None, **change) -> ResemblanceInputs:
    """Three windows of 3 s a recording: the annotated call, none, the other call."""
    made = ResemblanceInputs(
        hashes=tuple("abcdefghij"[:n]),
        duration_s=np.full(n, 10.0),
        units=np.arange(n) if units is None else units,
        rate=RATE,
        recording=np.repeat(np.arange(n), 3),
        start_s=np.tile([0.0, 2.5, 5.0], n),
        end_s=np.tile([3.0, 5.5, 8.0], n),
        boxes=np.tile([1.0, 2.0, 600.0, 1300.0], (n, 1)),
        box_recording=np.arange(n),
        box_label=np.zeros(n, dtype=np.int64),
        width_s=3.0,
    )
    return replace(made, **change)


def measured(inputs: ResemblanceInputs, sounds: np.ndarray) -> np.ndarray:
    def load(recording: int, start_s: float, end_s: float, rate: int) -> np.ndarray:
        assert rate == RATE
        return sounds[recording, round(start_s * RATE) : round(end_s * RATE)]

    return measure_resemblance(inputs, load, Silent())[0]


def test_a_template_is_found_at_any_moment_and_level_by_its_shape():
    rng = np.random.default_rng(0)
    shape = template(rng.normal(size=(12, 50)).astype(np.float32))
    noise = rng.normal(size=(12, 400)).astype(np.float32)
    held = noise.copy()
    held[:, 120:170] += 40 * shape
    alone, within = resemblance(noise, shape[None])[0], resemblance(held, shape[None])[0]
    assert alone.shape == (351,) and within.argmax() == 120 and within.max() > 2 * alone.max()
    assert resemblance(held + 7, shape[None])[0] == pytest.approx(within, abs=1e-4), (
        "a louder band is no call"
    )
    assert np.abs(resemblance(1000 * held, shape[None])).max() <= 1.0001
    assert resemblance(noise[:, :40], shape[None]).shape == (1, 0)


def test_a_call_that_nobody_annotated_is_like_those_of_others_and_not_like_them_backwards():
    alike = measured(inputs_of(), recordings()).reshape(N, 3, 1, 2)
    assert alike.shape[2] == 1 and np.isfinite(alike).all()
    own, none, missed = alike[:, :, 0, 0].T
    assert missed.min() > 2 * none.max() and own.min() > 2 * none.max()
    assert alike[:, 2, 0, 1].max() < 0.6 * missed.min()


def test_a_call_is_no_template_for_its_own_evening():
    sounds = recordings()
    sounds[0, RATE : 2 * RATE] += (0.3 * sweep(100) - 0.3 * sweep()).astype(
        np.float32
    )  # a call of another shape
    sounds[1, 6 * RATE : 7 * RATE] += (0.3 * sweep(100) - 0.3 * sweep()).astype(
        np.float32
    )  # heard again in the next
    alone = measured(inputs_of(), sounds)
    together = measured(inputs_of(units=np.array([0, 0, *range(1, N - 1)])), sounds)
    assert np.array_equal(together[6:], alone[6:])
    assert not np.array_equal(together[:6], alone[:6])
    assert together[5, 0, 0] < alone[5, 0, 0], "what only its own evening holds is known from no other"


def test_long_recordings_are_pictured_a_minute_at_a_time():
    sounds = np.concatenate([recordings(seconds=130.0), np.zeros((N, 1), np.float32)], axis=1)
    late = np.array([0.0, 58.5, 120.0])
    inputs = inputs_of(
        duration_s=np.full(N, 130.0),
        start_s=np.tile(late, N),
        end_s=np.tile(late + 3, N),
    )
    sounds[:, 60 * RATE : 61 * RATE] += (0.3 * sweep()).astype(np.float32)  # over the edge of two minutes
    asked: list[tuple[float, float]] = []

    def load(recording: int, start_s: float, end_s: float, rate: int) -> np.ndarray:
        asked.append((start_s, end_s))
        return sounds[recording, round(start_s * rate) : round(end_s * rate)]

    alike = measure_resemblance(inputs, load, Silent())[0].reshape(N, 3, 2)
    assert alike[:, 1, 0].min() > 2 * alike[:, 2, 0].max()
    assert max(end - start for start, end in asked) < 65


def test_a_recording_that_cannot_be_read_is_unknown_and_the_others_are_not():
    sounds = recordings()

    def load(recording: int, start_s: float, end_s: float, rate: int) -> np.ndarray:
        if recording == 2:
            raise BadInput("gone")
        return sounds[recording, round(start_s * rate) : round(end_s * rate)]

    alike, unreadable = measure_resemblance(inputs_of(), load, Silent())
    assert (
        unreadable == [2] and np.isnan(alike[6:9]).all() and np.isfinite(np.delete(alike, [6, 7, 8], 0)).all()
    )


def test_it_stops_when_asked_to():
    class Impatient:
        calls = 0

        def report(self, *_: object, **__: object) -> None:
            self.calls += 1
            if self.calls > 3:
                raise Cancelled

    with pytest.raises(Cancelled):
        measure_resemblance(inputs_of(), lambda i, start, end, rate: recordings()[i], Impatient())


def test_templates_are_few_of_every_unit_and_only_of_labels_with_calls_enough():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(40), 100)
    units = rng.integers(0, 20, len(labels))
    units[labels == 3] = 1  # one evening
    boxes = np.tile([1.0, 1.5, 500.0, 1000.0], (len(labels), 1))
    chosen = chosen_templates(boxes, labels, units, 3.0)
    assert sum(len(each.boxes) for each in chosen) <= MAX_TEMPLATES and 3 not in {
        each.label for each in chosen
    }
    one = chosen_templates(boxes[:100], labels[:100], units[:100], 3.0)[0]
    assert len(one.boxes) == MAX_OF_LABEL and len(set(units[one.boxes])) == len(set(units[:100]))
    assert one.low_hz < 500 and one.high_hz > 1000 and one.length_s == pytest.approx(0.7)
    assert not chosen_templates(boxes[:BEST], labels[:BEST], np.arange(BEST), 3.0)
    timed = chosen_templates(boxes[:100] * [1, 1, np.nan, np.nan], labels[:100], units[:100], 3.0)[0]
    assert (timed.low_hz, timed.high_hz) == (0.0, np.inf)


def test_all_clips_of_a_minute_score_as_each_would_alone():
    """Against the plain way: every clip, template and moment by itself; labels with bands of their own."""
    rng = np.random.default_rng(3)
    sounds = recordings() + 0.05 * rng.normal(size=(N, 10 * RATE)).astype(np.float32)
    starts = np.tile(
        [0.0, 0.7, 2.5, 8.8, 9.9], N
    )  # overlapping, cut off by the end, and too short for a template
    inputs = inputs_of(
        recording=np.repeat(np.arange(N), 5),
        start_s=starts,
        end_s=np.minimum(starts + 3, 10.0),
        boxes=np.vstack(
            [np.tile([1.0, 2.0, 600.0, 1300.0], (N, 1)), np.tile([6.0, 6.4, np.nan, np.nan], (N, 1))]
        ),
        box_recording=np.tile(np.arange(N), 2),
        box_label=np.repeat([0, 1], N),
    )
    pictures = [picture(sound, RATE) for sound in sounds]
    expected = np.full((5 * N, 2, 2), np.nan, np.float32)
    for i, of in enumerate(inputs.templates()):
        frames = round(of.length_s / FRAME_S)
        bands = [above[(middle >= of.low_hz) & (middle <= of.high_hz)] for above, middle in pictures]
        middles = np.round(inputs.boxes[of.boxes, :2].sum(axis=1) / FRAME_S).astype(int)
        shapes = []
        for box, middle in zip(of.boxes, middles, strict=True):
            first = (middle - frames) // 2
            shapes.append(template(bands[inputs.box_recording[box]][:, first : first + frames]))
        for clip in range(5 * N):
            own = inputs.recording[clip]
            first, end = (round(each[clip] / FRAME_S) for each in (inputs.start_s, inputs.end_s))
            for way in (0, 1):
                best = [
                    resemblance(bands[own], shape[None, :, :: 1 - 2 * way])[0, first : end - frames + 1].max(
                        initial=-9
                    )
                    for box, shape in zip(of.boxes, shapes, strict=True)
                    if inputs.box_recording[box] != own
                ]
                if min(best) > -9:
                    expected[clip, i, way] = np.sort(best)[-BEST:].mean()
    alike = measured(inputs, sounds)
    assert np.isnan(alike[4::5]).all() and np.isfinite(alike[0::5]).all()
    np.testing.assert_allclose(alike, expected, atol=1e-6)


def test_of_very_much_sound_some_minutes_are_drawn(monkeypatch: pytest.MonkeyPatch):
    sounds, inputs = recordings(), inputs_of()
    everything = measured(inputs, sounds)
    assert measure.minutes(inputs) == N
    monkeypatch.setattr(measure, "MAX_STRETCHES", N)
    assert np.array_equal(measured(inputs, sounds), everything)
    monkeypatch.setattr(measure, "MAX_STRETCHES", 3)
    some = measured(inputs, sounds)
    known = np.isfinite(some).all(axis=(1, 2))
    assert known.sum() == 9 and len(np.unique(inputs.recording[known])) == 3
    assert np.array_equal(some[known], everything[known]) and np.array_equal(
        measured(inputs, sounds), some, equal_nan=True
    )
