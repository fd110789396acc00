"""The other clusterings of a run (agglomerative, Gaussian mixture, HDBSCAN), asked for one dataset at a time.

A run's own clusters are the paper's k-means. These are found only when somebody asks, in a job, as some of them take
far longer; each set is kept under a key of what it follows from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz import jobs
from bioviz.analysis.scores.cluster_agreement import ClusterReport, cluster_report
from bioviz.analysis.scores.clustering import CLUSTERINGS, Clustering
from bioviz.datasets import library
from bioviz.errors import Missing
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.opening import open_run
from bioviz.runs.run import Run
from bioviz.runs.spec import RunSpec
from bioviz.store.keys import Stored, key_of, value_of

VERSION = 2  # raise it when a clustering or a score of it changes
STAGE = "clusterings"


@dataclass(frozen=True, eq=False)
class ClusteringsInputs:
    """All that the clusterings rest on.

    Attributes
    ----------
    embedding : ndarray, shape (n, d)
    xy : ndarray, shape (n, 2)
        The map.
    targets : ndarray of int, shape (n,)
        0 for background; their number of distinct values is the number of clusters looked for.
    methods : tuple of str
    seed : int
        Of k-means and of the Gaussian mixture.
    """

    embedding: np.ndarray | Stored[np.ndarray]
    xy: np.ndarray | Stored[np.ndarray]
    targets: np.ndarray
    methods: tuple[Clustering, ...] = CLUSTERINGS
    seed: int = stages.CLUSTER_SEED


def clusterings_inputs(run: Run) -> ClusteringsInputs:
    """Return what the clusterings of a run rest on."""
    return ClusteringsInputs(run.stored("embedding"), run.stored("xy"), run.targets)


def clusterings_key(run: Run) -> str:
    """Key of the clusterings of a run; another one as soon as anything they rest on changes."""
    return key_of(STAGE, VERSION, clusterings_inputs(run))


def read_clusterings(key: str) -> ClusterReport | None:
    """Return the finished clusterings of a `clusterings_key`, or None."""
    return stages.read_result(ClusterReport, STAGE, key)


def compute_clusterings(run: Run, progress: Progress | None = None) -> ClusterReport:
    """Cluster a run's map and embedding by every method, score them and keep it.

    Raises
    ------
    Cancelled
        Through `progress`.

    """
    progress = progress or Silent()
    inputs = clusterings_inputs(run)
    progress.report("Clusterings", 0, 1, "steps")
    report = cluster_report(
        np.asarray(value_of(inputs.embedding)),
        np.asarray(value_of(inputs.xy)),
        inputs.targets,
        inputs.methods,
        inputs.seed,
    )
    progress.report("Clusterings", 1, 1, "steps")
    stages.save_result(STAGE, key_of(STAGE, VERSION, inputs), report)
    return report


def job_params(spec: RunSpec) -> dict[str, Any]:
    """Parameters of the job, by which a running one is found again."""
    return {"spec": spec.to_dict()}


def start_clusterings(spec: RunSpec) -> jobs.Job:
    """Start computing the clusterings of a run in a process of its own, or join the job that does."""
    title = f"Other clusterings of {library.load(spec.dataset).name}"
    return jobs.start(
        "clusterings", "bioviz.runs.clusterings:clusterings_job", job_params(spec), title=title, looks=True
    )


def clusterings_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the clusterings of the run params["spec"] (`RunSpec.to_dict`)."""
    run = open_run(RunSpec.from_dict(params["spec"]))
    if run is None:
        raise Missing("This map is no longer in the cache. Compute it again.")
    compute_clusterings(run, progress)
    return {"run": run.key, "clips": len(run)}
