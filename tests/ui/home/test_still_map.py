"""The still map: every clip a point, labels of one hue told apart by their shapes, names escaped."""

from __future__ import annotations

import base64
import re

import numpy as np

from bioviz.plots import palette
from bioviz.ui.home.still_map import MOST, still_map


class Run:
    """As much of a run as a picture needs."""

    def __init__(self, targets: np.ndarray, names: tuple[str, ...]) -> None:
        self.targets, self.target_names = targets, names
        self.xy = np.random.default_rng(0).normal(size=(len(targets), 2)).astype(np.float32)

    def __len__(self) -> int:
        return len(self.targets)


NAMES = ("background", *(f"label {i}" for i in range(7)))


def drawn(run: Run, *, dark: bool = False) -> str:
    """Return the picture: Streamlit leaves an SVG element out of a page, but not an image."""
    image = still_map(run, dark=dark)
    inside = re.fullmatch(r'<img alt="[^"]*" style="[^"]*" src="data:image/svg\+xml;base64,([^"]+)">', image)
    assert inside is not None
    return base64.b64decode(inside[1]).decode()


def test_every_clip_is_a_point_of_its_labels_shape():
    run = Run(np.repeat(np.arange(8), 5), NAMES)
    svg = drawn(run)
    shapes = palette.shapes_for(NAMES)
    round_ones = sum(shapes[name] == "circle" for name in NAMES)
    assert 0 < round_ones < len(NAMES)
    assert svg.count("<circle") >= 5 * round_ones  # and those of the legend
    assert svg.count("<polygon") >= 5 * (len(NAMES) - round_ones)


def test_clips_without_a_place_are_left_out_and_nothing_at_all_is_no_picture():
    run = Run(np.array([0, 1, 1]), ("background", "frog"))
    run.xy[:] = np.nan
    assert still_map(run, dark=False) == ""


def test_names_are_escaped_and_of_many_clips_a_part_is_drawn():
    run = Run(np.ones(MOST + 100, dtype=int), ("background", "<b>frog</b>"))
    svg = drawn(run, dark=True)
    assert "<b>" not in svg and "&lt;b&gt;" in svg
    assert svg.count("<circle") == MOST + 1
