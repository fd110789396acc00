"""An embedding of white noise: nothing may be said of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import World, recordings, said, targets

LINEAR = '"A linear classifier finds what neighborhoods hide"'
CLAIMS = ("leak", "cause", "place", "queue", "shortcut")


def white_noise(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """160 clips of 20 recordings, 64 dimensions of noise, sites and hours by lot."""
    recording = recordings(20, 8)
    x = rng.normal(size=(len(recording), 64)).astype(np.float32)
    kinds = targets(rng, recording, 2, 0.5)
    site, hour = rng.integers(0, 4, 20)[recording], rng.integers(0, 12, 20)[recording]
    clauses = World(x, kinds, recording, 2, site=site, hour=hour).with_properties(rng).verdict()
    linear = said(clauses, "separability", "linear classifier finds")
    beyond = said(clauses, "separability", "tells background")
    return {
        "linear": (linear, 1),
        "any": (linear or beyond or any(said(clauses, kind) for kind in CLAIMS), 1),
    }


def linear_knows(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """The label is one weak direction among strong ones that have nothing to do with it."""
    recording = recordings(40, 10)
    kinds = targets(rng, recording, 1, 0.5)
    x = 6 * rng.normal(size=(len(recording), 24))
    x[:, 0] = 3 * kinds + rng.normal(size=len(recording))
    clauses = World(x.astype(np.float32), kinds, recording, 1).verdict()
    return {"linear": (said(clauses, "separability", "linear classifier finds"), 1)}


SIMULATIONS = (
    Simulation(
        "noise.white",
        (
            Row("linear", LINEAR, "white noise, labels random", 0.05, True, "0 %, 3 of 6 elsewhere"),
            Row("any", "anything at all (family-wise)", "white noise, labels random", 0.05, True, "100 %"),
        ),
        white_noise,
        small=12,
    ),
    Simulation(
        "noise.linear_knows",
        (Row("linear", LINEAR, "the label is one weak direction of many (power)", 0.9, False, "100 %"),),
        linear_knows,
        small=6,
    ),
)
