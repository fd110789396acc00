"""The length of a clip where nobody says: short enough that some clips hold no call."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from bioviz.datasets.build import build_dataset
from bioviz.datasets.clips.width import background_share, suggest_plan
from bioviz.datasets.types import WindowPlan
from tests.datasets.sounds import kinds, lines, write

USUAL = WindowPlan(3.0, 1.5)


def calls(every_s: float, length_s: float = 0.1, total_s: float = 120.0):
    """(recording lengths, recording, start, end) of one recording with a call every so often."""
    start = np.arange(0, total_s, every_s)
    return np.array([total_s]), np.zeros(len(start), int), start, start + length_s


def test_share_of_background_is_that_of_the_windows():
    # Of 79 windows of 3 s, those at 0, 1.5, ..., 117: a call from 60.1 to 60.2 touches those from 57.5 to 60.
    found = background_share(USUAL, np.array([120.0]), np.array([0]), np.array([60.1]), np.array([60.2]))
    assert found == pytest.approx(1 - 2 / 79)


def test_calls_close_together_get_shorter_windows():
    found = suggest_plan(USUAL, *calls(every_s=1.6))
    assert found.width_s == 1.0 and found.hop_s == 0.5  # 2 s always meets a call, 1 s often does not
    assert background_share(USUAL, *calls(1.6)) == 0 and background_share(found, *calls(1.6)) >= 0.1
    assert suggest_plan(USUAL, *calls(1.6), fixed_hop=True).hop_s == USUAL.hop_s


@pytest.mark.parametrize("every_s", [10.0, 0.15])
def test_windows_stay_where_there_is_background_or_shorter_ones_would_not_bring_any(every_s):
    assert suggest_plan(USUAL, *calls(every_s)) is None


def _folder(root, seconds=60.0):
    write(root / "a.wav", seconds=seconds)
    rows = [f"a.wav,{t:.2f},{t + 0.1:.2f},wren" for t in np.arange(0.2, seconds - 0.2, 1.1)]
    lines(root / "annotations.csv", "path,start_s,end_s,label", *rows)
    return root


def test_a_dataset_of_short_calls_says_what_length_it_took(tmp_path):
    dataset = build_dataset(_folder(tmp_path))
    assert dataset.plan == WindowPlan(0.5, 0.25) and (dataset.targets == 0).mean() > 0.1
    (told,) = [p for p in dataset.problems if p.kind == "width"]
    assert "3 s" in told.detail and "0.5 s" in told.detail


def test_a_length_that_the_user_sets_stays_and_the_lack_of_background_is_told(tmp_path):
    dataset = build_dataset(_folder(tmp_path), options={"width_s": 2})
    assert dataset.plan == WindowPlan(2.0, 1.0) and (dataset.targets > 0).all()
    assert list(kinds(dataset)) == ["no_background"]
    assert "at 0.5 s" in dataset.problems[0].detail


def test_a_handful_of_clips_says_nothing_of_the_length(tmp_path):
    dataset = build_dataset(_folder(tmp_path, seconds=10.0))
    assert dataset.plan == USUAL and not dataset.problems


def test_real_field_recordings_have_background_between_their_calls(real_data):
    dataset = build_dataset(real_data / "field_detection")
    with open(real_data / "field_detection" / "annotations.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    clips, background = dataset.clips, np.flatnonzero(dataset.targets == 0)
    assert len(rows) == len(dataset.annotations) and dataset.plan.width_s < 3
    assert len(background) > 0.1 * len(clips)
    # Checked against the table itself: a call in a background clip is in it by a fifth of itself at most.
    for clip in background:
        name = dataset.recordings[clips.recording[clip]].name
        begin, end = clips.start_s[clip], clips.end_s[clip]
        for row in rows:
            a, b = float(row["start_s"]), float(row["end_s"])
            if row["path"] == name and b > a:
                assert min(end, b) - max(begin, a) <= 0.2 * min(b - a, end - begin) + 1e-9
