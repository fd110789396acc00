"""One cell of the grid: its checkpoint, its runs, their scores. Everything is kept where it is looked for elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.models.base import RANDOM
from bioviz.models.titles import checkpoint_title
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.diagnosis import embedding_inputs
from bioviz.runs.run import Run
from bioviz.runs.spec import RunSpec
from bioviz.store.keys import key_of
from bioviz.study.measures import STAGE, VERSION, CellMeasures, measure
from bioviz.study.scores import CLUSTERING, NO_MAP, TASK, Score
from bioviz.study.spec import Cell, StudySpec, projection
from bioviz.training.data.split import uses_own_split


@dataclass(frozen=True)
class CellResult:
    """What came of a cell.

    Attributes
    ----------
    checkpoint : str
        What was opened; of a fine-tuned cell the one that was trained for it.
    scores : tuple of Score

    """

    checkpoint: str
    scores: tuple[Score, ...]


def split_of(dataset: Dataset, spec: StudySpec) -> str:
    """Return the split that is scored: the test where the dataset has one and it is asked for."""
    return "test" if spec.split == "test" and "test" in set(np.unique(dataset.clips.split)) else "all"


def run_spec(cell: Cell, spec: StudySpec, checkpoint: str, map_name: str) -> RunSpec:
    """Return the run that a map of a cell is, for the page Explore too."""
    return RunSpec(
        cell.dataset,
        cell.entry.model,
        checkpoint,
        split=split_of(library.load(cell.dataset), spec),
        seed=cell.seed if checkpoint == RANDOM else 0,
        projection=projection(map_name, cell.seed),
    )


def compute_cell(
    cell: Cell, spec: StudySpec, progress: Progress | None = None, device: str | None = None
) -> CellResult:
    """Compute what is missing of a cell: training, embeddings, maps, measures.

    Raises
    ------
    BiovizError
        Why it cannot be computed.
    Cancelled
        Through `progress`; what was computed is kept.

    """
    from bioviz.runs.compute import compute_run

    progress = progress or Silent()
    dataset = library.load(cell.dataset)
    _check_unheard(cell, spec, dataset)
    checkpoint = _checkpoint(cell, spec, dataset, progress, device)
    scores, run = [], None
    for name in spec.maps:
        run = compute_run(run_spec(cell, spec, checkpoint, name), progress, device)
        scores += [
            Score(cell.entry.contender, dataset.name, name, cell.seed, each, run.scores[each])
            for each in CLUSTERING
            if each in spec.measures and run.scores[each] is not None
        ]
    if run is not None:
        scores += _of_embedding(cell, spec, dataset, compute_measures(run, spec.k, progress))
    return CellResult(checkpoint, tuple(scores))


def _check_unheard(cell: Cell, spec: StudySpec, dataset: Dataset) -> None:
    """Raise BadInput where a checkpoint fine-tuned before was trained on clips that are scored."""
    from bioviz.runs.heard import heard, is_told

    title = checkpoint_title(cell.entry.checkpoint)
    if not is_told(dataset, cell.entry.checkpoint):
        raise BadInput(
            f"{title} does not tell which recordings it was trained on, so that it may have "
            "heard what would be scored. Take one that was fine-tuned here."
        )
    split = split_of(dataset, spec)
    scored = np.ones(len(dataset.clips), dtype=bool) if split == "all" else dataset.clips.split == split
    known = int((heard(dataset, cell.entry.checkpoint) & scored).sum())
    if known:
        raise BadInput(
            f"{title} was trained on, or chosen by, recordings of {known:,} of the {int(scored.sum()):,} clips that "
            "would be scored. Score it on test clips alone, or on recordings that it has not heard."
        )


def _checkpoint(cell: Cell, spec: StudySpec, dataset: Dataset, progress: Progress, device: str | None) -> str:
    entry = cell.entry
    if entry.share is None:
        return entry.checkpoint
    from bioviz.training.finetune import finetune

    settings = spec.training(entry, cell.seed)
    if spec.split != "test" or not uses_own_split(dataset, settings):
        raise BadInput(
            f"A fine-tuned model is scored on test clips alone, and {dataset.name} has no split of its own (or all of "
            "its clips were asked for). Add the dataset again with shares for training, validation and test."
        )
    trained = finetune(
        dataset,
        entry.model,
        entry.checkpoint,
        settings,
        base_seed=cell.seed if entry.checkpoint == RANDOM else 0,
        device=device,
        progress=progress,
    )
    if not trained.usable:
        raise BadInput(trained.record.reason)
    return trained.name


def _of_embedding(cell: Cell, spec: StudySpec, dataset: Dataset, measures: CellMeasures) -> list[Score]:
    scores = []
    for name in (*CLUSTERING, *TASK):
        each = getattr(measures, name)
        if name in spec.measures and each.value is not None:
            scores.append(
                Score(
                    cell.entry.contender,
                    dataset.name,
                    NO_MAP,
                    cell.seed,
                    name,
                    each.value,
                    each.low,
                    each.high,
                )
            )
    return scores


def compute_measures(run: Run, k: int, progress: Progress) -> CellMeasures:
    """Return the measures of a run's embedding, computed where they are not kept."""
    inputs = embedding_inputs(run, k)
    key = key_of(STAGE, VERSION, inputs)
    measures = stages.read_result(CellMeasures, STAGE, key)
    if measures is None:
        progress.report("scores", 0, 1, "steps")
        measures = measure(inputs)
        stages.save_result(STAGE, key, measures)
        progress.report("scores", 1, 1, "steps")
    return measures
