"""The window rule: hand-worked cases, and the vectorised code against a slow reading of the rule."""

from __future__ import annotations

import tracemalloc
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.datasets.clips import windows
from bioviz.datasets.clips.windows import count_windows, label_windows, window_starts
from bioviz.datasets.types import WindowPlan


@pytest.mark.parametrize(
    ("length", "width", "hop", "padded", "paper"),
    [
        (60, 2, 1, 59, 59),
        (60, 10, 5, 11, 11),
        (2, 2, 1, 1, 1),
        (2.9, 2, 1, 1, 1),
        (3, 2, 1, 2, 2),
        (1.5, 2, 1, 1, 1),  # less than a hop is missing: BEANS's int() rounds towards zero
        (1.0, 2, 1, 1, 0),
        (0.3, 2, 1, 1, 0),
        (5.1, 0.3, 0.1, 49, 49),  # 4.8 / 0.1 is 47.99... in floating point
    ],
)
def test_number_of_windows(length, width, hop, padded, paper):
    plan = WindowPlan(width, hop)
    assert count_windows(np.array([length]), plan)[0] == padded
    assert count_windows(np.array([length]), plan, pad_short=False)[0] == paper


def test_windows_are_laid_out_recording_by_recording():
    recording, start = window_starts(np.array([2, 0, 3]), 1.5)
    assert recording.tolist() == [0, 0, 2, 2, 2]
    assert start.tolist() == [0, 1.5, 0, 1.5, 3.0]


def _on(start, end, width=2.0, hop=1.0, windows=4, overlap=0.2):
    plan = WindowPlan(width, hop, overlap)
    made = label_windows(
        np.array([windows]), plan, np.array([0]), np.array([start]), np.array([end]), np.array([0]), 1
    )
    return made[:, 0].tolist()


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0.5, 0.9, [True, False, False, False]),  # wholly inside the first
        (1.2, 1.6, [True, True, False, False]),  # inside two
        (1.75, 3.0, [False, True, True, False]),  # 0.25 of 1.25 s in the first: 0.2 does not exceed 0.2
        (1.74, 3.0, [True, True, True, False]),  # 0.26 of 1.26 s does
        (0.0, 5.0, [True, True, True, True]),  # covers all
        (2.7, 9.0, [False, False, True, True]),  # longer than a window: 0.3 of 2 s in the second is 0.15
        (3.0, 3.0, [False, False, False, False]),  # no length, no label
        (2.0, 2.5, [False, True, True, False]),  # touching an edge is no overlap
    ],
)
def test_labels_of_windows_by_hand(start, end, expected):
    assert _on(start, end) == expected


def test_the_overlap_must_exceed_the_limit():
    # Window 0..2 and a call 1..5 (longer than the window): overlap 1 / 2.
    assert _on(1.0, 5.0, overlap=0.5)[0] is False
    assert _on(1.0, 5.0, overlap=0.49)[0] is True
    # With the limit at 1 only a call that covers the window counts.
    assert _on(1.0, 5.0, overlap=1.0) == [False, True, True, True]


def _slow(count, plan, annotations, n_labels):
    """BEANS's loop over every window and annotation."""
    rows = []
    for recording, n in enumerate(count):
        for i in range(n):
            st_, ed = i * plan.hop_s, i * plan.hop_s + plan.width_s
            y = [False] * n_labels
            for r, a, b, label in annotations:
                if r != recording:
                    continue
                if (st_ <= a <= ed) or (st_ <= b <= ed):
                    shorter = min(ed - st_, b - a)
                    if shorter == 0:
                        continue
                    if (min(ed, b) - max(st_, a)) / shorter > plan.min_overlap:
                        y[label] = True
                if a <= st_ and ed <= b and b > a:
                    y[label] = True
            rows.append(y)
    return np.array(rows, dtype=bool).reshape(sum(count), n_labels)


_times = st.floats(0, 30, allow_nan=False).map(lambda x: round(x, 3))


@settings(max_examples=150, deadline=None)
@given(
    count=st.lists(st.integers(0, 12), min_size=1, max_size=4),
    width=st.sampled_from([0.5, 1.0, 2.0, 3.0, 10.0]),
    hop=st.sampled_from([0.1, 0.5, 1.0, 1.5, 5.0]),
    overlap=st.sampled_from([0.0, 0.2, 0.5, 1.0]),
    data=st.data(),
)
def test_vectorised_labels_equal_the_slow_loop(count, width, hop, overlap, data):
    one = st.tuples(st.integers(0, len(count) - 1), _times, _times, st.integers(0, 2))
    annotations = [(r, min(a, b), max(a, b), k) for r, a, b, k in data.draw(st.lists(one, max_size=12))]
    plan = WindowPlan(width, hop, overlap)
    columns = [np.array([a[i] for a in annotations], dtype=float if i in (1, 2) else int) for i in range(4)]
    at_a_time = data.draw(st.sampled_from([1, 3, 10**6]))
    with patch.object(windows, "_PAIRS", at_a_time):
        labels = label_windows(np.array(count), plan, *columns, 3)
    assert np.array_equal(labels, _slow(count, plan, annotations, 3))


def test_many_annotations_take_little_memory_at_a_time():
    n, rng = 200_000, np.random.default_rng(0)
    start = rng.uniform(0, 1000, n)
    tracemalloc.start()
    label_windows(
        np.array([991]), WindowPlan(10.0, 1.0, 0.2), np.zeros(n, int), start, start + 5, np.zeros(n, int), 1
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6  # all 3.4 million pairs at a time take over 300 MB
