"""Routes for flags: what is said of a clip, a flag set or taken back, and whether a name can be a user's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bioviz import flags
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.server.clips import find_clip
from bioviz.server.posting import Outdated, asking_user, fresh, posted, user_of
from bioviz.server.replies import refusal

_TEXTS = ("user", "kind", "label", "wrong", "note", "id", "version")


async def flags_of_clip(request: Request) -> Response:
    """GET /bioviz/flags/{dataset_id}/{row}.json?user="""
    row = request.path_params["row"]

    def work() -> dict[str, Any]:
        clip = find_clip(request.path_params["dataset_id"], row)
        return about_clip(clip.dataset, row, asking_user(request))

    return fresh(await run_in_threadpool(work))


async def checked_user(request: Request) -> Response:
    """GET /bioviz/flags/user.json?name= gives the name in its one spelling, or says why it cannot be one."""
    return fresh({"user": user_of(request, request.query_params.get("name", ""))})


async def set_flag(request: Request) -> Response:
    """POST /bioviz/flags/{dataset_id}/{row} with JSON {id, version, user, kind, label, wrong, note}.

    `version` is that of the dataset that the page shows: with it the row names one clip for good. `kind` "undo"
    takes the user's last flag of the clip back.
    """
    values = await posted(request, "flag")
    if isinstance(values, Response):
        return values
    dataset_id, row = request.path_params["dataset_id"], request.path_params["row"]
    try:
        texts = _texts(values)
        texts["user"] = user_of(request, texts["user"])
        return fresh(await run_in_threadpool(_store, dataset_id, row, texts))
    except Outdated as error:
        return refusal(409, str(error))


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
        "state": flags.FLAG_LOGS.state(dataset.id),
    }


def _store(dataset_id: str, row: int, request_fields: Mapping[str, str]) -> dict[str, Any]:
    dataset = find_clip(dataset_id, row).dataset
    if request_fields["version"] != dataset.version[:12]:
        raise Outdated(
            f"{dataset.name} has changed since this page was opened, so the flag was not kept: it might fall on "
            "another clip. Reload the page and flag again."
        )
    user = request_fields["user"]
    if request_fields["kind"] == "undo":
        flags.undo(dataset, row, user=user, id=request_fields["id"])
    else:
        texts = {name: request_fields[name] for name in ("label", "wrong", "note")}
        flags.flag(dataset, row, request_fields["kind"], user=user, id=request_fields["id"], **texts)
    return about_clip(dataset, row, user)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    if not all(isinstance(values.get(name, ""), str) for name in _TEXTS):
        raise BadInput("This is no flag: it must be a JSON object of texts.")
    return {name: values.get(name, "") for name in _TEXTS}
