"""Runs as jobs: what a worker process is told to call."""

from __future__ import annotations

from typing import Any

from bioviz import jobs
from bioviz.analysis.misclustered.placement import LISTS
from bioviz.analysis.misclustered.words import against_chance, headline
from bioviz.datasets import library
from bioviz.errors import Missing
from bioviz.models.titles import title_of
from bioviz.progress import Progress
from bioviz.runs.opening import open_run
from bioviz.runs.run import Run
from bioviz.runs.spec import RunSpec

DEMO = RunSpec(dataset="demo", model="small_cnn", checkpoint="pretrained")


def start(spec: RunSpec, title: str = "") -> jobs.Job:
    """Start computing a run in a process of its own, or join the job that already does."""
    if not title:
        title = f"{library.load(spec.dataset).name}: map by {title_of(spec.model, spec.checkpoint)}"
    return jobs.start("run", "bioviz.runs:run_job", {"spec": spec.to_dict()}, title=title, looks=True)


def start_demo() -> jobs.Job:
    """Start making the demo dataset and its first run, or join the job that already does."""
    return jobs.start("demo", "bioviz.runs:demo_job", {}, title="Preparing the demo")


def open_demo() -> Run | None:
    """Return the demo's first run, or None where the demo is not made or not computed."""
    try:
        return open_run(DEMO)
    except Missing:
        return None


def job_for(spec: RunSpec) -> jobs.Job | None:
    """Return the job that computes a run: one of any kind that is at it now, else the last asked for just it."""
    for job in jobs.list_jobs():
        if not job.is_over and spec.to_dict() in specs_of(job):
            return job
    return jobs.find("run", {"spec": spec.to_dict()})


def specs_of(job: jobs.Job) -> list[dict[str, Any]]:
    """Return the runs (`RunSpec.to_dict`) that a job computes where they are missing."""
    if job.kind == "demo":
        return [DEMO.to_dict()]
    spec = job.params.get("spec") or {}
    sides = [spec[side] for side in ("left", "right") if side in spec]
    return [*job.params.get("specs", []), *(sides or [spec])]


def run_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the run params["spec"] (`RunSpec.to_dict`); returns `summary` of it."""
    from bioviz.runs.compute import compute_run

    return summary(compute_run(RunSpec.from_dict(params["spec"]), progress))


def demo_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the demo dataset where it is not there yet, and compute its first run."""
    from bioviz.datasets.demo.dataset import ensure_demo
    from bioviz.runs.compute import compute_run
    from bioviz.runs.warm import warm_up

    warm_up(DEMO.projection.method, DEMO.projection.metric)
    ensure_demo(progress)
    return summary(compute_run(DEMO, progress))


def summary(run: Run) -> dict[str, Any]:
    """Return what a job or the command line tells of a finished run (JSON-able)."""
    counts = run.placement.counts
    return {
        "run": run.key,
        "spec": run.spec.to_dict(),
        "clips": len(run),
        "failed": run.provenance["clips"]["failed"],
        "scores": run.scores,
        "headline": headline(counts, run.chance),
        "against_chance": against_chance(counts, run.chance, run.unit.noun),
        "misclustered": {name: counts[name] for name in LISTS},
        "chance": run.chance.to_dict(),
    }
