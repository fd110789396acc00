"""The address of a server with its token: printed, and opened in the browser so that nobody else reads it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import webbrowser
from html import escape
from pathlib import Path
from urllib.parse import quote

from bioviz.errors import BadInput
from bioviz.server.access.origins import parse_address

TOKEN, VIEW_TOKEN = "BIOVIZ_TOKEN", "BIOVIZ_VIEW_TOKEN"
_FIRST_PORT, _LAST_PORT = 8501, 8600
_UP_S = 120.0  # s until the server must answer
_READ_S = 60.0  # s that the browser has to read the file that leads it on

_LEADS_ON = """<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}"><title>bioviz</title><a href="{url}">Open bioviz</a>
"""


def free_port(given: int | None) -> int:
    """Return the port given, else the first one that nobody listens on.

    Raises
    ------
    BadInput
        All that are tried are taken.

    """
    if given is not None:
        return given
    for port in range(_FIRST_PORT, _LAST_PORT + 1):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise BadInput(f"All ports from {_FIRST_PORT} to {_LAST_PORT} are taken. Name a free one with --port.")


def addresses(address: str | None, port: int) -> list[str]:
    """Return the server's addresses, without token: first the one for this computer's browser."""
    base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    numeric = parse_address(address or "")
    names = [address or "localhost"]
    if numeric is not None and numeric.is_unspecified:
        names = ["localhost", socket.gethostname()]
    names = [f"[{name}]" if ":" in name else name for name in names]
    return [f"http://{name}:{port}/{base + '/' if base else ''}" for name in names]


def announce(server: subprocess.Popen, places: list[str], token: str, *, browser: bool) -> None:
    """Print the addresses with the token once the server answers, and open the first; nothing where it ends before.

    Parameters
    ----------
    server : subprocess.Popen
        That is starting.
    places : list of str
        Addresses without token.
    token : str
        That opens them.
    browser : bool
        Whether to open the first in the browser.

    """
    if not _is_up(server, places[0]):
        return
    lines = [f"  {place}?token={quote(token)}" for place in places]
    view = os.environ.get(VIEW_TOKEN, "").strip()
    lookers = [f"  {place}?token={quote(view)}" for place in places] if view else []
    text = ["", "Open bioviz with its token:", *lines]
    text += ["To look and flag only:", *lookers] if lookers else []
    print("\n".join([*text, ""]), file=sys.stderr, flush=True)
    if browser:
        _open(f"{places[0]}?token={quote(token)}")


def _is_up(server: subprocess.Popen, place: str) -> bool:
    deadline = time.monotonic() + _UP_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{place}_stcore/health", timeout=2):
                return True
        except OSError:
            time.sleep(0.2)
    return False


def _open(url: str) -> None:
    """Open an address by a file that this account alone may read: others see the words of running commands."""
    handle, name = tempfile.mkstemp(prefix="bioviz-", suffix=".html")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_LEADS_ON.format(url=escape(url)))
        if webbrowser.open(path.as_uri()):
            time.sleep(_READ_S)
    finally:
        path.unlink(missing_ok=True)
