"""Which computer this is, and whether a process of it has ended."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from functools import lru_cache
from pathlib import Path

NO_PROCESS = "-"
"""Start of a process that is not seen."""


@lru_cache(maxsize=1)
def this_computer() -> str:
    """Name this computer and its numbering of processes, for as long as it runs; "" where the system does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


@lru_cache(maxsize=1)
def lasting_name() -> str:
    """Name this computer in letters that a folder may have; the same after a restart, and another for each."""
    try:
        machine = Path("/etc/machine-id").read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        machine = ""
    node = platform.node()
    shown = re.sub(r"[^a-z0-9-]", "-", node.casefold())[:40] or "computer"
    return f"{shown}-{hashlib.sha256(f'{node} {machine}'.encode()).hexdigest()[:8]}"


def start_of(pid: int) -> str:
    """Return when a process began, in its computer's own count; `NO_PROCESS` where there is none, or none is seen."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return NO_PROCESS
    fields = status.rpartition(")")[2].split()
    return NO_PROCESS if fields[0] in "ZX" else fields[19]


def has_ended(pid: int, start: str) -> bool:
    """Whether the process of this computer that began at `start` (`start_of`) has ended.

    Some computers show a user no processes of others (`hidepid`): such a one may live as long as it has its number.
    """
    now = start_of(pid)
    if now != NO_PROCESS:
        return now != start
    try:
        os.kill(pid, 0)  # asks alone
    except PermissionError:
        return False
    except (OSError, OverflowError):
        return True
    return True  # one's own, which is seen: it has ended and nobody waited for it
