"""The command `open`, which `bioviz` alone is too."""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tomllib

from bioviz.cli.announcing import TOKEN, addresses, announce, free_port
from bioviz.cli.answers import Answer
from bioviz.cli.arguments import Commands
from bioviz.cli.terminal import TerminalProgress
from bioviz.config import app_folder
from bioviz.errors import BiovizError
from bioviz.server.access.origins import is_loopback


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(open_app, name="open")
    parser.add_argument("--port", type=int, help="of the server (8501, or the next that is free)")
    parser.add_argument("--address", help="that the server listens on (localhost: this computer alone)")
    parser.add_argument(
        "--token", action="store_true", help="ask for a token here too: others have accounts on this computer"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address, open no browser")


def open_app(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Open the dashboard in your browser; it runs until you press Ctrl-C."""
    token = _token(options)
    # With a token the browser is opened here: Streamlit would open it without.
    port = free_port(options.port) if token else options.port
    environment = {
        "server.port": port,
        "server.address": options.address,
        "server.headless": True if options.no_browser or token else None,
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
        # A token goes by the environment: everybody on this computer can read the words of a command.
        with subprocess.Popen(command, env={**os.environ, **({TOKEN: token} if token else {})}) as server:
            if token and port is not None:
                announce(server, addresses(options.address, port), token, browser=not options.no_browser)
            code = server.wait()
    except KeyboardInterrupt:  # the server got it too, and has stopped
        code = 0
    if code not in (0, -2, 130):
        raise BiovizError(f"The server ended with code {code}. Its last lines above say why.")
    return Answer({"code": code}, "The dashboard has been closed.")


def _token(options: argparse.Namespace) -> str:
    """Return the token to ask for: the one set, a new one where others could come in, "" where nothing is asked."""
    address = options.address or "localhost"
    signs_in = bool(os.environ.get("BIOVIZ_EDITORS") or os.environ.get("BIOVIZ_VIEWERS"))
    needed = options.token or not (is_loopback(address) or signs_in)
    return os.environ.get(TOKEN, "").strip() or (secrets.token_urlsafe(24) if needed else "")


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
