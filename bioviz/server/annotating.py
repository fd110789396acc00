"""Routes for annotations: what users have drawn near a clip, and a box drawn, changed or removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bioviz import annotations
from bioviz.errors import BadInput
from bioviz.server.clips import Clip, find_clip
from bioviz.server.params import LONGEST_CONTEXT_S
from bioviz.server.posting import Outdated, asking_user, fresh, posted, user_of
from bioviz.server.replies import refusal

_TEXTS = ("act", "annotation", "user", "label", "note", "id", "version")
_NUMBERS = ("start_s", "end_s", "low_hz", "high_hz")
_MOST = 2000


async def annotations_of_clip(request: Request) -> Response:
    """GET /bioviz/annotations/{dataset_id}/{row}.json?user="""
    row = request.path_params["row"]

    def work() -> dict[str, Any]:
        clip = find_clip(request.path_params["dataset_id"], row)
        return about_clip(clip, asking_user(request))

    return fresh(await run_in_threadpool(work))


async def set_annotation(request: Request) -> Response:
    """POST /bioviz/annotations/{dataset_id}/{row} with JSON {act, id, version, user, ...}.

    `act` "draw" has start_s, end_s (seconds in the recording), low_hz, high_hz, label and note; "change" has
    annotation (its id) too; "remove" has annotation. `version` is that of the dataset that the page shows.
    """
    values = await posted(request, "annotation")
    if isinstance(values, Response):
        return values
    dataset_id, row = request.path_params["dataset_id"], request.path_params["row"]
    try:
        texts = _texts(values)
        texts["user"] = user_of(request, texts["user"])
        return fresh(await run_in_threadpool(_store, dataset_id, row, texts, values))
    except Outdated as error:
        return refusal(409, str(error))


def about_clip(clip: Clip, user: str | None) -> dict[str, Any]:
    """Return what users drew on a clip and around it, the labels there are, and the state of the annotations."""
    drawn = annotations.load_annotations(clip.dataset)
    own = None if user is None else user.casefold()
    index = int(clip.dataset.clips.recording[clip.row])
    near = drawn.near(index, clip.start_s - LONGEST_CONTEXT_S, clip.end_s + LONGEST_CONTEXT_S)
    names = ("id", "start_s", "end_s", "low_hz", "high_hz", "label", "note", "user", "time")
    return {
        "annotations": [
            {**{name: getattr(each, name) for name in names}, "mine": each.user.casefold() == own}
            for each in near[:_MOST]
        ],
        "known": sorted({*clip.dataset.labels, *drawn.labels}, key=str.casefold),
        "state": annotations.ANNOTATION_LOGS.state(clip.dataset.id),
    }


def _store(dataset_id: str, row: int, texts: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    clip = find_clip(dataset_id, row)
    dataset = clip.dataset
    if texts["version"] != dataset.version[:12]:
        raise Outdated(
            f"{dataset.name} has changed since this page was opened, so the annotation was not kept. Reload the page "
            "and draw it again."
        )
    user, act = texts["user"], texts["act"]
    if act == "remove":
        annotations.remove(dataset, texts["annotation"], user=user, id=texts["id"])
    elif act == "change":
        annotations.change(
            dataset, texts["annotation"], user=user, label=texts["label"], box=_box(values),
            note=texts["note"], id=texts["id"],
        )  # fmt: skip
    elif act == "draw":
        box = _box(values)
        index = int(dataset.clips.recording[row])
        annotations.annotate(
            dataset, index, box[0], box[1], texts["label"], user=user, low_hz=box[2], high_hz=box[3],
            note=texts["note"], id=texts["id"],
        )  # fmt: skip
    else:
        raise BadInput(f"An annotation is drawn, changed or removed; {act[:40]!r} is none of these.")
    return about_clip(clip, user)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    if not all(isinstance(values.get(name, ""), str) for name in _TEXTS):
        raise BadInput("This is no annotation: its label, note and names must be texts.")
    return {name: values.get(name, "") for name in _TEXTS}


_LARGEST = 1e12


def _box(values: Mapping[str, Any]) -> tuple[float, float, float | None, float | None]:
    numbers = [values.get(name) for name in _NUMBERS]
    for name, number in zip(_NUMBERS, numbers, strict=True):
        is_number = (
            isinstance(number, int | float)
            and not isinstance(number, bool)
            and abs(number) <= _LARGEST  # False for what is not a number and for what is infinite
        )
        if not is_number and not (number is None and name.endswith("_hz")):
            raise BadInput(f"{name} of an annotation must be a number, not {str(number)[:40]!r}.")
    start, end, low, high = (None if number is None else float(number) for number in numbers)
    if start is None or end is None:
        raise BadInput("An annotation needs its start and its end.")
    return start, end, low, high
