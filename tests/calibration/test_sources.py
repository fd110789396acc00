"""What is held out did not serve in choosing: no class in two sets, no noise from the call's own recording."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tests.calibration.cut_esc50 import BACKGROUND, LABELS
from tests.calibration.material import noises
from tests.calibration.sources import ESC50, OTHERS, SOURCES, here, source


def classes(path, half: str = "") -> set[str]:
    with open(path / "metadata.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not half or row["half"] == half]
    return {row["category"].replace("_", "") for row in rows}


def test_halves_share_no_class():
    halves = [{*LABELS[half], *BACKGROUND[half]} for half in ("tune", "judge")]
    assert not halves[0] & halves[1] and all(len(half) == 16 for half in halves)


@pytest.mark.skipif(not here("judge") or not here("animals"), reason="the real recordings are not here")
def test_no_class_is_in_two_sets():
    used, tune, judge = classes(ESC50), classes(OTHERS, "tune"), classes(OTHERS, "judge")
    assert len(judge) == 16 and not judge & (used | tune) and not tune & used


@pytest.mark.parametrize("name", [name for name in ("field", "presence") if here(name)])
def test_calls_are_mixed_with_background_of_their_own_place_and_another_recording(name):
    clips, noise = source(name), noises(name)
    calls = np.flatnonzero(clips.targets > 0)
    assert len(calls) > 40 and (noise[clips.targets == 0] == -1).all()
    assert (clips.targets[noise[calls]] == 0).all()
    assert (clips.units[noise[calls]] != clips.units[calls]).all()
    assert (clips.pool[noise[calls]] == clips.pool[calls]).all()


def test_every_source_says_what_it_is():
    assert len({title for title, _, _ in SOURCES.values()}) == len(SOURCES)
