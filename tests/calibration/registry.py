"""What a simulation is, and all there are: one file in `simulations/` each, found by looking into the folder."""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tests.calibration import simulations

Outcome = Mapping[str, tuple[float, float]]
"""Row key to (how often it happened, out of how many) in one dataset: (0 or 1, 1) for a sentence that was said or
not, (intervals that hold the truth, intervals shown) for coverage, (0, 0) where it could not happen."""


@dataclass(frozen=True)
class Row:
    """One line of the table: a rate with an aim.

    Attributes:
        key: unique within its simulation.
        says: the sentence, mark or interval, as on screen. world: what is true in the simulated data.
        aim: the rate. at_most: the rate must be at most `aim`, else at least; None: reported alone.
        before: the rate in the code that was replaced; "" if it is new. Where nothing else is said it was measured by
            this suite (100 datasets) on commit 52bd5ff, before claims were tested and intervals left recordings out.
    """

    key: str
    says: str
    world: str
    aim: float
    at_most: bool | None
    before: str = ""


@dataclass(frozen=True)
class Simulation:
    """Datasets with known truth, and what is said of each.

    Attributes:
        name: as given to `--only`. rows: the lines that it fills.
        trial: makes one dataset from a generator and tells the outcome of each row.
        small: datasets in the small version that runs with the tests; 0 for none.
    """

    name: str
    rows: tuple[Row, ...]
    trial: Callable[[np.random.Generator], Outcome]
    small: int = 0

    def outcomes(self, datasets: int, first: int = 0) -> dict[str, np.ndarray]:
        """Row key to (datasets, 2) float64 of (hits, out of); dataset i is the same in every run."""
        found = [self.trial(self.generator(first + i)) for i in range(datasets)]
        return {row.key: np.array([outcome[row.key] for outcome in found], float) for row in self.rows}

    def generator(self, dataset: int) -> np.random.Generator:
        return np.random.default_rng([zlib.crc32(self.name.encode()), dataset])


def all_simulations() -> list[Simulation]:
    """Every simulation, by name."""
    found: list[Simulation] = []
    for module in pkgutil.iter_modules(simulations.__path__):
        found += importlib.import_module(f"{simulations.__name__}.{module.name}").SIMULATIONS
    return sorted(found, key=lambda simulation: simulation.name)
