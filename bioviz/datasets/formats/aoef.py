"""AOEF, the JSON of soundevent and whombat: recordings, sound events with a geometry, and tags, joined by their ids."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.json_file import items, read_json_file, seconds, text
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BadInput

name = "aoef"
title = "soundevent and whombat annotations (AOEF JSON)"
source = "people"
own_options = ("label_column", "min_confidence")
labels_are_columns = False  # the option names the key of a tag

# Keys of tags that name what was heard, the best first.
_KEYS = (
    "species",
    "scientificname",
    "scientific name",
    "commonname",
    "common name",
    "class",
    "label",
    "event",
    "call",
)


def recognizes(file: SourceFile) -> float:
    """Whether it begins like an AOEF file."""
    start = file.beginning.lstrip()[:4096]
    if re.search(r'"collection_type"\s*:\s*"(dataset|recording_set)"', start):
        return 0.0  # recordings alone
    known = '"collection_type"' in file.beginning or (
        '"version"' in start and '"recordings"' in file.beginning
    )
    return 0.95 if file.suffix in (".json", ".aoef") and start.startswith("{") and known else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read the annotated sound events; `options.label_column` names the key of the tag that is the label."""
    value, content = read_json_file(file), TableContent()
    data = value.get("data") if isinstance(value, Mapping) else None
    if not isinstance(data, Mapping):
        raise BadInput("It has no “data” as soundevent writes it.")
    if text(data.get("collection_type")).startswith(("prediction", "model")):
        content.source = "machine"
    predictions = [_predicted(each) for each in items(data.get("sound_event_predictions"))]
    people = items(data.get("sound_event_annotations"))
    recordings = {text(each.get("uuid")): text(each.get("path")) for each in items(data.get("recordings"))}
    events = {text(each.get("uuid")): each for each in items(data.get("sound_events"))}
    tags = {text(each.get("id")): each for each in items(data.get("tags"))}
    clips = {text(each.get("uuid")): each for each in items(data.get("clips"))}
    # A clip that was looked at, whether anything is in it or not.
    for each in items(data.get("clip_annotations")) + items(data.get("clip_predictions")):
        clip = clips.get(text(each.get("clip")), {})
        if reference := recordings.get(text(clip.get("recording"))):
            locator.mention(reference)
    for number, each in enumerate(people + predictions, start=1):
        event = events.get(text(each.get("sound_event")), {})
        reference = recordings.get(text(event.get("recording")), "")
        if not reference:
            locator.row_problem(number, "a sound event without a recording")
            continue
        if (recording := locator.find(reference)) is None:
            continue
        box = _box(event.get("geometry"))
        if box is None:
            locator.row_problem(number, "a geometry that is no time")
            content.unsure.add(recording)
            continue
        label = _label(each.get("tags"), tags, options.label_column)
        weak = number > len(people) and not content.is_sure(seconds(each["score"]) or 0.0, options)
        content.annotations.append(RawAnnotation(recording, box[0], box[1], label, box[2], box[3], weak=weak))
    return content


def _predicted(prediction: Mapping[str, Any]) -> dict[str, Any]:
    """Return a prediction as an annotation: its tags, which come with a score each, the likeliest first."""
    tags = prediction.get("tags")
    pairs = [
        (seconds(each[1]) or 0.0, each[0])
        for each in (tags if isinstance(tags, list) else [])
        if isinstance(each, list) and len(each) == 2
    ]
    ordered = [tag for _, tag in sorted(pairs, key=lambda pair: -pair[0])]
    return {**prediction, "tags": ordered, "score": prediction.get("score", 1.0)}


def _label(ids: object, tags: Mapping[str, Mapping[str, Any]], wanted: str | None) -> str:
    own = [tags[text(each)] for each in (ids if isinstance(ids, list) else []) if text(each) in tags]
    keys = [wanted.casefold()] if wanted else list(_KEYS)
    for key in keys:
        for tag in own:
            if text(tag.get("key")).casefold().rsplit(":", 1)[-1] == key:
                return text(tag.get("value"))
    return "" if wanted or not own else text(own[0].get("value"))


def _box(geometry: object) -> tuple[float, float, float | None, float | None] | None:
    """(start, end, low, high) around a geometry of soundevent; None where it has no times."""
    if not isinstance(geometry, Mapping):
        return None
    kind, coordinates = text(geometry.get("type")), geometry.get("coordinates")
    if kind == "TimeStamp" and (at := seconds(coordinates)) is not None:
        return at, at, None, None
    numbers = _flat(coordinates)
    if numbers is None:
        return None
    if kind == "TimeInterval" and len(numbers) == 2:
        return numbers[0], numbers[1], None, None
    if kind == "BoundingBox" and len(numbers) == 4:
        return numbers[0], numbers[2], numbers[1], numbers[3]
    if len(numbers) >= 2 and len(numbers) % 2 == 0:  # points, lines and polygons: pairs of time and frequency
        at, hertz = numbers[0::2], numbers[1::2]
        return min(at), max(at), min(hertz), max(hertz)
    return None


def _flat(value: object, depth: int = 0) -> list[float] | None:
    if isinstance(value, Sequence) and not isinstance(value, str) and depth < 6:
        parts = [_flat(each, depth + 1) for each in value]
        return None if any(part is None for part in parts) else [x for part in parts for x in part or ()]
    number = seconds(value)
    return None if number is None else [number]
