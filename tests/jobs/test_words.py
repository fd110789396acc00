"""How far a job is, in words."""

from __future__ import annotations

import pytest

from bioviz.jobs import words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (75, "1 min 15 s"),
        (3600, "1 h 0 min"),
        (3600 + 23 * 60 + 45, "1 h 23 min"),
    ],
)
def test_durations(seconds, said):
    assert words.duration(seconds) == said
