"""An embedding that knows nothing, each clip a file of its own: is background said to be told?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import World, said

CLIPS = 300


def knows_nothing(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    kinds = np.where(rng.random(CLIPS) < rng.choice((0.5, 0.9)), 0, rng.integers(1, 4, CLIPS))
    world = World(rng.normal(size=(CLIPS, 16)).astype(np.float32), kinds, np.arange(CLIPS), 3)
    clauses, found = world.verdict(), world.diagnose().separability
    inside = found.low is not None and found.high is not None and found.low <= 0.5 <= found.high
    return {
        "said": (said(clauses, "separability", "tells background"), 1),
        "half": (float(inside), float(found.low is not None)),
    }


SIMULATIONS = (
    Simulation(
        "guessing",
        (
            Row("said", '"The model tells background from labelled clips"', "a random embedding", 0.05, True),
            Row("half", "interval of the AUROC by neighbors holds 0.5", "a random embedding", 0.92, False),
        ),
        knows_nothing,
        small=6,
    ),
)
