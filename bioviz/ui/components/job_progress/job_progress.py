"""How far a job is, kept up to date by the browser; Python is only asked again when there is something to draw.

No part of a page renews itself by a timer: Streamlit can drop what a run has drawn where a timer asks at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from bioviz import jobs
from bioviz.ui.components.shared.mount import base_path, component
from bioviz.ui.session import Element


def job_progress(job: jobs.Job, *, key: Element) -> None:
    """Draw its line and bar; the part of the page that calls this runs again once the job is over."""
    _draw(job, "bar", key)


def job_news(job: jobs.Job, *, key: Element) -> None:
    """Draw what the job says of itself; the part of the page that calls this runs again when there is news."""
    _draw(job, "note", key)


def _draw(job: jobs.Job, shown: str, key: Element) -> None:
    data = {"base": base_path(), "job": job.id, "progress": jobs.progress(job), "shown": shown}
    _component()(key=key, data=data, on_news_change=lambda: None)


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz_job_progress",
        "components/job_progress/job_progress.js",
        styles=["components/shared/clips.css", "components/job_progress/job_progress.css"],
    )
