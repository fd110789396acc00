"""Real calls drowned in real background, and labels that were swapped: is each called what it is?"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np

from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.statistics.excess import excess
from tests.calibration.material import LEVELS_DB, material, oracle
from tests.calibration.registry import Row, Simulation
from tests.calibration.sources import SOURCES, WHY_NOT, here
from tests.calibration.templates import known_by_others
from tests.calibration.worlds import World

DROWNED, WITHOUT_CALL, SWAPPED = 1 / 6, 1 / 12, 1 / 12
"""Shares of the calls; background gets as many labels of animals as there are swapped."""


def planted(model: str, of: str):
    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        world, drowned, without_call, swapped, audible, resembling = plant(model, rng, of)
        diagnosis = world.diagnose()
        found = diagnosis.triage
        applies = dict(zip(found.causes, found.applies.T, strict=True))
        judged = drowned & found.applies.any(axis=1)
        doubted = applies["label"]
        masked, unheard = applies["masked"], applies["unheard"]
        lost = without_call & found.applies.any(axis=1)
        return {
            "blamed": rate(doubted, judged),
            "masked": rate(masked, judged),
            "oracle": rate(audible, judged),
            "resembling": rate(resembling, judged),
            "known": rate(knowing(diagnosis, world, drowned), judged),
            "known either": rate(knowing(diagnosis, world, drowned | without_call), judged),
            "masked where audible": rate(masked, judged & audible),
            "either": rate(masked | unheard, judged),
            "masked precision": rate(drowned, masked),
            "masked of plants": rate(drowned, masked & (drowned | without_call | swapped)),
            "precision": rate(swapped | without_call, doubted),
            "swapped": rate(doubted, swapped),
            "without call": rate(unheard | doubted, lost),
            "called masked": rate(masked, lost),
        }

    return trial


def plant(
    model: str, rng: np.random.Generator, of: str = "animals"
) -> tuple[World, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(the dataset, (n,) bool drowned calls, background under an animal's label, animals under another's, drowned
    calls found with one false alarm in ten by an oracle, and by who knows other calls of the label)."""
    made = material(model, of)
    x, targets = made.clean.copy(), made.targets.copy()
    columns = {name: column.copy() for name, column in made.columns.items()}
    animals = rng.permutation(np.flatnonzero(targets > 0))
    calm = rng.permutation(np.flatnonzero(targets == 0))
    n_drowned, n_empty, n_swapped = (round(part * len(animals)) for part in (DROWNED, WITHOUT_CALL, SWAPPED))
    labels = len(made.names) - 1
    if labels < 2:
        n_swapped = 0  # there is no other label to swap with
    drowned, other, empty = (
        np.isin(np.arange(len(targets)), rows)
        for rows in (animals[:n_drowned], animals[n_drowned : n_drowned + n_swapped], calm[:n_empty])
    )
    audible, resembling = np.zeros((2, len(targets)), dtype=bool)
    for i, row in enumerate(animals[:n_drowned]):
        level = i % len(LEVELS_DB)
        audible[row] = oracle(of)[level, row] <= 0.1
        resembling[row] = known_by_others(of)[level, row] <= 0.1
        x[row] = made.mixed[level, row]
        for name, column in columns.items():
            column[row] = made.mixed_columns[name][level, row]
    if n_swapped:
        targets[other] = (targets[other] - 1 + rng.integers(1, labels, other.sum())) % labels + 1
    targets[empty] = rng.integers(1, labels + 1, empty.sum())
    world = World(x, targets, made.units, labels, columns)
    return world, drowned, empty, other, audible, resembling


def knowing(diagnosis: Diagnosis, world: World, truth: np.ndarray) -> np.ndarray:
    """(n,) bool: confused clips of which `truth` (n,) bool would be said by somebody who knows it.

    All of them or none: a cause is said only where its sign, here the truth itself, is commoner among confused clips
    than among others of the same label, by the same test and beside as many others.
    """
    judged = diagnosis.clips.judged
    side = (world.targets > 0) & np.isfinite(judged.confusion)
    both = (diagnosis.triage.excess_labelled, diagnosis.triage.excess_background)
    tests = sum(each.confused > 0 or each.others > 0 for part in both for each in part.values())
    units = world.recording[side]
    said = excess(truth[side], judged.confused[side], world.targets[side], units, max(tests, 1)).sure
    return truth & judged.confused & said


def rate(said: np.ndarray, of: np.ndarray) -> tuple[float, float]:
    return float((said & of).sum()), float(of.sum())


def rows(of: str, blamed: str) -> tuple[Row, ...]:
    title = SOURCES[of][0]
    drowned = f"{title}: calls mixed with background at 0, -5, -10 dB, confused"
    without, everything = f"{title}: background under an animal's label", f"{title}: all plants"
    masked = '"call masked by noise"'
    knows = "an oracle that knows the clean call's spectrogram finds it (one false alarm in ten)"
    others = "who knows other calls of its label, but not the call, finds it (one false alarm in ten)"
    known = "who knows which calls are drowned says so: they are commoner among confused clips beyond chance"
    known_either = "who knows which clips are drowned or hold no call says so, likewise"
    either = '"masked" or "no call made out"'
    return (
        Row("blamed", '"wrong label"', drowned, 0.1, True, blamed),
        Row(
            "masked",
            masked,
            f"{drowned} (recall; aim 70 %)",
            0.7,
            None,
            "0 to 3 of 18 to 29" if blamed else "",
        ),
        Row("oracle", knows, drowned, 0.7, None),
        Row("resembling", others, drowned, 0.7, None),
        Row("known", known, drowned, 0.7, None),
        Row("known either", known_either, drowned, 0.7, None),
        Row("masked where audible", masked, f"{drowned}, found by the oracle", 0.7, None),
        Row("either", either, f"{drowned} (recall)", 0.7, None),
        Row("masked precision", f"{masked}: it is one of them", f"{everything} (precision)", 0.7, None),
        Row(
            "masked of plants",
            f"{masked}: it is one of them",
            f"{title}: plants alone, what is natural left out (precision)",
            0.7,
            None,
        ),
        Row("precision", '"wrong label": it is wrong', f"{everything} (precision)", 0.9, False),
        Row(
            "swapped",
            '"wrong label"',
            f"{title}: two labels swapped (recall)",
            0.5,
            None,
            "0 of 60" if blamed else "",
        ),
        Row(
            "without call", '"no call made out" or "wrong label"', f"{without}, confused (recall)", 0.5, None
        ),
        Row("called masked", masked, f"{without}, confused", 0.1, None),
    )


if WHY_NOT:
    print(f"plants: left out, {WHY_NOT}", file=sys.stderr)
SIMULATIONS = tuple(
    Simulation(f"plants.{of}.{model}", rows(of, blamed if of == "animals" else ""), planted(model, of))
    for of in SOURCES
    for model, blamed in (("gpv_teacher2", "18 of 20, 23 of 25, 26 of 29"), ("acoustic_features", ""))
    if here(of)
)
