"""Is the year, site, recorder or level named where it has nothing to do with background, and where it has?"""

from __future__ import annotations

import numpy as np

from bioviz.analysis.diagnosis.shortcuts.shortcuts import Shortcut, shortcuts
from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from tests.calibration.registry import Outcome, Row, Simulation

PERMUTATIONS = 199  # the page takes 999; the level is the same, the power a little less


def _named(rng: np.random.Generator, units: int, *, site: float, year: float, calls: float) -> list[Shortcut]:
    """Shortcuts named in a dataset of `units` recordings of 15 clips with shares of background of their own.

    site: how far the embedding of a site lies from others; sites have nothing to do with background.
    year: as site; in a year with a shift, 85 % of the clips are background, in the other 15 %.
    calls: how far labelled clips lie from background.
    """
    unit = np.repeat(np.arange(units), 15)
    of = {"site": rng.integers(0, 4, units), "recorder": rng.integers(0, 3, units)}
    of["year"] = rng.permutation(np.arange(units) % 2)
    share = np.where(of["year"] == 1, 0.85, 0.15) if year else rng.beta(1, 1, units)
    background = rng.random(len(unit)) < share[unit]
    x = rng.normal(size=(len(unit), 8)) + rng.normal(size=(units, 8))[unit]
    x += site * rng.normal(size=(4, 8))[of["site"][unit]] + year * rng.normal(size=(2, 8))[of["year"][unit]]
    x[:, 0] += calls * ~background
    level = rng.normal(size=units)[unit] + rng.normal(size=len(unit))
    side = noise_confusion(knn(x, 20, "euclidean", unit), background, unit)
    score = np.where(background, 1 - side.confusion, side.confusion)
    attributes = {name: values[unit] for name, values in of.items()} | {"level": level}
    found = shortcuts(score, background, unit, attributes, x, n_permutations=PERMUTATIONS)
    return [one for one in found if one.named]


def _unrelated(rng: np.random.Generator) -> Outcome:
    units = int(rng.choice([8, 12, 24, 60]))
    found = _named(rng, units, site=0.0, year=0.0, calls=rng.choice([0.0, 1.0, 3.0]))
    return {"any": (bool(found), 1)}


def _heard(rng: np.random.Generator) -> Outcome:
    units = int(rng.choice([12, 24, 60]))
    found = _named(rng, units, site=2.0, year=0.0, calls=rng.choice([0.0, 1.0, 3.0]))
    return {"any": (bool(found), 1)}


def _planted(rng: np.random.Generator) -> Outcome:
    found = _named(rng, 16, site=0.0, year=3.0, calls=0.0)
    year = [one for one in found if "year" in one.name]
    return {
        "named": (bool(year), 1),
        "other": (any(not one.beside and "year" not in one.name for one in found), 1),
    }


SAYS = "“... of this may be the year” (or site, recorder, level)"
SIMULATIONS = [
    Simulation(
        "shortcuts-unrelated",
        (
            Row(
                "any",
                SAYS,
                "year, site, recorder and level unrelated to background; 8 to 60 recordings",
                0.05,
                True,
            ),
        ),
        _unrelated,
        small=40,
    ),
    Simulation(
        "shortcuts-heard",
        (
            Row(
                "any",
                SAYS,
                "the embedding knows the site, which has nothing to do with background",
                0.05,
                True,
            ),
        ),
        _heard,
        small=40,
    ),
    Simulation(
        "shortcuts-planted",
        (
            Row(
                "named",
                "the year is named",
                "the embedding knows the year alone; 16 recordings, background 85 % and 15 %",
                0.9,
                False,
                "never looked for",
            ),
            Row("other", "another attribute is found instead or besides", "the same", 0.1, True),
        ),
        _planted,
        small=20,
    ),
]
