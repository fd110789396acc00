"""Real calls drowned in real background, and labels that were swapped: is each called what it is?"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np

from tests.calibration.esc50 import LEVELS_DB, WHY_NOT, material, oracle
from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import World

DROWNED, WITHOUT_CALL, SWAPPED = 40, 20, 20


def planted(model: str):
    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        world, drowned, without_call, swapped, audible = plant(model, rng)
        found = world.diagnose().triage
        applies = dict(zip(found.causes, found.applies.T, strict=True))
        judged = drowned & found.applies.any(axis=1)
        doubted = applies["label"]
        masked, unheard = applies["masked"], applies["unheard"]
        lost = without_call & found.applies.any(axis=1)
        return {
            "blamed": rate(doubted, judged),
            "masked": rate(masked, judged),
            "oracle": rate(audible, judged),
            "masked where audible": rate(masked, judged & audible),
            "either": rate(masked | unheard, judged),
            "masked precision": rate(drowned, masked),
            "precision": rate(swapped | without_call, doubted),
            "swapped": rate(doubted, swapped),
            "without call": rate(unheard | doubted, lost),
            "called masked": rate(masked, lost),
        }

    return trial


def plant(
    model: str, rng: np.random.Generator
) -> tuple[World, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(the dataset, (n,) bool drowned calls, background under an animal's label, animals under another's, drowned
    calls that an oracle finds with one false alarm in ten)."""
    made = material(model)
    x, targets = made.clean.copy(), made.targets.copy()
    columns = {name: column.copy() for name, column in made.columns.items()}
    animals = rng.permutation(np.flatnonzero(targets > 0))
    calm = rng.permutation(np.flatnonzero(targets == 0))
    drowned, other, empty = (
        np.isin(np.arange(len(targets)), rows)
        for rows in (animals[:DROWNED], animals[DROWNED : DROWNED + SWAPPED], calm[:WITHOUT_CALL])
    )
    audible = np.zeros(len(targets), dtype=bool)
    for i, row in enumerate(animals[:DROWNED]):
        level = i % len(LEVELS_DB)
        audible[row] = oracle()[level, row] <= 0.1
        x[row] = made.mixed[level, row]
        for name, column in columns.items():
            column[row] = made.mixed_columns[name][level, row]
    labels = len(made.names) - 1
    targets[other] = (targets[other] - 1 + rng.integers(1, labels, other.sum())) % labels + 1
    targets[empty] = rng.integers(1, labels + 1, empty.sum())
    world = World(x, targets, np.arange(len(targets)), labels, columns)
    return world, drowned, empty, other, audible


def rate(said: np.ndarray, of: np.ndarray) -> tuple[float, float]:
    return float((said & of).sum()), float(of.sum())


def rows(blamed: str) -> tuple[Row, ...]:
    drowned, without = (
        "real calls mixed with real background at 0, -5, -10 dB",
        "background labelled as an animal",
    )
    return (
        Row("blamed", '"wrong label"', f"{drowned}, confused", 0.1, True, blamed),
        Row(
            "masked",
            '"call masked by noise"',
            f"{drowned}, confused (recall; aim 70 %)",
            0.7,
            None,
            "0 to 3 of 18 to 29",
        ),
        Row(
            "oracle",
            "an oracle that knows the clean call's spectrogram finds it (one false alarm in ten)",
            f"{drowned}, confused",
            0.7,
            None,
        ),
        Row(
            "masked where audible",
            '"call masked by noise"',
            f"{drowned}, confused, found by the oracle",
            0.7,
            None,
        ),
        Row("either", '"masked" or "no call made out"', f"{drowned}, confused (recall)", 0.7, None),
        Row(
            "masked precision",
            '"call masked by noise": it is one of them',
            "all plants (precision)",
            0.7,
            None,
        ),
        Row("precision", '"wrong label": it is wrong', "all plants (precision)", 0.9, False),
        Row("swapped", '"wrong label"', "labels of two animals swapped (recall)", 0.5, None, "0 of 60"),
        Row(
            "without call", '"no call made out" or "wrong label"', f"{without}, confused (recall)", 0.5, None
        ),
        Row("called masked", '"call masked by noise"', f"{without}, confused", 0.1, None),
    )


if WHY_NOT:
    print(f"plants: left out, {WHY_NOT}", file=sys.stderr)
SIMULATIONS = (
    ()
    if WHY_NOT
    else tuple(
        Simulation(f"plants.{model}", rows(blamed), planted(model))
        for model, blamed in (("gpv_teacher2", "18 of 20, 23 of 25, 26 of 29"), ("acoustic_features", ""))
    )
)
