"""Runs: an embedding set with its map, clustering and scores, computed by a job and opened by a page.

run = open_run(spec)  # None where it is not computed yet: start(spec)
"""

from typing import TYPE_CHECKING

from bioviz.runs.opening import open_run, open_run_by_key, run_by_key
from bioviz.runs.run import Run
from bioviz.runs.spec import RunSpec
from bioviz.runs.tasks import demo_job, job_for, open_demo, run_job, start, start_demo, summary

if TYPE_CHECKING:
    from bioviz.runs.compute import compute_run

__all__ = [
    "Run",
    "RunSpec",
    "compute_run",
    "demo_job",
    "job_for",
    "open_demo",
    "open_run",
    "open_run_by_key",
    "run_by_key",
    "run_job",
    "start",
    "start_demo",
    "summary",
]


def __getattr__(name: str) -> object:
    # Opening a run must not wait for what only computing one needs.
    if name == "compute_run":
        from bioviz.runs.compute import compute_run

        return compute_run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
