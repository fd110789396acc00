"""On a GPU a loss is read when the next step is under way; where a step is over when its call is, at once."""

from __future__ import annotations

import pytest

from bioviz.training.loop.late_losses import LateLosses


class OnTheWay:
    """A loss that notes when it is looked at."""

    def __init__(self, value: float, log: list[str]) -> None:
        self._value, self._log = value, log

    def __float__(self) -> float:
        self._log.append(f"read {self._value:g}")
        return self._value


@pytest.mark.parametrize(
    ("depth", "order"),
    [
        (0, ["step 0", "read 0", "step 1", "read 1", "step 2", "read 2"]),
        (1, ["step 0", "step 1", "read 0", "step 2", "read 1", "read 2"]),
    ],
)
def test_no_step_waits_for_the_loss_of_the_one_before(depth, order):
    late, log, got = LateLosses(depth), [], []
    for step in range(3):
        log.append(f"step {step}")
        got.extend(late.put(step, OnTheWay(float(step), log)))
    got.extend(late.drain())
    assert log == order
    assert got == [(0, 0.0), (1, 1.0), (2, 2.0)]
