"""Measuring the acoustic columns of a dataset in a job, where they are missing beside finished embeddings."""

from __future__ import annotations

from typing import Any

from bioviz import jobs
from bioviz.datasets import library
from bioviz.progress import Progress

KIND = "acoustic"


def start_measuring(dataset_id: str) -> jobs.Job:
    """Start measuring in a process of its own, or join the job that does."""
    title = f"Measuring the sound of {library.load(dataset_id).name}"
    return jobs.start(
        KIND, "bioviz.runs.measuring:measure_job", {"dataset": dataset_id}, title=title, looks=True
    )


def measuring(dataset_id: str) -> jobs.Job | None:
    """Return the latest job that measured a dataset, whoever started it, or None."""
    mine = (job for job in jobs.list_jobs() if job.kind == KIND and job.params == {"dataset": dataset_id})
    return next(mine, None)


def measure_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Measure the dataset params["dataset"].

    Raises
    ------
    Missing
        No such dataset. BadInput: not one recording can be read.

    """
    from bioviz.embedding.pipeline import measure_dataset

    dataset = library.load(params["dataset"])
    measure_dataset(dataset, progress)
    return {"clips": len(dataset.clips)}
