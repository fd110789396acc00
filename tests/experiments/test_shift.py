"""Shifted windows: where they lie, what they find, cancelling and going on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.errors import BadInput, Cancelled
from bioviz.experiments import shift
from bioviz.experiments.settings import ShiftSettings
from bioviz.experiments.shift import compute_shift, open_shift, shift_job
from bioviz.experiments.shift_draw import draw_shifts, farthest_reach
from bioviz.store.pack import pack
from tests.experiments.sounds import RATE, dataset, run_of, spec_of

CHOSEN = ShiftSettings(clips=12, k=5)


def steady_and_beeps(root: Path) -> Path:
    """Recordings of 3 s (11 windows): three pairs with a steady tone each, four of short beeps of many pitches."""
    times = np.arange(3 * RATE) / RATE
    rng = np.random.default_rng(3)
    root.mkdir()
    for number in range(10):
        sound = rng.normal(scale=0.001, size=len(times))
        if number < 6:
            sound += 0.2 * np.sin(2 * np.pi * (500, 1000, 2000)[number // 2] * times)
            label, spans = "steady", [(0.0, 3.0)]
        else:
            label, spans = "beep", []
            for begin in np.arange(0.05, 2.9, 0.25):
                on = (times >= begin) & (times < begin + 0.08)
                sound[on] += 0.3 * np.sin(2 * np.pi * rng.uniform(300, 3500) * times[on])
                spans.append((begin, begin + 0.08))
        soundfile.write(root / f"r{number}.wav", sound, RATE)
        lines = [
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies"
        ]
        lines += [
            f"{i}\tSpectrogram 1\t1\t{a:.3f}\t{b:.3f}\t100\t3900\t{label}"
            for i, (a, b) in enumerate(spans, 1)
        ]
        (root / f"r{number}.Table.1.selections.txt").write_text("\n".join(lines) + "\n")
    return root


@pytest.fixture
def long(tmp_path):
    made = build_dataset(
        steady_and_beeps(tmp_path / "long"), name="long", options={"width_s": 0.5, "hop_s": 0.25}
    )
    library.save(made)
    return made


@given(st.floats(0.05, 1), st.integers(1, 4), st.integers(1, 30), st.integers(0, 5))
def test_shifts_stay_in_the_recording_and_go_as_far_as_asked(reach, steps, clips, seed):
    made = _bare(durations=(3.0, 1.0, 0.7))
    chosen = ShiftSettings(clips=clips, reach=reach, steps=steps, seed=seed)
    rows, starts = draw_shifts(made, np.arange(len(made.clips)), chosen)
    assert len(rows) <= clips and (np.diff(rows) > 0).all()
    ends = np.array([made.recordings[i].duration_s for i in made.clips.recording[rows]])
    assert (starts >= 0).all() and (starts + 0.5 <= ends[:, None] + 1e-5).all()
    moved = np.abs(starts - made.clips.start_s[rows, None]) / 0.5
    np.testing.assert_allclose(moved, np.tile(np.abs(chosen.fractions), (len(rows), 1)), atol=1e-9)


def _bare(durations):
    from bioviz.datasets.types import Clips, Dataset, Recording, WindowPlan

    recordings = tuple(
        Recording(Path(f"r{i}"), f"r{i}", "", 1000, 1, round(1000 * d)) for i, d in enumerate(durations)
    )
    starts = [np.arange(0, d - 0.49, 0.25) for d in durations]
    of = np.repeat(np.arange(len(durations), dtype=np.int32), [len(s) for s in starts])
    at = np.concatenate(starts)
    clips = Clips(of, at, at + 0.5, np.zeros((len(at), 1), bool), np.full(len(at), ""))
    return Dataset("d", "d", "detection", 1000, ("x",), recordings, (), WindowPlan(0.5, 0.25), clips, {})


def test_clips_that_fill_their_recordings_cannot_be_shifted(tmp_path):
    made = dataset(tmp_path / "calls", per_label=2)
    with pytest.raises(BadInput, match="can be shifted"):
        draw_shifts(made, np.arange(len(made.clips)), CHOSEN)


def test_a_steady_sound_keeps_its_place_and_a_varied_one_does_not(long):
    run = run_of(long)
    chosen = ShiftSettings(clips=200, k=11)  # the windows of the other recording of the pair
    assert open_shift(run, chosen) is None
    found = compute_shift(run, chosen)
    names = list(run.target_names)
    steady, beep = (found.by_target[names.index(name), 0] for name in ("steady", "beep"))
    assert steady > 0.9 and beep < 0.7, (steady, beep)
    assert found.clips.sum() == len(found.rows) == len(found.changed)
    mean = found.kept.mean(axis=1)
    assert (np.diff(mean) >= 0).all(), "the worst come first"
    assert (found.changed == (mean < 0.5)).all()
    assert np.isfinite(found.places).all() and (found.ellipses[:, 2] >= found.ellipses[:, 3]).all()
    np.testing.assert_equal(pack(open_shift(run, chosen)), pack(found))


def test_a_window_shifted_onto_another_clip_is_that_clip(long):
    # The hop is half of the window: at reach 0.5 shifts land on neighboring windows of the dataset.
    run = run_of(long)
    rows, starts = draw_shifts(long, run.rows, ShiftSettings(clips=5, steps=1))
    made, problems = shift._embed(long, run.spec, rows, starts, shift.Silent(), "cpu")
    assert problems == ()
    for i, row in enumerate(rows):
        for j, start in enumerate(starts[i]):
            same = (long.clips.recording == long.clips.recording[row]) & np.isclose(long.clips.start_s, start)
            np.testing.assert_allclose(
                made[i, j], run.embedding[run.position(int(np.flatnonzero(same)[0]))], rtol=1e-4, atol=1e-4
            )


class Stop:
    def report(self, stage, done, total, unit="clips", note=""):
        if stage.startswith("neighbors of the shifted"):
            raise Cancelled("stopped")


def test_cancelled_and_gone_on_with_without_embedding_again(long, monkeypatch):
    run = run_of(long)
    with pytest.raises(Cancelled):
        compute_shift(run, CHOSEN, Stop())
    assert open_shift(run, CHOSEN) is None
    monkeypatch.setattr("bioviz.experiments.shift.registry.open_model", pytest.fail)  # when it is called
    assert len(compute_shift(run, CHOSEN).rows) == 12


def test_unreadable_recordings_are_named_and_the_job_tells_the_outcome(long):
    run = run_of(long)
    Path(long.recordings[0].path).unlink()
    found = shift_job(shift.job_params(spec_of(long), ShiftSettings(clips=60, k=5)), shift.Silent())
    result = open_shift(run, ShiftSettings(clips=60, k=5))
    assert found == {"run": run.key, "clips": len(result.rows), "changed": int(result.changed.sum())}
    assert [problem.file for problem in result.problems] == [long.recordings[0].name]
    assert not (long.clips.recording[result.rows] == 0).any()


def test_settings_that_cannot_be():
    for bad in ({"clips": 0}, {"reach": 0}, {"reach": 1.5}, {"steps": 0}):
        with pytest.raises(BadInput):
            ShiftSettings(**bad)
    assert ShiftSettings(steps=2).fractions.tolist() == [-0.5, -0.25, 0.25, 0.5]
    assert ShiftSettings.from_dict(replace(CHOSEN, seed=3).to_dict()) == replace(CHOSEN, seed=3)


@given(
    starts=st.lists(st.floats(0, 9), min_size=1, max_size=40),
    duration=st.floats(1, 12),
    width=st.floats(0.2, 3),
)
def test_the_farthest_shift_is_one_that_can_be_drawn(starts, duration, width):
    rows = np.arange(len(starts))
    begin = np.minimum(starts, max(0.0, duration - width))
    made = SimpleNamespace(
        name="x",
        recordings=[SimpleNamespace(duration_s=max(duration, width))],
        clips=SimpleNamespace(start_s=begin, recording=np.zeros(len(starts), dtype=int)),
        plan=SimpleNamespace(width_s=width),
    )
    farthest = farthest_reach(made, rows, clips=5)
    if farthest:
        drawn, _ = draw_shifts(made, rows, ShiftSettings(clips=5, reach=farthest, steps=1))
        assert len(drawn) == min(5, len(starts))
    if farthest <= 0.9:
        try:
            drawn, _ = draw_shifts(made, rows, ShiftSettings(clips=5, reach=farthest + 0.06, steps=1))
        except BadInput:
            drawn = []
        assert len(drawn) < min(5, len(starts))
