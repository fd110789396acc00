"""How far a job is, as people read it."""

from __future__ import annotations

from bioviz.jobs.state import Job


def describe(job: Job) -> str:
    """Return one line: stage, count, speed and remaining time."""
    if job.state == "queued" or not job.stage:
        return "Starting…"
    parts = [job.stage[:1].upper() + job.stage[1:]]
    if job.total:
        parts.append(f"{job.done:,.0f} of {job.total:,.0f} {job.unit}")
    if job.rate:
        parts.append(f"{job.rate:,.1f} {job.unit} a second")
    if job.eta_s is not None:
        parts.append(f"about {duration(job.eta_s)} left")
    return " · ".join(parts)


def progress(job: Job) -> dict[str, object]:
    """Return how far it is as a browser shows it.

    Returns
    -------
    dict
        ``text`` (see `describe`), ``share`` of its stage (0 to 1; 0 where nobody knows), ``note`` (the latest that the
        work says of itself) and whether it is ``over``. All JSON-able.

    """
    share = max(0.0, min(1.0, job.done / job.total)) if job.total else 0.0
    note = job.message[:1].upper() + job.message[1:]
    return {"text": describe(job), "share": share, "note": note, "over": job.is_over}


def duration(seconds: float) -> str:
    """Return a duration in words a person would use.

    >>> duration(75)
    '1 min 15 s'
    """
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"
