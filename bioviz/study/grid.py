"""A study as a job: cell after cell, each kept; what is there costs nothing, and a cell that fails stops none."""

from __future__ import annotations

import traceback
from typing import Any

from bioviz import jobs
from bioviz.counts import counted
from bioviz.errors import BadInput, BiovizError, Cancelled
from bioviz.jobs.worker import in_plain_words
from bioviz.models.titles import title_of
from bioviz.progress import Progress, Silent
from bioviz.store.files import DiskFull
from bioviz.study.cell import compute_cell
from bioviz.study.result import StudyResult, open_result, save_result
from bioviz.study.spec import Cell, StudySpec

KIND = "study"
EMBEDDING = 0.7  # of a cell's work, where it is not known better


def job_params(spec: StudySpec) -> dict[str, Any]:
    """Return the parameters of the job, by which a running one is found again."""
    return {"spec": spec.to_dict()}


def start_study(spec: StudySpec) -> jobs.Job:
    """Start a study in a process of its own, or join the job that does; it goes on from what is kept."""
    models, datasets = len(spec.entries), len(spec.datasets)
    title = f"Benchmark of {counted(models, 'model')} on {counted(datasets, 'dataset')}"
    return jobs.start(
        KIND, "bioviz.study.grid:study_job", job_params(spec), title=title, looks=not trains(spec)
    )


def trains(spec: StudySpec) -> bool:
    """Whether a study fine-tunes models, which not everybody may start."""
    return any(cell.entry.share is not None for cell in spec.cells)


def study_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute what is missing of the study params["spec"]; returns how much there is."""
    result = compute_study(StudySpec.from_dict(params["spec"]), progress)
    return {"cells": len(result.checkpoints), "failed": dict(result.failed)}


def compute_study(
    spec: StudySpec, progress: Progress | None = None, device: str | None = None
) -> StudyResult:
    """Compute what is missing of a study.

    Raises
    ------
    BadInput
        There is nothing to compute, or every cell failed: the last reason.
    Missing
        A dataset or model is not there.
    Cancelled, DiskFull
        Finished cells are kept.

    """
    progress = progress or Silent()
    result = open_result(spec)
    if not spec.cells:
        raise BadInput("A study needs a dataset and a model.")
    clips = {name: max(facts.clips, 1) for name, facts in result.datasets.items()}
    total, done = sum(clips[cell.dataset] for cell in spec.cells), 0
    for number, cell in enumerate(spec.cells, start=1):
        title = f"cell {number} of {len(spec.cells)}: {name_of(cell)} on {result.datasets[cell.dataset].name}"
        watched = _CellProgress(progress, title, done, clips[cell.dataset], total)
        watched.report("looking for what is there", 0, 1)
        if cell.key not in result.checkpoints:
            try:
                result = result.with_cell(cell, compute_cell(cell, spec, watched, device))
            except (Cancelled, DiskFull):
                raise
            except BiovizError as error:
                result = result.with_failure(cell, str(error))
            except Exception as error:  # of one model on one dataset: the others go on, and it is named
                traceback.print_exc()
                result = result.with_failure(cell, in_plain_words(error))
            save_result(result)
        done += clips[cell.dataset]
    progress.report("Benchmark", total, total)
    if not result.checkpoints:
        raise BadInput(f"Not one cell could be computed. The last one: {list(result.failed.values())[-1]}")
    return result


def name_of(cell: Cell) -> str:
    """Say which model a cell is of, in words."""
    title = title_of(cell.entry.model, cell.entry.checkpoint)
    if cell.entry.share is None:
        return title
    return f"{title}, fine-tuned with background share {cell.entry.share:g}"


class _CellProgress:
    """Tells the study's progress of a cell's stages, in clips of all cells together, so that time left is known."""

    def __init__(self, progress: Progress, title: str, done: int, clips: int, total: int) -> None:
        self._progress, self._title = progress, title
        self._done, self._clips, self._total, self._share = done, clips, total, 0.0

    def report(self, stage: str, done: float, total: float, unit: str = "clips", note: str = "") -> None:
        """See bioviz.progress.Progress."""
        if unit == "clips" and total:  # embedding and training go over clips; what follows is steps
            self._share = max(self._share, EMBEDDING * min(done / total, 1.0))
        elif stage != "looking for what is there":
            self._share = max(self._share, EMBEDDING)
        at = self._done + self._share * self._clips
        self._progress.report("Benchmark", at, self._total, "clips", self._title)
