"""Requests that change something: only from pages of this dashboard, as JSON, and of a bounded size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bioviz.errors import BadInput
from bioviz.server.replies import SAFE, refusal

MAX_BODY_BYTES = 16 * 1024  # bytes: a note of 2000 letters and a label, with room to spare


class Outdated(BadInput):
    """The page shows clips that the dataset no longer has so."""


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request that changes something comes from a page of this dashboard.

    Browsers say so themselves where the page is https or local; elsewhere the page's origin must be the host asked.
    A program that is no browser sends neither.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.casefold() == headers.get("host", "").casefold() != ""


async def posted(request: Request, what: str) -> Mapping[str, Any] | Response:
    """Return the JSON object of a request, or the refusal to send instead.

    Parameters
    ----------
    what
        Is sent, in words, such as "flag".

    Raises
    ------
    BadInput
        It is no JSON object.

    """
    a = "An" if what[0] in "aeiou" else "A"
    if not same_origin(request.headers):
        return refusal(403, f"{what.capitalize()}s are only taken from pages of this dashboard.")
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return refusal(415, f"{a} {what} is sent as application/json.")
    body = await _limited_body(request)
    if body is None:
        return refusal(413, f"{a} {what} has at most {MAX_BODY_BYTES // 1024} kB. Shorten the note.")
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise BadInput(f"This is no {what}: it must be a JSON object.")
    return values


async def _limited_body(request: Request) -> bytes | None:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            return None
    return body


def fresh(content: Mapping[str, Any]) -> Response:
    """Return a reply that no browser keeps."""
    return JSONResponse(dict(content), headers={**SAFE, "Cache-Control": "no-store"})
