"""The plan of a study, before anything is computed: what is there of each cell, and what the rest will cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bioviz.counts import counted
from bioviz.datasets import library
from bioviz.embedding.stored.sets import is_there
from bioviz.errors import BiovizError
from bioviz.jobs import duration
from bioviz.models import registry
from bioviz.models.base import RANDOM
from bioviz.study.result import StudyResult
from bioviz.study.spec import Cell
from bioviz.training.data.split import split_rows
from bioviz.training.finetune import work_of

State = Literal["computed", "embedded", "to compute", "failed", "weights missing"]
BACKWARD = 3.0  # a training step takes about three times as long as the pass forward alone
MAP_S_PER_CLIP = {"umap": 0.02, "tsne": 0.02, "pca": 0.0005}
"""Seconds of a map and its scores, a clip, on two cores (10,000 clips by umap-learn with a seed: 17 s, and scores)."""
MAP_START_S = 2.0


@dataclass(frozen=True)
class PlannedCell:
    """A cell and what is left of it.

    Attributes
    ----------
    cell : Cell
    state : str
    seconds : float or None
        That the rest takes; None where no model of its kind was timed.
    reason : str
        Why it cannot be computed, or could not.

    """

    cell: Cell
    state: State
    seconds: float | None
    reason: str = ""


def plan(result: StudyResult, rates: Mapping[str, float]) -> list[PlannedCell]:
    """Return all cells of a study.

    Parameters
    ----------
    result : StudyResult
        As far as it is computed.
    rates : mapping
        "model:checkpoint" to seconds of computing a second of sound (`cost.time_models`).

    """
    planned = []
    for cell in result.spec.cells:
        state = _state(cell, result)
        missing = registry.checkpoint_state(cell.entry.model, cell.entry.checkpoint)
        if not missing.available:
            planned.append(PlannedCell(cell, "weights missing", None, missing.message))
            continue
        planned.append(
            PlannedCell(cell, state, _seconds(cell, state, result, rates), result.failed.get(cell.key, ""))
        )
    return planned


def total_seconds(planned: Sequence[PlannedCell]) -> float | None:
    """Return what all of them take; None where something is not known."""
    known = [each.seconds for each in planned if each.state != "weights missing"]
    return None if None in known else float(sum(each or 0.0 for each in known))


def total_words(planned: Sequence[PlannedCell]) -> str:
    """Say how many cells there are, how many are computed, and how long the others take."""
    there = sum(each.state == "computed" for each in planned)
    absent = sum(each.state == "weights missing" for each in planned)
    total = total_seconds(planned)
    takes = (
        "how long the rest takes is not known yet"
        if total is None
        else f"the rest takes about {duration(total)}"
    )
    if there + absent == len(planned):
        takes = "nothing is left to compute"
    missing = f", {absent} lack their weights" if absent else ""
    cells = counted(len(planned), "cell")
    return f"{cells}: {there} computed already{missing}; {takes}."


def _state(cell: Cell, result: StudyResult) -> State:
    if cell.key in result.checkpoints:
        return "computed"
    if cell.key in result.failed:
        return "failed"
    try:
        dataset, entry = library.load(cell.dataset), cell.entry
        start = cell.seed if entry.checkpoint == RANDOM else 0
        checkpoint: str | None = entry.checkpoint
        if entry.share is not None:
            work = work_of(
                dataset, entry.model, entry.checkpoint, start, result.spec.training(entry, cell.seed)
            )
            trained = work.result()
            checkpoint, start = None if trained is None else f"ft:{trained}", 0
        if checkpoint is not None and is_there(dataset, entry.model, checkpoint, start):
            return "embedded"
    except BiovizError:  # computing it says why
        pass
    return "to compute"


def _seconds(cell: Cell, state: State, result: StudyResult, rates: Mapping[str, float]) -> float | None:
    if state == "computed":
        return 0.0
    dataset, spec = library.load(cell.dataset), result.spec
    clips = result.datasets[cell.dataset].clips
    maps = sum(MAP_START_S + clips * MAP_S_PER_CLIP[name.partition("-")[0]] for name in spec.maps)
    if state == "embedded":
        return maps
    rate = rates.get(f"{cell.entry.model}:{cell.entry.checkpoint}")
    if rate is None:
        return None
    a_clip = rate * dataset.plan.width_s
    seconds = maps + a_clip * len(dataset.clips)
    if cell.entry.share is not None:
        settings = spec.training(cell.entry, cell.seed)
        training = len(split_rows(dataset, settings).train)
        seconds += a_clip * BACKWARD * training * settings.epochs * len(settings.learning_rates)
    return float(np.round(seconds, 1))
