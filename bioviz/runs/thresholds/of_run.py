"""The thresholds of a run's model, kept like its other stages: computed by a job, opened by a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz import jobs
from bioviz.analysis.thresholds.thresholds import (
    REACHED,
    LabelThreshold,
    ThresholdInputs,
    Thresholds,
    thresholds,
)
from bioviz.datasets import library
from bioviz.embedding.stored.sets import open_set
from bioviz.errors import BadInput, Missing
from bioviz.models.titles import title_of
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.heard import heard
from bioviz.runs.opening import open_run
from bioviz.runs.run import Run
from bioviz.runs.spec import RunSpec
from bioviz.runs.thresholds.label_scores import Scored, compute_label_scores, label_scores, scored
from bioviz.store.keys import Stored, key_of

VERSION = 2
"""Raised when a threshold is chosen or judged in another way."""
STAGE = "thresholds"
PRECISION = 0.95
LEAST, MOST = 0.5, 0.999
"""Of a precision that can be asked for."""


@dataclass(frozen=True, eq=False)
class RunThresholds:
    """The thresholds of a run, with what they rest on.

    Attributes
    ----------
    asked
        Which scores stand for which labels.
    result
        One threshold a label.
    places : (m,) int64
        Positions in the run of the clips that they rest on: those that a fine-tuned checkpoint was not trained on.
    scores : (n, L) float32
        Of all clips of the run, `places` or not.

    """

    asked: Scored
    result: Thresholds
    places: np.ndarray
    scores: np.ndarray

    def of(self, label: str) -> LabelThreshold:
        """Return the threshold of a label. Raises KeyError."""
        return next(each for each in self.result.labels if each.name == label)


def threshold_inputs(run: Run, stored: Stored[np.ndarray], precision: float) -> ThresholdInputs:
    """All that the thresholds of a run rest on, as it is now.

    Raises
    ------
    BadInput
        The precision cannot be asked for, or all clips were trained on.

    """
    if not LEAST <= precision <= MOST:
        raise BadInput(f"The wanted precision must be from {LEAST:g} to {MOST:g}, not {precision:g}.")
    dataset = library.load(run.spec.dataset)
    places = judged(run)
    if not len(places):
        raise BadInput(
            "All recordings of this map were used to train this checkpoint, so they cannot tell its thresholds. Add "
            "recordings, or choose a checkpoint that was not trained on them."
        )
    rows = run.rows[places]
    return ThresholdInputs(
        Stored(f"{stored.key} {key_of('rows', 1, _Rows(rows))}", lambda: np.asarray(stored.value)[rows]),
        dataset.clips.labels[rows],
        run.groups[places],
        dataset.labels,
        dataset.plan.hop_s if dataset.task == "detection" else dataset.plan.width_s,
        precision,
    )


def judged(run: Run) -> np.ndarray:
    """(m,) int64 positions of the clips that may tell a threshold: those that the checkpoint was not trained on."""
    return np.flatnonzero(~heard(library.load(run.spec.dataset), run.spec.checkpoint)[run.rows])


def open_thresholds(run: Run, precision: float = PRECISION) -> RunThresholds | None:
    """Return the finished thresholds of a run, or None where they are not computed yet.

    Raises
    ------
    Missing
        The model gives no scores.
    BadInput
        As `threshold_inputs`.

    """
    spec = run.spec
    asked = scored(library.load(spec.dataset), spec.model, spec.checkpoint, spec.seed)
    embeddings = open_set(asked.dataset, spec.model, spec.checkpoint, spec.seed)
    if embeddings is None:
        return None
    stored = label_scores(asked, embeddings)
    inputs = threshold_inputs(run, stored, precision)
    result = stages.read_result(Thresholds, STAGE, key_of(STAGE, VERSION, inputs))
    if result is None or not isinstance(inputs.scores, Stored):
        return None
    try:
        values = np.asarray(stored.value)[run.rows]
    except Missing:
        return None
    return RunThresholds(asked, result, judged(run), values)


def compute_thresholds(
    run: Run, precision: float = PRECISION, device: str | None = None, progress: Progress | None = None
) -> RunThresholds:
    """Compute the thresholds of a run and keep them; scores that are missing come first.

    Raises
    ------
    Missing, BadInput
        As `open_thresholds`. Cancelled, DiskFull.

    """
    progress = progress or Silent()
    spec = run.spec
    asked = scored(library.load(spec.dataset), spec.model, spec.checkpoint, spec.seed)
    stored = compute_label_scores(asked, device, progress)
    inputs = threshold_inputs(run, stored, precision)
    progress.report("Choosing thresholds", 0, 1, "steps")
    stages.save_result(STAGE, key_of(STAGE, VERSION, inputs), thresholds(inputs))
    finished = open_thresholds(run, precision)
    if finished is None:
        raise Missing(
            "Thresholds that were just computed are gone again. Check the disk and the cache limit."
        )
    return finished


def job_params(spec: RunSpec, precision: float) -> dict[str, Any]:
    """Parameters of the job, by which a running one is found again."""
    return {"spec": spec.to_dict(), "precision": precision}


def start_thresholds(spec: RunSpec, precision: float) -> jobs.Job:
    """Start computing the thresholds of a run in a process of its own, or join the job that does."""
    title = f"Thresholds of {library.load(spec.dataset).name}: {title_of(spec.model, spec.checkpoint)}"
    return jobs.start(
        STAGE,
        "bioviz.runs.thresholds.of_run:thresholds_job",
        job_params(spec, precision),
        title=title,
        looks=True,
    )


def thresholds_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the run params["spec"] where it is missing, then its thresholds for params["precision"]."""
    from bioviz.runs.compute import compute_run

    spec = RunSpec.from_dict(params["spec"])
    run = open_run(spec) or compute_run(spec, progress)
    done = compute_thresholds(run, float(params["precision"]), None, progress)
    reached = sum(label.state == REACHED for label in done.result.labels)
    return {"run": run.key, "labels": len(done.result.labels), "reached": reached}


@dataclass(frozen=True, eq=False)
class _Rows:
    rows: np.ndarray
