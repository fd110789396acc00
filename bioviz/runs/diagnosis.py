"""The diagnosis of a run, kept like its other stages: computed by a job, opened by a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypedDict

import numpy as np

from bioviz import jobs
from bioviz.analysis.diagnosis.diagnose import Diagnosis, diagnose
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs, K
from bioviz.analysis.diagnosis.verdict.headline import headline
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.overlap import call_columns
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.models import registry
from bioviz.models.titles import title_of
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.opening import open_run
from bioviz.runs.run import Run
from bioviz.runs.spec import RunSpec
from bioviz.runs.templates.resemblance import (
    measure_missing_resemblance,
    open_resemblance,
    resemblance_note,
)
from bioviz.store.keys import key_of

VERSION = 19  # raise it when a measure changes, and what is cached is computed anew
STAGE = "diagnosis"
SEED = 0


def embedding_inputs(run: Run, k: int, **more: Any) -> DiagnosisInputs:
    """Return what all measures of a run's embedding rest on, and the fields that are given beside it."""
    dataset = library.load(run.spec.dataset)
    return DiagnosisInputs(
        run.stored("embedding"),
        run.stored("graph"),
        run.stored("knn_cross_unit"),
        run.targets,
        dataset.clips.labels[run.rows],
        dataset.target_names,
        run.groups,
        unit=run.unit.noun,
        k=k,
        **more,
    )


def diagnosis_inputs(run: Run, k: int = K) -> DiagnosisInputs:
    """All that the diagnosis of a run with `k` neighbors rests on, as it is now."""
    dataset = library.load(run.spec.dataset)
    return embedding_inputs(
        run,
        k,
        **_places(dataset, run.rows),
        coarser=_coarser(dataset, run.rows),
        nuisances=_nuisances(run, dataset),
        acoustic=_columns(run, dataset),
        projection=run.stored("xy"),
        # Windows overlap: each stands for the step to the next one, not for its whole length.
        seconds_per_clip=dataset.plan.hop_s if dataset.task == "detection" else dataset.plan.width_s,
        seed=SEED,
        file=dataset.clips.recording[run.rows],
        alike=open_resemblance(dataset, run.rows),
    )


def diagnosis_key(run: Run, k: int = K) -> str:
    """Key of the diagnosis of a run with `k` neighbors; another one as soon as anything it rests on changes."""
    return key_of(STAGE, VERSION, diagnosis_inputs(run, k))


def open_diagnosis(run: Run, k: int = K) -> Diagnosis | None:
    """Return the finished diagnosis of a run with `k` neighbors, or None where it is not computed yet."""
    return read_diagnosis(diagnosis_key(run, k))


def read_diagnosis(key: str) -> Diagnosis | None:
    """Return the finished diagnosis of a `diagnosis_key`, or None."""
    return stages.read_result(Diagnosis, STAGE, key)


def compute_diagnosis(run: Run, k: int = K, progress: Progress | None = None) -> Diagnosis:
    """Compute the diagnosis of a run with `k` neighbors and keep it; what of the sound is not measured comes first.

    Raises
    ------
    Cancelled
        Through `progress`.

    """
    from bioviz.embedding.pipeline import measure_missing

    progress = progress or Silent()
    dataset = library.load(run.spec.dataset)
    measure_missing_resemblance(dataset, progress)
    if measure_missing(dataset, progress):
        run = open_run(run.spec) or run  # which has the columns
    inputs = diagnosis_inputs(run, k)
    diagnosis = diagnose(inputs, progress)
    diagnosis = replace(diagnosis, notes=(*diagnosis.notes, *resemblance_note(dataset)))
    stages.save_result(STAGE, key_of(STAGE, VERSION, inputs), diagnosis)
    return diagnosis


def job_params(spec: RunSpec, k: int = K) -> dict[str, Any]:
    """Parameters of the job, by which a running one is found again."""
    return {"spec": spec.to_dict(), "k": k}


def start_diagnosis(spec: RunSpec, k: int = K) -> jobs.Job:
    """Start computing the diagnosis of a run in a process of its own, or join the job that does."""
    title = f"Diagnosis of {library.load(spec.dataset).name}: {title_of(spec.model, spec.checkpoint)}"
    return jobs.start(
        "diagnosis", "bioviz.runs.diagnosis:diagnosis_job", job_params(spec, k), title=title, looks=True
    )


def diagnosis_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the run params["spec"] where it is missing, then its diagnosis with params["k"] neighbors."""
    from bioviz.runs.compute import compute_run

    spec = RunSpec.from_dict(params["spec"])
    run = open_run(spec) or compute_run(spec, progress)
    diagnosis = compute_diagnosis(run, int(params["k"]), progress)
    return {"run": run.key, "clips": len(run), "headline": headline(verdict(diagnosis)).text}


class Places(TypedDict):
    """Where and when clips were recorded, (n,) each."""

    site: np.ndarray
    hour: np.ndarray


def _places(dataset: Dataset, rows: np.ndarray) -> Places:
    recording = dataset.clips.recording[rows]
    sites = np.array([r.site for r in dataset.recordings])
    starts = np.array(
        [
            r.recorded_at.hour + r.recorded_at.minute / 60 if r.recorded_at else np.nan
            for r in dataset.recordings
        ]
    )
    hour = np.floor((starts[recording] + dataset.clips.start_s[rows] / 3600) % 24)
    return {"site": sites[recording], "hour": hour}


def _coarser(dataset: Dataset, rows: np.ndarray) -> dict[str, np.ndarray]:
    of = dataset.clips.recording[rows]
    return {name: groups[of] for name, groups in dataset.independence.coarser.items()}


def _nuisances(run: Run, dataset: Dataset) -> dict[str, np.ndarray]:
    """Return what may go with background by the way recordings were made: year, date, site, recorder, source, level."""
    of = dataset.clips.recording[run.rows]
    stated = {
        "year": [r.year for r in dataset.recordings],
        "date": [r.day for r in dataset.recordings],
        "site": [r.site for r in dataset.recordings],
        "recorder": [r.recorder for r in dataset.recordings],
        "source": [r.source for r in dataset.recordings],
    }
    nuisances = {name: np.array(values)[of] for name, values in stated.items()}
    if "level_dbfs" in run.acoustic:
        nuisances["level"] = np.asarray(run.acoustic["level_dbfs"], dtype=np.float64)
    return nuisances


def _columns(run: Run, dataset: Dataset) -> dict[str, np.ndarray]:
    clips, rows = dataset.clips, run.rows
    columns = {name: np.asarray(values, dtype=np.float64) for name, values in run.acoustic.items()}
    columns["labels"] = clips.labels[rows].sum(axis=1).astype(np.float64)
    if dataset.annotations:
        none = float("nan")
        boxes = np.array(
            [
                (
                    a.start_s,
                    a.end_s,
                    none if a.low_hz is None else a.low_hz,
                    none if a.high_hz is None else a.high_hz,
                )
                for a in dataset.annotations
            ],
            dtype=np.float64,
        )
        rate = registry.card(run.spec.model).sample_rate or dataset.sample_rate
        columns |= call_columns(
            clips.recording[rows],
            clips.start_s[rows],
            clips.end_s[rows],
            boxes,
            np.array([a.recording for a in dataset.annotations]),
            rate / 2,
        )
    return columns
