"""Scans of folders: started, found again and started anew with another answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bioviz import jobs
from bioviz.datasets.option_kinds import Meanings
from bioviz.ui.app.scroll import scroll_to
from bioviz.ui.state import DatasetsState

_TARGET = "bioviz.datasets.library:scan_job"


def start(folder: Path, name: str, reader: str | None, options: Mapping[str, object]) -> None:
    """Scan the chosen folder and follow the scan."""
    DatasetsState.scan_beside.set(str(folder))
    _start(folder, name, reader, options)


def _start(folder: Path, name: str, reader: str | None, options: Mapping[str, object]) -> None:
    params = {"root": str(folder), "name": name, "reader": reader, "options": dict(options)}
    DatasetsState.scan.set(jobs.start("scan", _TARGET, params, title=f"Reading {name}").id)
    scroll_to(DatasetsState.outcome)


def again(job: jobs.Job, reader: str | None = None, **options: object) -> None:
    """Scan the folder of a scan once more with other options; the form shows them too. For callbacks."""
    params = job.params
    folder = Path(str(params["root"]))
    for name, value in options.items():
        shown = Meanings.written(value) if isinstance(value, Mapping) else value
        DatasetsState.option(name, folder).set(shown)
    if reader is not None:
        DatasetsState.option("reader", folder).set(reader)
    _start(
        folder,
        str(params.get("name") or folder.name),
        reader or params.get("reader"),
        {**(params.get("options") or {}), **options},
    )


def leave_out(job: jobs.Job, files: Sequence[str]) -> None:
    """Scan again without some files, which hold no annotations as the user says. For callbacks."""
    already = (job.params.get("options") or {}).get("ignore") or ()
    again(job, ignore=[*already, *(name for name in files if name not in already)])


def followed(folder: Path | None) -> jobs.Job | None:
    """Return the scan that this tab follows: its own, else one that is running, whichever tab started it.

    What a scan found is shown beside the folder that was chosen as it began to be followed: below another one, or one
    that cannot be read, it would seem to be of that. A running scan is shown always.
    """
    scans = {job.id: job for job in jobs.list_jobs() if job.kind == "scan"}
    job = scans.get(DatasetsState.scan.get())
    if job is None:
        job = next((each for each in scans.values() if not each.is_over), None)
        DatasetsState.scan.set(job.id if job else "")
        DatasetsState.scan_beside.set(str(folder))
    if job is not None and job.is_over and DatasetsState.scan_beside.get() != str(folder):
        return None
    return job


def leave(job: jobs.Job) -> None:
    """No longer follow a scan."""
    if DatasetsState.scan.get() == job.id:
        DatasetsState.scan.set("")
