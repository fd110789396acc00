"""SLURM and PBS by the script that dask-jobqueue writes: settings of the user, and a key for nobody else."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import dask
import dask_jobqueue
import numpy as np
import pytest

from bioviz.cluster import connect
from bioviz.cluster.spec import parse_spec
from bioviz.cluster.start import start_queue
from bioviz.config import PROJECT
from bioviz.embedding.pipeline import embed_with
from bioviz.embedding.spreading.spread import Workers
from bioviz.errors import BadInput, BiovizError
from bioviz.progress import Silent
from tests.cluster.helpers import OpenSlow
from tests.embedding.helpers import expected, make_dataset, recipe, write_wav


@pytest.mark.parametrize(("kind", "mark"), [("slurm", "#SBATCH"), ("pbs", "#PBS")])
def test_the_script_of_a_job(kind, mark, tmp_path, monkeypatch):
    commands(tmp_path, monkeypatch, sbatch="", qsub="")
    asked = []
    monkeypatch.setattr(dask_jobqueue.JobQueueCluster, "scale", lambda self, jobs: asked.append(jobs))
    mine = {"cores": 8, "memory": "32GB", "queue": "gpu", "walltime": "04:00:00"}
    mine |= {"job-extra-directives": ["--gres=gpu:1"]}
    with dask.config.set({f"jobqueue.{kind}.{name}": value for name, value in mine.items()}):
        cluster = start_queue(parse_spec(f"{kind}:20"), [])
        script = cluster.job_script()
        cluster.close()
    assert asked[0] == 20
    assert f"{mark} --gres=gpu:1" in script and "04:00:00" in script and "gpu" in script
    assert f"export PYTHONPATH={PROJECT}" in script
    assert f"{sys.executable} -m distributed.cli.dask_worker tls://" in script
    assert script.rindex("--nthreads 1") > script.index("--nthreads")  # the last one counts
    if kind == "slurm":
        assert "#SBATCH --cpus-per-task=8" in script and "#SBATCH -p gpu" in script
    key = Path(re.findall(r"--tls-key (\S+)", script)[0])
    assert "PRIVATE KEY" in key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_a_queue_that_is_not_here_is_said(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BadInput, match="There is no qsub on this computer"):
        start_queue(parse_spec("pbs"), [])


SBATCH = """#!/bin/sh
cp "$1" "$BIOVIZ_CACHE/job.sh"
bash "$BIOVIZ_CACHE/job.sh" > "$BIOVIZ_CACHE/job.log" 2>&1 &
echo "Submitted batch job $!"
"""


def test_jobs_of_a_queue_compute(tmp_path, monkeypatch):
    """A stand-in for sbatch runs the script right here: its workers find the scheduler, and compute."""
    commands(tmp_path, monkeypatch, sbatch=SBATCH, scancel="#!/bin/sh\nkill $1\n")
    root = tmp_path / "data"
    dataset = make_dataset(root, [write_wav(root / f"{i}.wav", seed=i) for i in range(3)])
    connection = connect.Connection(parse_spec("slurm"))
    try:
        workers = Workers("", connection)  # acoustic columns are measured along the way
        found = embed_with(dataset, recipe(), OpenSlow(tmp_path / "log"), "test", Silent(), workers)
    finally:
        connection.close()
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    assert str(os.getpid()) not in {line.split()[0] for line in (tmp_path / "log").read_text().splitlines()}


def test_a_queue_that_refuses_is_said(tmp_path, monkeypatch):
    refuses = "#!/bin/sh\necho 'sbatch: error: Invalid account' >&2\nexit 1\n"
    commands(tmp_path, monkeypatch, sbatch=refuses, scancel="#!/bin/sh\n")
    connection = connect.Connection(parse_spec("slurm"))
    try:
        with pytest.raises(BiovizError, match="SLURM refused a job: sbatch: error: Invalid account"):
            connection.await_workers(lambda note: None)
    finally:
        connection.close()


def commands(folder, monkeypatch, **scripts: str) -> None:
    """Put scripts before all other commands."""
    for name, text in scripts.items():
        path = folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
