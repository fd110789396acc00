"""The HTML page that holds the dashboard: Streamlit's own, which is told here where its server is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route


def dashboard_html(base: str = "", *, head: str = "", body: str = "") -> str:
    """Return the page.

    Streamlit's page finds its server by trial: below the address that it was opened at first, such as
    ``/explore/_stcore/health``, where nothing answers. It need not where it is told.

    Parameters
    ----------
    base : str
        Path below which everything is served, such as ``"lab/sounds"``.
    head, body : str
        HTML that stands at their ends, and is there before Streamlit's scripts are.

    """
    package = find_spec("streamlit")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("Streamlit is not installed; install what requirements.txt lists.")
    page = (Path(package.origin).parent / "static" / "index.html").read_text(encoding="utf-8")
    path = f"/{base.strip('/')}/" if base.strip("/") else "/"
    script = f"<script>window.__streamlit={{BACKEND_BASE_URL:location.origin+{json.dumps(path)}}}</script>"
    page = page.replace("<head>", f"<head>{script}", 1).replace("<title>Streamlit", "<title>bioviz", 1)
    return page.replace("</head>", f"{head}</head>", 1).replace("</body>", f"{body}</body>", 1)


def dashboard_routes(
    base: str, pages: Iterable[str], first_paint: Callable[[str], tuple[str, str]] = lambda name: ("", "")
) -> list[Route]:
    """Return the routes of the dashboard's pages.

    Parameters
    ----------
    base : str
        As in `dashboard_html`.
    pages : iterable of str
        Their names in addresses, "" for the one that opens first.
    first_paint : callable
        Gives what a page of that name has in its head and its body, as `dashboard_html` takes them.

    """
    prefix = f"/{base.strip('/')}" if base.strip("/") else ""

    def route(name: str) -> Route:
        head, body = first_paint(name)
        html = dashboard_html(base, head=head, body=body)

        async def page(request: Request) -> Response:
            return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

        return Route(f"{prefix}/{name}", page, methods=["GET", "HEAD"])

    return [route(name) for name in pages]
