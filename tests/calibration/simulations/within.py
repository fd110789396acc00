"""That a score tells recordings rather than clips: said where it does, and not where only their labels differ."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import World, embedding, recordings, said

SAYS = '"Between clips of one and the same recording the AUROC is ...: the score tells recordings rather than clips"'
UNITS, CLIPS = 24, 20


def _background(rng: np.random.Generator, unit: np.ndarray) -> np.ndarray:
    """(n,) bool: recordings with little of it and with much."""
    return rng.random(len(unit)) < rng.beta(1, 1, UNITS)[unit]


def clips_told(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Calls are heard in most clips that hold one, whatever the recording; every recording has a sound of its own."""
    unit = recordings(UNITS, CLIPS)
    background = _background(rng, unit)
    heard = np.where(background | (rng.random(len(unit)) < 0.4), 0, 1)
    leak = float(rng.choice((0.0, 1.0, 2.0)))
    world = World(embedding(rng, heard, unit, leak=leak), np.where(background, 0, 1), unit, 1)
    return {"said": (said(world.verdict(), "separability", "Between clips of one"), 1)}


def units_told(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Quiet recordings sound alike, busy ones too; no call is heard."""
    unit = recordings(UNITS, CLIPS)
    busy = np.arange(UNITS) % 2 > 0
    background = rng.random(len(unit)) < np.where(busy, 0.2, 0.8)[unit]
    world = World(embedding(rng, busy[unit].astype(int), unit), np.where(background, 0, 1), unit, 1)
    return {"said": (said(world.verdict(), "separability", "Between clips of one"), 1)}


SIMULATIONS = (
    Simulation(
        "within.clips_told",
        (Row("said", SAYS, "recordings differ in how many calls they hold, clips are told", 0.05, True),),
        clips_told,
        small=4,
    ),
    Simulation(
        "within.units_told",
        (Row("said", SAYS, "busy recordings are told from quiet ones, no clip is (power)", 0.9, False),),
        units_told,
    ),
)
