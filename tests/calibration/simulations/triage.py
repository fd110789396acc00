"""Causes given to confused clips: none by chance, and the one that there is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import World, embedding, recordings, targets

UNITS, CLIPS, LABELS = 40, 10, 3
SIGNS = ("masked", "unheard", "empty", "cut", "recorder_band")


def world(rng: np.random.Generator, decides: bool, boxed: bool) -> World:
    """Three in ten calls are faint; a share of the calls sits in background: the faint ones, or by lot."""
    recording = recordings(UNITS, CLIPS)
    kinds = targets(rng, recording, LABELS, 0.5)
    n = len(kinds)
    faint = rng.random(n) < rng.beta(3, 7, UNITS)[recording]  # more in some recordings
    by_lot = rng.random(n) < rng.beta(2, 5, UNITS)[recording]
    lost = (kinds > 0) & (np.where(faint, rng.random(n) < 0.7, rng.random(n) < 0.1) if decides else by_lot)
    columns = {
        "snr_db": np.where(faint, rng.uniform(-10, 2, n), rng.uniform(6, 30, n)),
        "loudest_db": np.where(faint, rng.uniform(-10, 2, n), rng.uniform(6, 30, n)),
        "onset_db": rng.uniform(1, 20, n) + rng.normal(0, 3, UNITS)[recording],
        "prominence_db": rng.uniform(5, 40, n),
        "call_low_hz": rng.uniform(500, 1500, n),
        "call_high_hz": rng.uniform(2000, 4000, n),
        "band_limit_hz": np.where(rng.random(UNITS) < 0.2, 1000.0, 8000.0)[recording],
        "level_dbfs": rng.normal(-30, 5, n),
    }
    if boxed:
        columns["call_share"] = np.where(kinds > 0, rng.choice([0.02, 0.3, 0.8], n), 0.0)
        columns["call_inside"] = np.where(kinds > 0, rng.choice([0.3, 1.0], n), np.nan)
    return World(embedding(rng, np.where(lost, 0, kinds), recording), kinds, recording, LABELS, columns)


def by_chance(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    found = world(rng, False, boxed=bool(rng.random() < 0.5)).diagnose().triage
    return {
        "any": (any(found.of(c).any() for c in SIGNS), 1),
        "label": (bool(found.of("label").any()), 1),
    }


def faint_decides(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    with_boxes = world(rng, True, True).diagnose().triage
    other = ("empty", "cut", "recorder_band", "label")
    return {
        "masked": (bool(with_boxes.of("masked").any()), 1),
        "other": (any(with_boxes.of(name).any() for name in other), 1),
    }


SIMULATIONS = (
    Simulation(
        "triage.by_chance",
        (
            Row(
                "any",
                "any cause read off the sound or the boxes",
                "confusion by lot, more in some recordings",
                0.05,
                True,
                "always (the base rate was given, issue 9)",
            ),
            Row("label", '"wrong label"', "confusion by lot, more in some recordings", 0.05, True),
        ),
        by_chance,
        small=3,
    ),
    Simulation(
        "triage.faint_decides",
        (
            Row("masked", '"call masked by noise"', "faint calls sit in background (power)", 0.9, False),
            Row("other", "another cause", "faint calls sit in background", 0.05, True),
        ),
        faint_decides,
        small=3,
    ),
)
