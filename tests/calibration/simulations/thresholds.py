"""Thresholds of scores: none where scores mean nothing, and intervals that hold what they do on new recordings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.thresholds.thresholds import ThresholdInputs, thresholds
from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import recordings

CLIPS = 15
SECONDS = 3.0
POPULATION = 4000
"""Recordings in which a chosen threshold is judged."""


@dataclass(frozen=True)
class Design:
    """A population of recordings.

    Attributes:
        units: recordings. apart: how much higher a label's clips score, in standard deviations of a clip.
        spread: the same of a recording's level. share: of labelled clips, of a recording in the mean.
        hot: recordings with a source of noise that scores like the label in one of seven other clips.
    """

    units: int
    apart: float
    spread: float
    share: float
    hot: float = 0.0
    labels: int = 1

    def draw(self, rng: np.random.Generator, units: int = 0) -> ThresholdInputs:
        units = units or self.units
        of = recordings(units, CLIPS)
        shape = (len(of), self.labels)
        positive = (
            rng.random(shape) < rng.beta(3 * self.share, 3 * (1 - self.share), (units, self.labels))[of]
        )
        level = rng.normal(0, self.spread, (units, self.labels))[of]
        noise = (rng.random(units) < self.hot)[of][:, None] & (rng.random(shape) < 0.15) & ~positive
        scores = self.apart * (positive | noise) + level + rng.normal(size=shape)
        names = tuple(f"label {i}" for i in range(self.labels))
        return ThresholdInputs(scores.astype(np.float32), positive, of, names, SECONDS)


def covered(design: Design) -> Callable[[np.random.Generator], Mapping[str, tuple[float, float]]]:
    """Intervals of a threshold against what it does in the population."""

    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        told = thresholds(design.draw(rng)).labels[0]
        if (
            told.threshold is None
            or told.precision is None
            or told.recall is None
            or told.alarms_high is None
        ):
            return {"precision": (0, 0), "recall": (0, 0), "alarms": (0, 0)}
        world = design.draw(rng, POPULATION)
        positive, detected = world.labels[:, 0], np.asarray(world.scores)[:, 0] >= told.threshold
        precision, recall = positive[detected].mean(), detected[positive].mean()
        alarms = (detected & ~positive).sum() / ((~positive).sum() * SECONDS / 3600)
        return {
            "precision": (told.precision_low <= precision <= told.precision_high, 1),
            "recall": (told.recall_low <= recall <= told.recall_high, 1),
            "alarms": (told.alarms_low <= alarms <= told.alarms_high, 1),
        }

    return trial


def claimed(design: Design) -> Callable[[np.random.Generator], Mapping[str, tuple[float, float]]]:
    """Whether any label gets a threshold."""

    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        return {"any": (any(each.threshold is not None for each in thresholds(design.draw(rng)).labels), 1)}

    return trial


def _coverage(name: str, world: str, design: Design, small: int) -> Simulation:
    rows = (
        Row("precision", "95 % interval of a threshold's precision", world, 0.92, False),
        Row("recall", "95 % interval of its recall", world, 0.92, False),
        Row("alarms", "95 % interval of its false alarms per hour", world, 0.92, False),
    )
    return Simulation(f"thresholds.{name}", rows, covered(design), small)


def _chance(name: str, world: str, design: Design, small: int) -> Simulation:
    row = Row("any", "a threshold of any label", world, 0.05, True)
    return Simulation(f"thresholds.{name}", (row,), claimed(design), small)


SIMULATIONS = (
    _coverage("clear", "scores well apart, recordings differ a little", Design(24, 4.0, 0.3, 0.4), 10),
    _coverage("recordings", "as different between recordings as within", Design(24, 4.0, 1.0, 0.4), 0),
    _coverage(
        "bursts", "noise in one of five recordings scores like the label", Design(40, 4.0, 0.5, 0.3, 0.2), 0
    ),
    _chance(
        "random",
        "scores know nothing, five labels in half of the clips",
        Design(24, 0.0, 0.0, 0.5, labels=5),
        10,
    ),
    _chance(
        "common",
        "scores know the recording alone, 90 % labelled",
        Design(40, 0.0, 1.0, 0.9),
        10,
    ),
)
