"""Start, find, cancel and clear away jobs. Everything is in cache_dir/jobs, so any process can ask."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from bioviz import rights
from bioviz.config import settings
from bioviz.errors import BiovizError, Missing
from bioviz.jobs.process import identity, kill_tree, launch
from bioviz.jobs.state import Job, read_job
from bioviz.jobs.where import chosen, started_on
from bioviz.store.claims.disk_clock import time_in
from bioviz.store.claims.locks import locked, uses_leases
from bioviz.store.digest import digest
from bioviz.store.files import Corrupt, disk_trouble, make_folder, read_json, write_json

KEEP_FINISHED = 50
GRACE_S = 10.0
PATIENCE_S = 30.0


def jobs_dir() -> Path:
    """Return the folder of all jobs; it need not be there yet."""
    return settings().cache_dir / "jobs"


def start(kind: str, target: str, params: Mapping[str, Any], *, title: str = "", looks: bool = False) -> Job:
    """Start `target(params, progress)` in a process of its own, or join the one that already does just this.

    Parameters
    ----------
    kind
        What sort of work, e.g. "run"; with `params` it tells one piece of work from another.
    target
        "module:function"; the function gets (params: dict, progress) and returns a JSON-able dict.
    params
        JSON-able.
    title
        What the user reads, e.g. "Map of the demo with ResNet-18".
    looks
        Whether it only computes what a page shows: who may look may start it too.

    Raises
    ------
    NotAllowed
        It does more, or is to run elsewhere than the settings say, and the one who asks may look and flag.
    DiskFull, NotWritable
        No room on the disk, or no right to write.

    """
    where = chosen()
    if where or not looks:
        rights.require()
    signature = _signature(kind, params)
    with _alone():
        for folder in _folders(f"{signature}-*"):
            job = _read(folder)
            if job is not None and not job.is_over and not job.cancelling:
                return job
        _prune()
        folder = _new_folder(signature)
        spec = {
            "kind": kind,
            "target": target,
            "params": dict(params),
            "title": title or kind,
            "looks": looks,
            "where": where,
        }
        with contextlib.ExitStack() as undo:  # where there is no room for it nothing of it stays behind
            undo.callback(shutil.rmtree, folder, ignore_errors=True)
            write_json(folder / "spec.json", {**spec, "created": _now()})
            pid = launch(folder)
            undo.pop_all()
        with contextlib.suppress(psutil.NoSuchProcess):  # ended already: its state says how
            write_json(folder / "process.json", identity(pid))
    return get(folder.name)


def find(kind: str, params: Mapping[str, Any]) -> Job | None:
    """Return the newest job that `start` was asked for with the same kind and parameters, running or over."""
    matching = [
        job for folder in _folders(f"{_signature(kind, params)}-*") if (job := _read(folder)) is not None
    ]
    return max(matching, key=lambda job: job.created, default=None)


def restart(job_id: str) -> Job:
    """Start the work of an ended job again; it goes on from what is kept.

    Raises
    ------
    Missing
        No such job.

    """
    job = get(job_id)
    with started_on(job.where):
        return start(job.kind, job.target, job.params, title=job.title, looks=job.looks)


def get(job_id: str) -> Job:
    """Return the job as it stands now.

    Raises
    ------
    Missing
        No such job (finished ones are cleared away after a while).

    """
    folder = _folder(job_id)
    job = _read(folder)
    if job is None:
        raise Missing(f"There is no job {job_id}; only the last {KEEP_FINISHED} finished ones are kept.")
    return job


def list_jobs() -> list[Job]:
    """All jobs that are kept, newest first."""
    listed = [job for folder in _folders("*") if (job := _read(folder)) is not None]
    return sorted(listed, key=lambda job: job.created, reverse=True)


def cancel(job_id: str, grace_s: float = GRACE_S) -> Job:
    """Ask a job to stop; if it has not after `grace_s` seconds, its processes are killed.

    Returns at once. Asking again after the grace period kills at once.

    Raises
    ------
    Missing
        No such job.

    """
    rights.require()
    job = get(job_id)
    if job.is_over:
        return job
    folder = _folder(job_id)
    flag = folder / "cancel"
    if not flag.exists():  # its time tells when the user asked first
        with disk_trouble(flag):
            flag.touch()
    left = max(grace_s - (_now() - flag.stat().st_mtime), 0.0)
    if left == 0.0:
        _end(folder)
    else:
        timer = threading.Timer(left, _end, [folder])
        timer.daemon = True
        timer.start()
    return get(job_id)


def wait(job_id: str, timeout_s: float, poll_s: float = 0.1) -> Job:
    """Watch a job until it is over or `timeout_s` seconds have passed; return its last state."""
    deadline = time.monotonic() + timeout_s
    while not (job := get(job_id)).is_over and time.monotonic() < deadline:
        time.sleep(poll_s)
    return job


def log_text(job_id: str, last: int = 20_000) -> str:
    """Return the end of a job's log, `last` bytes of it: warnings and, if it failed, the traceback."""
    path = _folder(job_id) / "log.txt"
    if not path.exists():
        return ""
    return path.read_bytes()[-last:].decode("utf-8", "replace")


def _end(folder: Path) -> None:
    job = _read(folder)
    if job is not None and not job.is_over and (folder / "process.json").exists():
        kill_tree(read_json(folder / "process.json"))


def _prune() -> None:
    over = [job for job in list_jobs() if job.is_over]
    for job in over[KEEP_FINISHED:]:
        shutil.rmtree(_folder(job.id), ignore_errors=True)


def _signature(kind: str, params: Mapping[str, Any]) -> str:
    """Return what the ids of all jobs that do this piece of work begin with."""
    return digest(kind, dict(params))[:20]


def _new_folder(signature: str) -> Path:
    number = 1 + max((int(folder.name.rsplit("-", 1)[1]) for folder in _folders(f"{signature}-*")), default=0)
    folder = jobs_dir() / f"{signature}-{number}"
    make_folder(folder.parent)
    with disk_trouble(folder):
        folder.mkdir()  # two jobs in one would write over each other
    return folder


def _folders(pattern: str) -> Iterator[Path]:
    return (path for path in jobs_dir().glob(pattern) if path.is_dir())


def _folder(job_id: str) -> Path:
    if not job_id or len(job_id) > 64 or not set(job_id) <= set("0123456789abcdef-"):
        raise Missing(f"{job_id[:64]!r} is not the id of a job.")
    return jobs_dir() / job_id


def _read(folder: Path) -> Job | None:
    try:
        return read_job(folder, _now())
    except (FileNotFoundError, Corrupt):  # pruned just now, or its folder is damaged
        return None


def _now() -> float:
    """Return the time by which the signs of life of jobs are dated, which other computers may have given."""
    folder = jobs_dir()
    return time_in(folder) if uses_leases(folder) else time.time()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Keep others from starting jobs meanwhile, on other computers that share the disk too."""
    until = time.monotonic() + PATIENCE_S

    def waiting() -> None:
        if time.monotonic() > until:
            raise BiovizError("Another process has been starting a job for a while. Try again in a minute.")

    with locked(make_folder(jobs_dir()) / ".lock", waiting, every_s=0.02):
        yield
