"""Long work in processes of its own: it outlives browser and server, and can be cancelled.

job = start("run", "bioviz.runs.tasks:run_task", {"spec": ...}, title="Map of the demo")
get(job.id).state   # queued, running, done, failed, cancelled or lost
"""

from bioviz.jobs.manager import cancel, find, get, list_jobs, log_text, restart, start, wait
from bioviz.jobs.state import Job
from bioviz.jobs.words import describe, duration, progress

__all__ = [
    "Job",
    "cancel",
    "describe",
    "duration",
    "find",
    "get",
    "list_jobs",
    "log_text",
    "progress",
    "restart",
    "start",
    "wait",
]
