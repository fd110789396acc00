"""What a study came to, kept after every cell, so that a page shows it while the rest is computed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bioviz.datasets import library
from bioviz.models import registry
from bioviz.models.base import RANDOM
from bioviz.runs import stages
from bioviz.store.keys import key_of
from bioviz.study.cell import CellResult, split_of
from bioviz.study.scores import Score
from bioviz.study.spec import Cell, Entry, StudySpec
from bioviz.study.table import OURS, StudyTable

VERSION = 1
STAGE = "study"


@dataclass(frozen=True)
class DatasetFacts:
    """What a study rests on of a dataset.

    Attributes
    ----------
    name, version : str
    clips : int
        That are scored.
    background : int
        Of them without a call.
    split : str
        "test" or "all".
    unit : str
        Of independence.

    """

    name: str
    version: str
    clips: int
    background: int
    split: str
    unit: str


@dataclass(frozen=True)
class StudyInputs:
    """All that decides a study: what was asked for, and the datasets and weights as they are."""

    spec: Mapping[str, Any]
    datasets: Mapping[str, DatasetFacts]
    weights: Mapping[str, str]


@dataclass(frozen=True)
class StudyResult:
    """Scores so far.

    Attributes
    ----------
    spec : StudySpec
    datasets : dict
        Id to facts.
    weights : dict
        Entry and seed to the fingerprint of what it starts from; "" where it is not here.
    scores : tuple of Score
    checkpoints : dict
        Key of each finished cell to the checkpoint that was opened.
    failed : dict
        Key of each cell that could not be computed to the reason.

    """

    spec: StudySpec
    datasets: Mapping[str, DatasetFacts]
    weights: Mapping[str, str]
    scores: tuple[Score, ...] = ()
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return key_of(STAGE, VERSION, StudyInputs(self.spec.to_dict(), self.datasets, self.weights))

    @property
    def left(self) -> tuple[Cell, ...]:
        """Cells that are not computed yet, those that failed among them."""
        return tuple(cell for cell in self.spec.cells if cell.key not in self.checkpoints)

    def with_cell(self, cell: Cell, found: CellResult) -> StudyResult:
        """Return it with a finished cell."""
        failed = {key: why for key, why in self.failed.items() if key != cell.key}
        checkpoints = {**self.checkpoints, cell.key: found.checkpoint}
        return replace(self, scores=(*self.scores, *found.scores), checkpoints=checkpoints, failed=failed)

    def with_failure(self, cell: Cell, why: str) -> StudyResult:
        """Return it with a cell that could not be computed."""
        return replace(self, failed={**self.failed, cell.key: why})

    def table(self, titles: Mapping[str, str]) -> StudyTable:
        """Return its scores as a layer of the page."""
        with_background = {each.name for each in self.datasets.values() if 0 < each.background < each.clips}
        return StudyTable(OURS, self.scores, frozenset(with_background), titles)


def empty_result(spec: StudySpec) -> StudyResult:
    """Return the result of a study of which nothing is computed. Raises Missing, BadInput."""
    facts = {name: _facts(name, spec) for name in spec.datasets}
    weights = {
        f"{entry} {seed}": _fingerprint(Entry.parse(entry), seed)
        for entry in spec.entries
        for seed in spec.seeds
    }
    return StudyResult(spec, facts, weights)


def open_result(spec: StudySpec) -> StudyResult:
    """Return what is computed of a study as datasets and weights are now. Raises Missing, BadInput."""
    nothing = empty_result(spec)
    meta = stages.read_meta(STAGE, nothing.key)
    if meta is None:
        return nothing
    return replace(
        nothing,
        scores=tuple(Score.from_dict(each) for each in meta["scores"]),
        checkpoints=meta["checkpoints"],
        failed=meta["failed"],
    )


def save_result(result: StudyResult) -> None:
    """Keep a result. Raises DiskFull."""
    about = {
        "spec": result.spec.to_dict(),
        "saved": time.time(),
        "scores": [score.to_dict() for score in result.scores],
        "checkpoints": dict(result.checkpoints),
        "failed": dict(result.failed),
    }
    stages.save(STAGE, result.key, {}, about)


def _facts(dataset_id: str, spec: StudySpec) -> DatasetFacts:
    dataset = library.load(dataset_id)
    split = split_of(dataset, spec)
    rows = dataset.clips.split == split if split != "all" else slice(None)
    targets = dataset.targets[rows]
    return DatasetFacts(
        dataset.name,
        dataset.version,
        len(targets),
        int((targets == 0).sum()),
        split,
        str(dataset.independence.unit),
    )


def _fingerprint(entry: Entry, seed: int) -> str:
    if not registry.checkpoint_state(entry.model, entry.checkpoint).available:
        return ""
    start = seed if entry.checkpoint == RANDOM else 0
    return registry.fingerprint(entry.model, entry.checkpoint, start, "float32")
