"""What is said to tell two groups of clips apart, where nothing does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from bioviz.analysis.groups.effects import compare_groups
from bioviz.analysis.groups.words import BELIEVED_Q
from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import properties, recordings

CLIPS = 6


def _trial(units: int) -> Callable[[np.random.Generator], Mapping[str, tuple[float, float]]]:
    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        recording = recordings(2 * units, CLIPS)
        first = recording < units
        effects = compare_groups(
            properties(rng, recording), first, ~first, recording, int(rng.integers(2**31))
        )
        shown = [effect for effect in effects if effect.low is not None]
        return {
            "difference": (sum(e.low <= 0 <= e.high for e in shown), len(shown)),
            "delta": (sum(e.delta_low <= 0 <= e.delta_high for e in shown), len(shown)),
            "believed": (any(e.q is not None and e.q < BELIEVED_Q for e in effects), 1),
        }

    return trial


def _simulation(units: int, before: tuple[str, str, str], small: int) -> Simulation:
    world = f"two groups of {units} recordings alike"
    return Simulation(
        f"groups.{units}",
        (
            Row("difference", "interval of a difference of medians holds 0", world, 0.92, False, before[0]),
            Row("delta", "interval of Cliff's delta holds 0", world, 0.92, False, before[1]),
            Row("believed", '"Level is 3 dB higher in A than in B"', world, 0.05, True, before[2]),
        ),
        _trial(units),
        small,
    )


SIMULATIONS = (
    _simulation(8, ("94 %", "92 %", "20 %"), 15),
    _simulation(20, ("96 %", "94 %", "6 %"), 0),
)
