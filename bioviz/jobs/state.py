"""What is known of a job, and how its outcome is judged from what lies on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from bioviz.jobs.process import Identity, is_alive, is_here
from bioviz.store.files import Corrupt, read_json

JobState = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
ENDED = ("done", "failed", "cancelled", "lost")
START_GRACE_S = 30.0  # a worker that has not named itself after this long never will
HEARTBEAT_S = 2.0
SILENT_S = 60.0  # on another machine nothing but the heartbeat tells that a worker lives

LOST = (
    "The work stopped without a word: its process was ended from outside, or the computer ran out of memory "
    "or was restarted. What was computed is kept; start it again and it goes on from there."
)
CANCELLED = "Cancelled. What was computed so far is kept; start it again and it goes on from there."


@dataclass(frozen=True)
class Job:
    """One piece of long work as a page shows it.

    Attributes
    ----------
    id
        Name of its folder in cache_dir/jobs.
    kind, target, params, title
        What was asked for.
    state
        Queued, running, done, failed, cancelled, or lost (its process is gone without an outcome).
    stage, done, total, unit
        What it is doing and how far it is.
    rate, eta_s
        Units per second and seconds left in this stage, None while unknown.
    message
        For the user: the latest note while it runs, the reason when it failed.
    created, started, ended
        Seconds since the epoch; 0 where not yet.
    silent_s
        Seconds since the worker's last sign of life.
    cancelling
        The user asked to stop and it has not stopped yet.
    result
        What the target returned, once done.
    looks
        Whether it only computes what a page shows.
    where
        Device and cluster that were chosen for it, see `jobs.where`; empty for those of the settings.

    """

    id: str
    kind: str
    target: str
    params: dict[str, Any]
    title: str
    state: JobState
    stage: str = ""
    done: float = 0.0
    total: float = 0.0
    unit: str = ""
    rate: float | None = None
    eta_s: float | None = None
    message: str = ""
    created: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    silent_s: float = 0.0
    cancelling: bool = False
    result: dict[str, Any] | None = None
    looks: bool = False
    where: dict[str, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.state in ENDED


def judge(recorded: str, alive: bool, asked_to_cancel: bool) -> JobState:
    """Decide a job's state: a written outcome stands; then a living process; then why it is gone."""
    if recorded in ENDED:
        return cast("JobState", recorded)
    if alive:
        return "running" if recorded == "running" else "queued"
    return "cancelled" if asked_to_cancel else "lost"


def read_job(folder: Path, now: float) -> Job:
    """Read a job's folder at the time `now` (seconds since the epoch).

    Raises
    ------
    FileNotFoundError
        There is no such job (or it was pruned just now).
    Corrupt
        Its records are damaged, or of another shape.

    """
    try:
        return _read_job(folder, now)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Corrupt(f"The records in {folder} are not those of a job ({error}).") from error


def _read_job(folder: Path, now: float) -> Job:
    spec = read_json(folder / "spec.json")
    state = _read(folder / "state.json") or {}
    process = _read(folder / "process.json")
    beat = _modified(folder / "heartbeat") or spec["created"]
    cancel_asked = (folder / "cancel").exists()
    outcome = judge(state.get("state", "queued"), _lives(process, spec["created"], beat, now), cancel_asked)
    message = state.get("message", "")
    ended = state.get("ended", 0.0)
    if outcome != state.get("state") and outcome in ("lost", "cancelled"):
        message, ended = (LOST if outcome == "lost" else CANCELLED), beat
    known = {name: state[name] for name in _PROGRESS if name in state}
    job = Job(
        id=folder.name,
        **{name: spec[name] for name in ("kind", "target", "params", "title", "created")},
        looks=spec.get("looks") is True,
        where=spec.get("where", {}),
        **known,
        state=outcome,
        message=message,
        ended=ended,
        silent_s=max(now - beat, 0.0),
        cancelling=cancel_asked and outcome in ("queued", "running"),
    )
    for name, kinds in _SHAPE.items():
        if not isinstance(getattr(job, name), kinds):
            raise TypeError(f"{name} is {getattr(job, name)!r:.60}")
    return job


_NUMBER, _MAYBE_NUMBER = (int, float), (int, float, type(None))
_SHAPE: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "target": (str,),
    "params": (dict,),
    "where": (dict,),
    "title": (str,),
    "stage": (str,),
    "unit": (str,),
    "message": (str,),
    "done": _NUMBER,
    "total": _NUMBER,
    "rate": _MAYBE_NUMBER,
    "eta_s": _MAYBE_NUMBER,
    "created": _NUMBER,
    "started": _NUMBER,
    "ended": _NUMBER,
    "result": (dict, type(None)),
}
_PROGRESS = ("stage", "done", "total", "unit", "rate", "eta_s", "started", "result")


def _lives(process: Identity | None, created: float, beat: float, now: float) -> bool:
    if process is None:
        return now - created < START_GRACE_S
    if is_here(process):
        return is_alive(process)
    return now - beat < SILENT_S


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except FileNotFoundError:
        return None


def _modified(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None
