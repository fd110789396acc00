"""How far up pictures of example clips reach."""

from __future__ import annotations

import math

import pytest

from bioviz.datasets.types import Annotation
from bioviz.ui.datasets.clip_cards import TIMES_HIGHEST, top_of_pictures


def box(high_hz: float | None, end_s: float = 2.0) -> Annotation:
    return Annotation(0, 1.0, end_s, "owl", 100.0, high_hz)


@pytest.mark.parametrize("no_use", [None, math.nan, math.inf, 0.0, -5.0])
def test_pictures_reach_some_times_as_high_as_the_highest_box_that_is_one(no_use):
    boxes = [box(800.0), box(900.0), box(4330.0, end_s=1.0), box(no_use)]
    assert top_of_pictures(boxes) == 900 * TIMES_HIGHEST
    assert top_of_pictures([box(no_use)]) is None and top_of_pictures([]) is None
