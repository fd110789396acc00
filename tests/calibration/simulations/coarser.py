"""That a coarser unit helps to tell background: how often it is said of groups by lot, and of sites that differ."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bioviz.analysis.diagnosis.shortcuts.coarser_test import drop_p
from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import embedding, recordings, targets

UNITS, CLIPS = 24, 12
LEVEL = 0.05


def by_lot(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Recordings differ, in how much background they hold too; which year each is of is drawn."""
    recording = recordings(UNITS, CLIPS)
    share = rng.beta(2, 2, UNITS)
    kinds = np.where(rng.random(len(recording)) < share[recording], 0, 1)
    x = embedding(rng, kinds, recording, apart=2.0, leak=2.0)
    years = rng.permutation(np.arange(UNITS) % int(rng.choice((2, 4))))[recording]
    return {"said": (_said(x, kinds, recording, years), 1.0)}


def sites_differ(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Each of four sites has a sound of its own, and background that sounds like the calls of the next one."""
    recording = recordings(UNITS, CLIPS)
    kinds = np.minimum(targets(rng, recording, 1, 0.5), 1)
    site = (np.arange(UNITS) % 4)[recording]
    x = embedding(rng, (2 * site + kinds + (site % 2) * (1 - 2 * kinds)) % 8, recording, apart=3.0, leak=0.5)
    return {"said": (_said(x, kinds, recording, site), 1.0)}


def _said(x: np.ndarray, kinds: np.ndarray, recording: np.ndarray, group: np.ndarray) -> float:
    p = drop_p(x, kinds == 0, recording, group)
    return float(p is not None and p <= LEVEL)


SAYS = '"Clips of the same year help to tell background"'
SIMULATIONS = (
    Simulation("coarser.by_lot", (Row("said", SAYS, "years by lot", 0.05, True),), by_lot, small=20),
    Simulation(
        "coarser.sites_differ",
        (Row("said", SAYS, "four sites, each with a sound of its own (power)", 0.9, False),),
        sites_differ,
        small=5,
    ),
)
