"""Real embeddings of real calls, the sound's properties dealt out among the clips: no cause is to be named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import numpy as np

from tests.calibration.material import material
from tests.calibration.registry import Row, Simulation
from tests.calibration.sources import WHY_NOT, uploads
from tests.calibration.worlds import World, said

SENTENCE = '"Clips of X with <property> below t sit in background: 94 % against 24 %"'


def shuffled(
    model: str, by_upload: bool
) -> Callable[[np.random.Generator], Mapping[str, tuple[float, float]]]:
    """The trial of a model; units are uploads, or files as the page takes them where nothing says more."""

    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        made = material(model)
        units = uploads() if by_upload else np.arange(len(made.targets))
        dealt = deal(rng, units)
        columns = {name: column[dealt] for name, column in made.columns.items()}
        world = World(made.clean, made.targets, units, len(made.names) - 1, columns)
        return {"cause": (said(world.verdict(), "cause"), 1)}

    return trial


def deal(rng: np.random.Generator, units: np.ndarray) -> np.ndarray:
    """(n,) clip whose sound each clip gets: units change places whole, their clips in the order they have."""
    order = np.argsort(units, kind="stable")
    blocks = np.split(order, np.flatnonzero(np.diff(units[order])) + 1)
    dealt = np.empty(len(units), np.int64)
    dealt[order] = np.concatenate([blocks[i] for i in rng.permutation(len(blocks))])
    return dealt


def _simulation(model: str, title: str, by_upload: bool, before: str = "") -> Simulation:
    unit = "upload" if by_upload else "file"
    world = f"ESC-50 by {title}, sound shuffled between clips, by {unit}"
    return Simulation(
        f"shuffled.{model}_{unit}",
        (Row("cause", SENTENCE, world, 0.05, True, before),),
        shuffled(model, by_upload),
    )


if WHY_NOT:
    print(f"shuffled: left out, {WHY_NOT}", file=sys.stderr)
SIMULATIONS = (
    ()
    if WHY_NOT
    else tuple(
        _simulation(model, title, by_upload, before)
        for model, title, before in (
            ("gpv_teacher2", "GPV", "82 % (issue 9, real embeddings)"),
            ("acoustic_features", "acoustic features", ""),
        )
        for by_upload in (True, False)
    )
)
