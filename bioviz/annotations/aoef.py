"""Annotations as AOEF, the JSON in which soundevent and whombat keep an annotation set."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID, uuid5

from bioviz.annotations.placed import Annotations
from bioviz.annotations.records import UserAnnotation
from bioviz.datasets.types import Dataset, Recording

VERSION = "1.1.0"
KEY = "event"
"""Of the tags that say what was heard, as whombat's guide names it; what a species is, nobody here has said."""
_NAMESPACE = UUID("6e1f0f4e-2f0b-5a6e-9d0c-6b1f6c1f7a50")


def to_aoef(dataset: Dataset, annotations: Annotations) -> bytes:
    """Return all annotations as one JSON file, to be laid into the recordings' folder.

    Ids come from what they are of, so the same annotations give the same bytes. A recording with an annotation is one
    clip; that it was looked at as a whole is not said by its being there.
    """
    placed = [(dataset.recordings[i], drawn) for i, drawn in annotations.by_recording.items() if drawn]
    everything = [each for _, drawn in placed for each in drawn]
    tags = {label: number for number, label in enumerate(sorted({each.label for each in everything}))}
    users = sorted({each.user for each in everything})
    data = {
        "uuid": _id("set", dataset.id),
        "collection_type": "annotation_set",
        "users": [{"uuid": _id("user", user), "username": user} for user in users],
        "tags": [{"id": number, "key": KEY, "value": label} for label, number in tags.items()],
        "recordings": [_recording(recording) for recording, _ in placed],
        "clips": [_clip(recording) for recording, _ in placed],
        "sound_events": [_event(recording, each) for recording, drawn in placed for each in drawn],
        "sound_event_annotations": [
            _annotation(recording, each, tags) for recording, drawn in placed for each in drawn
        ],
        "clip_annotations": [_clip_annotation(recording, drawn) for recording, drawn in placed],
        "created_on": max((each.time for each in everything), default=None),
    }
    whole = {"version": VERSION, "created_on": data["created_on"], "data": data}
    return json.dumps(_without_none(whole), ensure_ascii=False, indent=1).encode()


def _recording(recording: Recording) -> dict[str, Any]:
    recorded_at = recording.recorded_at
    return {
        "uuid": _id("recording", recording.name, recording.content_hash),
        "path": str(PurePosixPath(recording.name)),
        "duration": recording.duration_s,
        "channels": recording.channels,
        "samplerate": recording.sample_rate,
        "date": None if recorded_at is None else recorded_at.date().isoformat(),
        "time": None if recorded_at is None else recorded_at.time().isoformat(),
    }


def _clip(recording: Recording) -> dict[str, Any]:
    return {
        "uuid": _id("clip", recording.name, recording.content_hash),
        "recording": _id("recording", recording.name, recording.content_hash),
        "start_time": 0.0,
        "end_time": recording.duration_s,
    }


def _clip_annotation(recording: Recording, drawn: tuple[UserAnnotation, ...]) -> dict[str, Any]:
    return {
        "uuid": _id("clip annotation", recording.name, recording.content_hash),
        "clip": _id("clip", recording.name, recording.content_hash),
        "sound_events": [_id("annotation", *_of(recording, each)) for each in drawn],
        "created_on": max(each.time for each in drawn),
    }


def _event(recording: Recording, each: UserAnnotation) -> dict[str, Any]:
    if each.low_hz is None and each.high_hz is None:
        geometry = {"type": "TimeInterval", "coordinates": [each.start_s, each.end_s]}
    else:
        low = 0.0 if each.low_hz is None else each.low_hz
        high = recording.sample_rate / 2 if each.high_hz is None else each.high_hz
        geometry = {"type": "BoundingBox", "coordinates": [each.start_s, low, each.end_s, high]}
    return {
        "uuid": _id("event", *_of(recording, each)),
        "recording": _id("recording", recording.name, recording.content_hash),
        "geometry": geometry,
    }


def _annotation(recording: Recording, each: UserAnnotation, tags: dict[str, int]) -> dict[str, Any]:
    note = {
        "uuid": _id("note", *_of(recording, each)),
        "message": each.note,
        "created_by": _id("user", each.user),
        "is_issue": False,
        "created_on": each.time,
    }
    return {
        "uuid": _id("annotation", *_of(recording, each)),
        "sound_event": _id("event", *_of(recording, each)),
        "tags": [tags[each.label]],
        "notes": [note] if each.note else None,
        "created_by": _id("user", each.user),
        "created_on": each.time,
    }


def _of(recording: Recording, each: UserAnnotation) -> tuple[object, ...]:
    return recording.name, each.start_s, each.end_s, each.low_hz, each.high_hz, each.user, each.time


def _id(*of: object) -> str:
    return str(uuid5(_NAMESPACE, json.dumps([str(part) for part in of])))


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_none(each) for name, each in value.items() if each is not None}
    return [_without_none(each) for each in value] if isinstance(value, list) else value
