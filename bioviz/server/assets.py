"""The browser's scripts: the ES modules of `bioviz/ui`, at addresses that change with what is in them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

import bioviz
from bioviz.errors import Missing
from bioviz.server.replies import SAFE

FOLDER = Path(bioviz.__file__).parent / "ui"
_A_YEAR_S = 31_536_000


@cache
def scripts() -> dict[str, bytes]:
    """All modules, by their path below `bioviz/ui`: read once, as long as the server runs."""
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in sorted(FOLDER.rglob("*.js"))}


@cache
def scripts_version() -> str:
    """Sixteen hexadecimal digits that are others when any module is: modules import each other by relative paths."""
    digest = hashlib.sha256()
    for name, text in scripts().items():
        digest.update(f"{name}\0{len(text)}\0".encode())
        digest.update(text)
    return digest.hexdigest()[:16]


def script_path(name: str) -> str:
    """Where a module is served, below the server's base path.

    Parameters
    ----------
    name : str
        Path below `bioviz/ui`, such as ``"components/gallery/gallery.js"``.

    Raises
    ------
    Missing
        There is no such module.
    """
    if name not in scripts():
        raise Missing(f"There is no script {name} in bioviz/ui.")
    return f"/bioviz/scripts/{scripts_version()}/{name}"


async def script(request: Request) -> Response:
    """GET /bioviz/scripts/{version}/{name}; another version's script is never given, nor kept by a browser."""
    text = scripts().get(request.path_params["name"])
    if text is None or request.path_params["version"] != scripts_version():
        raise Missing("This script is not of the bioviz that runs now. Load the page anew.")
    headers = {**SAFE, "Cache-Control": f"private, max-age={_A_YEAR_S}, immutable"}
    return Response(text, media_type="text/javascript", headers=headers)
