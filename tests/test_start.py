"""The README's start command, typed by a newcomer into a terminal."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.browsing import PROJECT, free_port

PATIENCE_S = 180


def start_command() -> str:
    """The part of the README's first command that comes after the installation, with this Python's folder."""
    block = re.search(r"## Start.*?```sh\n(.*?)```", (PROJECT / "README.md").read_text(), re.S)
    command = block.group(1).strip().split(" && ")[-1]
    assert command.startswith(".venv/bin/")
    return command.replace(".venv/bin/", f"{Path(sys.executable).parent}/")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_the_start_command_listens_without_asking_anything(tmp_path):
    """With a terminal, a screen and a home folder in which Streamlit never ran: as on a newcomer's computer."""
    ours, theirs = os.openpty()
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    environment |= {
        "HOME": str(tmp_path),
        "DISPLAY": environment.get("DISPLAY", ":0"),  # without a screen Streamlit never asks
        "BROWSER": "true",  # the command `true` stands in for the browser that would be opened
        "STREAMLIT_SERVER_PORT": str(port),
    }
    server = subprocess.Popen(
        start_command(),
        shell=True,
        cwd=PROJECT,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, deadline = "", time.monotonic() + PATIENCE_S
    try:
        while time.monotonic() < deadline and server.poll() is None and f"localhost:{port}" not in shown:
            if select.select([ours], [], [], 0.5)[0]:
                shown += os.read(ours, 4096).decode(errors="replace")
            assert "email" not in shown.lower(), f"it stops and asks:\n{shown}"
        assert f"localhost:{port}" in shown, f"it does not listen:\n{shown}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)
        os.close(ours)
