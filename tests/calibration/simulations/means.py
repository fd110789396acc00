"""Whether the intervals of means over clips hold the truth, where units hold very different numbers of clips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.jackknife import mean_share_interval
from tests.calibration.registry import Row, Simulation

COLUMNS = 4
"""Means (labels, or levels of noise) in each dataset, of units of their own."""


@dataclass(frozen=True)
class Design:
    """A population of units.

    Attributes:
        units: drawn for each mean. spread: sigma of the log-normal number of clips of a unit (median 6).
        shares: (a, b) of the beta distribution of a unit's mean. steps: neighbors that a clip's value is a share of.
        larger: units with a high mean hold more clips: log-size grows by so much over the range of the mean.
    """

    units: int
    spread: float
    shares: tuple[float, float]
    steps: int = 20
    larger: float = 0.0

    def draw(self, rng: np.random.Generator, units: int) -> tuple[np.ndarray, np.ndarray]:
        """(mean of each unit, its number of clips)."""
        share = rng.beta(*self.shares, units)
        clips = np.ceil(6 * np.exp(rng.normal(0, self.spread, units) + self.larger * (share - 0.5)))
        return share, np.minimum(clips, 600).astype(int)

    @property
    def truth(self) -> float:
        """Mean over all clips of a large population."""
        share, clips = self.draw(np.random.default_rng(2026), 1_000_000)
        return float((share * clips).sum() / clips.sum())


def coverage(design: Design) -> Callable[[np.random.Generator], Mapping[str, tuple[float, float]]]:
    truth = design.truth

    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        share, clips = design.draw(rng, COLUMNS * design.units)
        unit = np.repeat(np.arange(len(share)), clips)
        values = rng.binomial(design.steps, share[unit]) / design.steps
        members = (unit // design.units)[:, None] == np.arange(COLUMNS)
        _, low, high = mean_share_interval(values, members, unit)
        shown = np.isfinite(low)
        holds = shown & (low <= truth) & (truth <= high)
        return {"mean": (holds.sum(), shown.sum()), "width": (np.nansum(high - low), shown.sum())}

    return trial


def _simulation(name: str, world: str, design: Design, before: str, small: int = 0) -> Simulation:
    mean, width = (f"{each} %" for each in before.split())
    return Simulation(
        f"means.{name}",
        (
            Row(
                "mean",
                "interval of a mean over clips (noise, shift) holds the truth",
                world,
                0.92,
                False,
                mean,
            ),
            Row("width", "mean width of that interval (% of the scale)", world, 0, None, width),
        ),
        coverage(design),
        small,
    )


SIMULATIONS = (
    _simulation("equal_sizes", "twelve units of six clips", Design(12, 0.0, (1, 3)), "93 21"),
    _simulation("unequal", "twelve units of 1 to 100 clips", Design(12, 1.0, (1, 3)), "88 24", 40),
    _simulation("eight_units", "eight units of 1 to 100 clips", Design(8, 1.0, (2, 2)), "88 33", 40),
    _simulation("forty_units", "forty units of 1 to 100 clips", Design(40, 1.0, (1, 3)), "90 16"),
    _simulation("one_outweighs", "twelve units, often one with half of all clips", Design(12, 1.6, (2, 2)), "89 33"),
    _simulation("larger_are_higher", "twelve units, more clips where the mean is high",
                Design(12, 0.7, (2, 2), larger=2.0), "84 26"),
    _simulation("near_0", "twelve units of 1 to 100 clips, mean 0.025", Design(12, 1.0, (0.25, 9.75)), "77 5"),
    _simulation("near_1", "twenty units of 1 to 100 clips, mean 0.975", Design(20, 1.0, (9.75, 0.25)), "83 4"),
    _simulation("whole_units", "twelve units of 1 to 100 clips, all or nothing", Design(12, 1.0, (0.1, 0.3)), "86 45"),
)  # fmt: skip
