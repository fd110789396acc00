"""What the job tests run in worker processes."""

from __future__ import annotations

import os
import time
from pathlib import Path

from bioviz.errors import BadInput


def count(params, progress):
    """Count to params["to"], one file a step, going on from the files that are there."""
    folder = Path(params["folder"])
    made = 0
    for step in range(params["to"]):
        progress.report("counting", step, params["to"], "steps", note=f"step {step}")
        if not (folder / str(step)).exists():
            (folder / str(step)).touch()
            made += 1
            time.sleep(params["pause_s"])
    progress.report("counting", params["to"], params["to"], "steps")
    return {"made": made, "nice": os.nice(0), "session": os.getsid(0) == os.getpid()}


def deaf(params, progress):
    """Work that never reports, so that only a kill ends it."""
    Path(params["folder"], "begun").touch()
    time.sleep(60)


def bad_input(params, progress):
    raise BadInput("hoot.wav is empty. Record it again.")


def bug(params, progress):
    return {}["absent"]


def full_disk(params, progress):
    raise OSError(28, "No space left on device")


def where(params, progress):
    """Tell where models would run."""
    return {name: os.environ.get(name) for name in ("BIOVIZ_DEVICE", "BIOVIZ_CLUSTER", "PATH")}
