"""The learning rate over the steps."""

from __future__ import annotations

import pytest

from bioviz.training.loop.schedule import factor


def test_the_schedule_rises_and_falls():
    cosine = [factor("cosine", step, 100, 0.1) for step in range(100)]
    assert cosine[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert cosine[10] == 1.0 and cosine[55] == pytest.approx(0.5) and cosine[99] < 0.001
    assert [factor("constant", step, 4, 0.0) for step in range(4)] == [1.0] * 4
