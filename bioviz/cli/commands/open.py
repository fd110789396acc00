"""The command `open`, which `bioviz` alone is too."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tomllib

from bioviz.cli.answers import Answer
from bioviz.cli.arguments import Commands
from bioviz.cli.terminal import TerminalProgress
from bioviz.config import app_folder
from bioviz.errors import BiovizError


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(open_app, name="open")
    parser.add_argument("--port", type=int, help="of the server (8501, or the next that is free)")
    parser.add_argument("--address", help="that the server listens on (localhost: this computer alone)")
    parser.add_argument("--no-browser", action="store_true", help="print the address, open no browser")


def open_app(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Open the dashboard in your browser; it runs until you press Ctrl-C."""
    environment = {
        "server.port": options.port,
        "server.address": options.address,
        "server.headless": True if options.no_browser else None,
    }
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(app_folder() / "app.py"),
        *_settings(environment),
    ]
    try:
        code = subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:  # the server got it too, and has stopped
        code = 0
    if code not in (0, -2, 130):
        raise BiovizError(f"The server ended with code {code}. Its last lines above say why.")
    return Answer({"code": code}, "The dashboard has been closed.")


def _settings(environment: dict[str, object]) -> list[str]:
    """Streamlit's settings as arguments, since it looks for a file of them only where it is started."""
    settings = tomllib.loads((app_folder() / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    flat = {**_flat(settings), **{name: value for name, value in environment.items() if value is not None}}
    return [
        f"--{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in flat.items()
    ]


def _flat(tables: dict[str, object], below: str = "") -> dict[str, object]:
    """{"server.address": ...} of nested tables."""
    flat: dict[str, object] = {}
    for name, value in tables.items():
        path = f"{below}{name}"
        flat |= _flat(value, f"{path}.") if isinstance(value, dict) else {path: value}
    return flat
