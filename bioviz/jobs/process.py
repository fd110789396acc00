"""Processes by identity: a pid may name another program after a restart, with its start time it may not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import NotRequired, TypedDict

import psutil

from bioviz.config import PROJECT

NICE = 5


class Identity(TypedDict):
    """One process, for ever: host, pid and when it started.

    Attributes
    ----------
    host, pid
        Where it runs, and its number there.
    started
        Seconds since the epoch. On Linux it follows from the clock: a step of the clock moves it.
    since_boot
        On Linux: which start of the machine, and the clock ticks from then on, which nothing moves.
    """

    host: str
    pid: int
    started: float
    since_boot: NotRequired[str]


def identity(pid: int) -> Identity:
    """Name the living process `pid` of this machine.

    Raises
    ------
    psutil.NoSuchProcess
        It is gone already.

    """
    named: Identity = {
        "host": socket.gethostname(),
        "pid": pid,
        "started": psutil.Process(pid).create_time(),
    }
    if since_boot := _since_boot(pid):
        named["since_boot"] = since_boot
    return named


def _since_boot(pid: int) -> str:
    """Return the machine's start and the process's own, in ticks after it; "" where the system does not tell."""
    try:
        # The second field is the program's name in brackets and may hold anything; starttime is the 22nd.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return f"{_boot()} {int(fields[19])}"
    except (OSError, ValueError, IndexError):
        return ""


@lru_cache(maxsize=1)
def _boot() -> str:
    """Return which start of the machine this is; "" where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def is_here(process: Identity) -> bool:
    """Whether the process belongs to this machine as it runs now, so that its pid means something.

    Two machines that share a disk may have one name; they never have one start.
    """
    boot, _, _ = process.get("since_boot", "").partition(" ")
    return process["host"] == socket.gethostname() and boot in ("", _boot())


def is_alive(process: Identity) -> bool:
    """Whether just this process of this machine still runs (a zombie does not)."""
    try:
        running = psutil.Process(process["pid"])
        recorded, now = process.get("since_boot"), _since_boot(process["pid"])
        same = recorded == now if recorded and now else abs(running.create_time() - process["started"]) < 1.0
        return same and running.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def launch(folder: Path) -> int:
    """Start a worker on a job folder, detached from this session and its signals; return its pid."""
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
    with (folder / "log.txt").open("ab") as log:
        # -P: a file random.py in the user's folder must not shadow the standard library.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bioviz.jobs.worker", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
    # Without someone waiting for it, a finished worker would stay a zombie until this process ends.
    threading.Thread(target=process.wait, daemon=True, name=f"reap-{process.pid}").start()
    return process.pid


def be_modest() -> None:
    """Give way to the browser and the server: lower this process's priority."""
    process = psutil.Process()
    if sys.platform == "win32":
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        process.nice(max(process.nice(), NICE))


def kill_tree(process: Identity) -> None:
    """Kill a worker and everything it started; nothing if it is gone or lives on another machine."""
    if not is_here(process) or not is_alive(process):
        return
    try:
        if hasattr(os, "killpg"):
            os.killpg(process["pid"], signal.SIGKILL)  # a worker leads its own group
        else:
            worker = psutil.Process(process["pid"])
            for member in [*worker.children(recursive=True), worker]:
                member.kill()
    except (ProcessLookupError, psutil.NoSuchProcess):
        return
