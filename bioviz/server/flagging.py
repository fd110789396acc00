"""Routes for flags: what is said of a clip, a flag set or taken back, and whether a name can be a user's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bioviz import flags
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.flags import log
from bioviz.server.clips import find_clip
from bioviz.server.replies import SAFE, refusal

MAX_BODY_BYTES = 16 * 1024  # bytes: a note of 2000 letters and a label, with room to spare
_TEXTS = ("user", "kind", "label", "wrong", "note", "id", "version")


class Outdated(BadInput):
    """The page shows clips that the dataset no longer has so."""


async def flags_of_clip(request: Request) -> Response:
    """GET /bioviz/flags/{dataset_id}/{row}.json?user="""
    row, user = request.path_params["row"], request.query_params.get("user", "")

    def work() -> dict[str, Any]:
        clip = find_clip(request.path_params["dataset_id"], row)
        return about_clip(clip.dataset, row, flags.check_user(user) if user else None)

    return _reply(await run_in_threadpool(work))


async def checked_user(request: Request) -> Response:
    """GET /bioviz/flags/user.json?name= gives the name in its one spelling, or says why it cannot be one."""
    return _reply({"user": flags.check_user(request.query_params.get("name", ""))})


async def set_flag(request: Request) -> Response:
    """POST /bioviz/flags/{dataset_id}/{row} with JSON {id, version, user, kind, label, wrong, note}.

    `version` is that of the dataset that the page shows: with it the row names one clip for good. `kind` "undo"
    takes the user's last flag of the clip back.
    """
    if not same_origin(request.headers):
        return refusal(403, "Flags are only taken from pages of this dashboard.")
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return refusal(415, "A flag is sent as application/json.")
    body = await _limited_body(request)
    if body is None:
        return refusal(413, f"A flag has at most {MAX_BODY_BYTES // 1024} kB. Shorten the note.")
    request_fields = _fields(body)
    dataset_id, row = request.path_params["dataset_id"], request.path_params["row"]
    try:
        return _reply(await run_in_threadpool(_store, dataset_id, row, request_fields))
    except Outdated as error:
        return refusal(409, str(error))


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


def about_clip(dataset: Dataset, row: int, user: str | None) -> dict[str, Any]:
    """Return a clip's labels and flags (the user's own first), all labels there are, and the state of the flags."""
    all_flags = flags.load_flags(dataset)
    own = None if user is None else user.casefold()
    names = ("kind", "label", "wrong", "note", "user", "text")
    entries = [
        {**{name: getattr(flag, name) for name in names}, "mine": flag.user.casefold() == own}
        for flag in all_flags.by_row.get(row, ())
    ]
    return {
        "labels": dataset.labels_of(row),
        "flags": sorted(entries, key=lambda flag: not flag["mine"]),
        "known": sorted({*dataset.labels, *all_flags.labels.tolist()} - {""}, key=str.casefold),
        "state": log.state(dataset.id),
    }


def _store(dataset_id: str, row: int, request_fields: Mapping[str, str]) -> dict[str, Any]:
    dataset = find_clip(dataset_id, row).dataset
    if request_fields["version"] != dataset.version[:12]:
        raise Outdated(
            f"{dataset.name} has changed since this page was opened, so the flag was not kept: it might fall on "
            "another clip. Reload the page and flag again."
        )
    user = flags.check_user(request_fields["user"])
    if request_fields["kind"] == "undo":
        flags.undo(dataset, row, user=user, id=request_fields["id"])
    else:
        texts = {name: request_fields[name] for name in ("label", "wrong", "note")}
        flags.flag(dataset, row, request_fields["kind"], user=user, id=request_fields["id"], **texts)
    return about_clip(dataset, row, user)


async def _limited_body(request: Request) -> bytes | None:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            return None
    return body


def _fields(body: bytes) -> dict[str, str]:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or not all(isinstance(values.get(name, ""), str) for name in _TEXTS):
        raise BadInput("This is no flag: it must be a JSON object of texts.")
    return {name: values.get(name, "") for name in _TEXTS}


def _reply(content: Mapping[str, Any]) -> Response:
    return JSONResponse(dict(content), headers={**SAFE, "Cache-Control": "no-store"})
