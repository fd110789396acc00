"""The process in which a job runs: `python -m bioviz.jobs.worker FOLDER`."""

from __future__ import annotations

import errno
import importlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bioviz.config import share_compiled_code
from bioviz.errors import BiovizError, Cancelled
from bioviz.jobs.process import be_modest, identity
from bioviz.jobs.rate import RateEstimate
from bioviz.jobs.state import CANCELLED, HEARTBEAT_S
from bioviz.jobs.where import take_over
from bioviz.store.files import read_json, write_json

WRITE_EVERY_S = 0.25


class JobProgress:
    """Writes how far the work is into its folder, at most four times a second, and stops it when asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cancel = folder / "cancel"
        self._state: dict[str, Any] = {"state": "running", "started": time.time(), "message": ""}
        self._rate = RateEstimate()
        self._written = -WRITE_EVERY_S
        self._lock = threading.Lock()  # stages may report from decoding threads
        self._write()

    def report(self, stage: str, done: float, total: float, unit: str = "clips", note: str = "") -> None:
        """See bioviz.progress.Progress."""
        if self._cancel.exists():
            raise Cancelled(CANCELLED)
        with self._lock:
            now = time.monotonic()
            is_new = (stage, unit) != (self._state.get("stage"), self._state.get("unit"))
            if is_new:
                self._rate = RateEstimate()
            self._rate.update(float(done), now)
            self._state.update(
                stage=stage,
                done=float(done),
                total=float(total),
                unit=unit,
                rate=self._rate.rate,
                eta_s=self._rate.eta_s(total),
                message=note,
            )
            if is_new or done >= total or now - self._written >= WRITE_EVERY_S:
                self._write()

    def finish(self, state: str, message: str = "", result: dict[str, Any] | None = None) -> None:
        """Write the outcome; nothing is written after it."""
        with self._lock:
            self._state.update(state=state, message=message, result=result, ended=time.time(), eta_s=None)
            self._write()

    def _write(self) -> None:
        write_json(self._folder / "state.json", self._state)
        self._written = time.monotonic()


def main(folder: Path) -> int:
    """Run the job in `folder` to its end, whatever that is; return an exit status."""
    write_json(folder / "process.json", identity(os.getpid()))
    be_modest()
    share_compiled_code()
    threading.Thread(target=_beat, args=[folder / "heartbeat"], daemon=True, name="heartbeat").start()
    spec = read_json(folder / "spec.json")
    progress = JobProgress(folder)
    try:
        take_over(spec.get("where"))
        result = _function(spec["target"])(spec["params"], progress)
    except Cancelled:
        progress.finish("cancelled", CANCELLED)
        return 130
    except BiovizError as error:
        traceback.print_exc()
        progress.finish("failed", str(error))
        return 1
    except Exception as error:  # the outermost frame: whatever went wrong, the user must be told
        traceback.print_exc()
        progress.finish("failed", in_plain_words(error))
        return 1
    progress.finish("done", result=result)
    return 0


def in_plain_words(error: Exception) -> str:
    """Return a sentence for the user on an error that bioviz did not foresee; the traceback is in the log."""
    if isinstance(error, MemoryError):
        return "The computer ran out of memory. Close other programs, or choose a smaller model or dataset."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return (
            "The disk is full. Make room (for example on the page Jobs and storage) and start again; what was "
            "computed is kept."
        )
    return f"Something unforeseen went wrong ({type(error).__name__}: {error}). The log has the details."


def _function(target: str) -> Callable[[dict[str, Any], JobProgress], dict[str, Any]]:
    module, name = target.split(":")
    return getattr(importlib.import_module(module), name)


def _beat(path: Path) -> None:
    while True:
        path.touch()
        time.sleep(HEARTBEAT_S)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
