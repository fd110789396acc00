"""Runs as jobs: what a worker process is told to call."""

from __future__ import annotations

from typing import Any

from bioviz import jobs
from bioviz.analysis.placement import LISTS
from bioviz.analysis.placement_words import against_chance, headline
from bioviz.datasets import library
from bioviz.progress import Progress
from bioviz.runs.run import Run
from bioviz.runs.spec import RunSpec

DEMO = RunSpec(dataset="demo", model="acoustic_features", checkpoint="none")


def start(spec: RunSpec, title: str = "") -> jobs.Job:
    """Start computing a run in a process of its own, or join the job that already does."""
    if not title:
        title = f"{library.load(spec.dataset).name}: {spec.model} ({spec.checkpoint})"
    return jobs.start("run", "bioviz.runs:run_job", {"spec": spec.to_dict()}, title=title)


def start_demo() -> jobs.Job:
    """Start making the demo dataset and its first run, or join the job that already does."""
    return jobs.start("demo", "bioviz.runs:demo_job", {}, title="Preparing the demo")


def run_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the run params["spec"] (`RunSpec.to_dict`); returns `summary` of it."""
    from bioviz.runs.compute import compute_run

    return summary(compute_run(RunSpec.from_dict(params["spec"]), progress))


def demo_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the demo dataset where it is not there yet, and compute its first run."""
    from bioviz.datasets.demo import ensure_demo
    from bioviz.runs.compute import compute_run
    from bioviz.runs.warm import warm_up

    warm_up(DEMO.projection.metric)
    ensure_demo(progress)
    return summary(compute_run(DEMO, progress))


def summary(run: Run) -> dict[str, Any]:
    """What a job or the command line tells of a finished run (JSON-able)."""
    counts = run.placement.counts
    return {
        "run": run.key,
        "spec": run.spec.to_dict(),
        "clips": len(run),
        "failed": run.provenance["clips"]["failed"],
        "scores": run.scores,
        "headline": headline(counts, run.chance),
        "against_chance": against_chance(counts, run.chance),
        "misclustered": {name: counts[name] for name in LISTS},
        "chance": run.chance.to_dict(),
    }
