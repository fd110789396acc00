"""Start the workers of a cluster: processes of this computer, or jobs of a queue."""

from __future__ import annotations

import importlib.util
import logging
import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from bioviz.cluster.spec import LOCAL, SLURM, ClusterSpec
from bioviz.config import PROJECT, settings
from bioviz.errors import BadInput
from bioviz.store.files import make_folder

if TYPE_CHECKING:
    from distributed import SpecCluster

LOOPBACK = "127.0.0.1"
WORKER_BYTES = 3 << 30
"""Memory that a worker with a model of middling size takes; decides how many are started unasked."""
_JOB = {"cores": 4, "memory": "16GB"}  # where the user's jobqueue.yaml says nothing


def local_workers(cores: int, available_bytes: int, gpus: int) -> int:
    """Return how many workers this computer should have: one a GPU, else one a core as far as memory reaches."""
    return gpus or max(1, min(cores, available_bytes // WORKER_BYTES))


def gpu_environments(gpus: int, visible: str | None) -> list[dict[str, str]]:
    """For each worker the environment that shows it one GPU alone.

    Parameters
    ----------
    gpus
        How many torch sees here.
    visible
        What CUDA_VISIBLE_DEVICES says here, None where it is not set.

    """
    names = visible.split(",")[:gpus] if visible else [str(number) for number in range(gpus)]
    return [{"CUDA_VISIBLE_DEVICES": name.strip()} for name in names]


def start_local(spec: ClusterSpec) -> SpecCluster:
    """Start worker processes on this computer, which nobody but this process can reach.

    They listen on the loopback address, and only speak to who has the key that is made here and kept in memory: other
    accounts of the computer can neither read along nor hand in work.
    """
    from distributed import LocalCluster, Nanny, Scheduler, SpecCluster
    from distributed.security import Security

    gpus = _gpus()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = spec.workers or local_workers(cores, psutil.virtual_memory().available, gpus)
    security = Security.temporary()
    common: dict[str, Any] = {"memory_limit": 0, "silence_logs": logging.ERROR}
    quiet: dict[str, Any] = {
        "host": LOOPBACK,
        "security": security,
        "dashboard_address": f"{LOOPBACK}:0",
        "scheduler_kwargs": {"dashboard": False},
    }
    if not gpus:
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            **quiet,
            **common,
        )
    if (
        importlib.util.find_spec("dask_cuda") is not None
    ):  # it also binds each worker to the cores near its GPU
        from dask_cuda import LocalCUDACluster  # pyright: ignore[reportMissingImports]

        return LocalCUDACluster(n_workers=min(workers, gpus), **quiet)
    environments = gpu_environments(min(workers, gpus), os.environ.get("CUDA_VISIBLE_DEVICES"))
    options = {"nthreads": 1, "host": LOOPBACK, "security": security, "dashboard": False, **common}
    return SpecCluster(
        workers={
            at: {"cls": Nanny, "options": {**options, "env": each}} for at, each in enumerate(environments)
        },
        scheduler={
            "cls": Scheduler,
            "options": {"host": LOOPBACK, "security": security, "dashboard": False},
        },
        security=security,
    )


def start_queue(spec: ClusterSpec, refusals: list[str]) -> SpecCluster:
    """Hand jobs to SLURM or PBS, each of which becomes workers.

    Queue, cores, memory, time and extra directives are those of the user's `~/.config/dask/jobqueue.yaml`. Workers and
    scheduler recognize each other by a key that is made here and lies in a folder that this account alone can read.

    Parameters
    ----------
    spec
        Of SLURM or PBS.
    refusals
        Gets what the queue says where it refuses a job, which is some time later.

    Raises
    ------
    BadInput
        The queue is not here, or its settings cannot be used.

    """
    import dask_jobqueue
    from dask import config

    command = "sbatch" if spec.kind == SLURM else "qsub"
    if shutil.which(command) is None:
        raise BadInput(
            f"There is no {command} on this computer, so no jobs can be handed to {spec.words}. Start bioviz where "
            "jobs are submitted, or name another cluster."
        )

    kind: Any = getattr(dask_jobqueue, "SLURMCluster" if spec.kind == SLURM else "PBSCluster")
    plain: Any = kind.job_cls

    class Job(plain):
        async def _submit_job(self, script_filename: str) -> str:
            try:
                return await super()._submit_job(script_filename)
            except RuntimeError as error:
                refusals.append(str(error).partition("stderr:")[2].strip() or str(error))
                raise

    configured = {key: config.get(f"jobqueue.{spec.kind}.{key}", None) for key in _JOB}
    folder = make_folder(settings().cache_dir / "cluster" / "jobs")
    logs = config.get(f"jobqueue.{spec.kind}.log-directory", None) or str(folder / "logs")
    prologue = config.get(f"jobqueue.{spec.kind}.job-script-prologue", None) or []
    paths = os.pathsep.join([str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])])
    try:
        cluster = kind(
            job_cls=Job,
            **{key: value or _JOB[key] for key, value in configured.items()},
            processes=config.get(f"jobqueue.{spec.kind}.processes", None) or 1,
            worker_extra_args=["--nthreads", "1"],  # one parcel at a time, which has all cores of the worker
            python=sys.executable,
            job_script_prologue=[*prologue, f"export PYTHONPATH={shlex.quote(paths)}"],
            log_directory=logs,
            security=_job_security(folder),
            protocol="tls://",
            scheduler_options={"dashboard": False, "dashboard_address": f"{LOOPBACK}:0"},
        )
    except (ValueError, TypeError) as error:
        raise BadInput(f"The queue's settings in jobqueue.yaml cannot be used: {error}") from error
    cluster.scale(jobs=spec.workers or 1)
    return cluster


def start(spec: ClusterSpec, refusals: list[str]) -> SpecCluster:
    """Start what a spec names, which is no address; see `start_queue`."""
    return start_local(spec) if spec.kind == LOCAL else start_queue(spec, refusals)


def _gpus() -> int:
    """Return how many GPUs torch sees; it is asked only where the system shows one."""
    from bioviz.models.devices.hardware import shows_a_gpu

    if not shows_a_gpu():
        return 0
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def _job_security(folder: Path) -> Any:
    """Return a key of its own for this cluster, in files that this account's workers on other computers can read."""
    from distributed.security import Security

    temporary = Security.temporary()
    private = Path(tempfile.mkdtemp(prefix="key-", dir=folder))  # for this account alone, by mkdtemp
    paths = {"key": private / "key.pem", "cert": private / "cert.pem"}
    for name, path in paths.items():
        path.touch(mode=0o600)
        path.write_text(str(getattr(temporary, f"tls_client_{name}")))
    roles = {
        f"tls_{role}_{name}": str(path)
        for role in ("client", "scheduler", "worker")
        for name, path in paths.items()
    }
    return Security(require_encryption=True, tls_ca_file=str(paths["cert"]), **roles)
