"""Requests that change something, as JSON and of a bounded size; whose they are the guard has seen to."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bioviz import flags
from bioviz.errors import BadInput
from bioviz.server.access.guard import USER_HEADER
from bioviz.server.replies import SAFE, refusal

MAX_BODY_BYTES = 16 * 1024  # bytes: a note of 2000 letters and a label, with room to spare


class Outdated(BadInput):
    """The page shows clips that the dataset no longer has so."""


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
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return refusal(415, f"{a} {what} is sent as application/json.")
    body = await limited_body(request, MAX_BODY_BYTES)
    if body is None:
        return refusal(413, f"{a} {what} has at most {MAX_BODY_BYTES // 1024} kB. Shorten the note.")
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise BadInput(f"This is no {what}: it must be a JSON object.")
    return values


async def limited_body(request: Request, most: int) -> bytes | None:
    """Return what is sent; None as soon as it is more than `most` bytes."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            return None
    return bytes(body)


def user_of(request: Request, given: str) -> str:
    """Return under which name somebody flags: that of the sign-in where there is one, else the one given.

    Raises
    ------
    BadInput
        The name given cannot be a user's.

    """
    email = unquote(request.headers.get(USER_HEADER, ""))
    return user_name(email) if email else flags.check_user(given)


def asking_user(request: Request) -> str | None:
    """Return `user_of` a request that reads and says by `?user=` for whom; None where it does not say so."""
    given = request.query_params.get("user", "")
    return user_of(request, given) if given or USER_HEADER in request.headers else None


def user_name(email: str) -> str:
    """Return the name of who signed in, made of the e-mail address: a user's name has no @ and at most 40 letters."""
    plain = email.casefold().replace("@", " at ")
    name = " ".join(re.sub(r"[^\w .-]", " ", plain).split())
    if name != plain or len(name) > 40 or not name[0].isalnum():
        name = f"{name[:30].strip(' .-_')}-{hashlib.sha256(plain.encode()).hexdigest()[:8]}".lstrip("-")
    return flags.check_user(name)


def fresh(content: Mapping[str, Any]) -> Response:
    """Return a reply that no browser keeps."""
    return JSONResponse(dict(content), headers={**SAFE, "Cache-Control": "no-store"})
