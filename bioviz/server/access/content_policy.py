"""What pages may fetch and run: of this server alone."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
_SHARED_SOURCES = {
    "default-src": "'self'",
    # Plotly's WebGL draws with functions that it writes itself, and so does what draws Streamlit's small charts.
    "script-src": "'self' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
    # Streamlit writes its styles into the page while it runs.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
    "frame-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}


def inline_hashes(page: str) -> list[str]:
    """Return the sources, as a policy names them, of the scripts that stand in a page itself."""
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    ]


def headers(inline: Iterable[str] = (), host: str = "") -> dict[str, str]:
    """Return the headers that every reply has.

    Parameters
    ----------
    inline : iterable of str
        What `inline_hashes` gave for the page that holds the dashboard.
    host : str
        To which pages may open a websocket: some browsers do not count it as the server itself.

    """
    sources = dict(_SHARED_SOURCES)
    sources["script-src"] = " ".join([sources["script-src"], *inline])
    sources["connect-src"] = " ".join(
        ["'self' data: blob:", *(f"{s}://{host}" for s in ("ws", "wss") if host)]
    )
    return {
        **_COMMON,
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in sources.items()),
    }
