"""batdetect2's JSON: one file a recording (`rec.wav.json`), or one for many, each with a list `annotation`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.json_file import items, read_json_file, seconds, text
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BadInput

name = "batdetect"
title = "batdetect2 annotations (JSON)"
source = "machine"
own_options = ("min_confidence",)


def recognizes(file: SourceFile) -> float:
    """Whether it begins like the JSON of batdetect2 or of its annotation program."""
    start = file.beginning.lstrip()[:65536]
    keys = ('"annotation"' in start or '"annotations"' in start) and '"start_time"' in start
    return 0.94 if file.suffix == ".json" and start.startswith(("{", "[")) and keys else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read detections or, where the file says `annotated`, what a person annotated."""
    value, content = read_json_file(file), TableContent()
    entries = [value] if isinstance(value, Mapping) else items(value)
    entries = [each for each in entries if "annotation" in each or "annotations" in each]
    if not entries:
        raise BadInput("It has no list “annotation”.")
    if all(each.get("annotated") is True and "det_prob" not in str(each)[:2000] for each in entries):
        content.source = "people"
    for entry in entries:
        reference = text(entry.get("id") or entry.get("file_path"))
        recording = locator.find(reference)
        boxes = items(entry.get("annotation", entry.get("annotations")))
        for number, box in enumerate(boxes, start=1):
            _add(content, locator, recording, number, box, options, seconds(entry.get("time_exp")) or 1.0)
    return content


def _add(
    content: TableContent,
    locator: Locator,
    recording: str | None,
    number: int,
    box: Mapping[str, Any],
    options: Options,
    expansion: float,
) -> None:
    start, stop = seconds(box.get("start_time")), seconds(box.get("end_time"))
    if start is None or stop is None:
        locator.row_problem(number, "start_time or end_time is not a number")
        content.unsure |= {recording} if recording else set()
        return
    sure = seconds(box.get("det_prob"))
    weak = not content.is_sure(sure, options)
    if recording is None:
        return
    label = text(box.get("class"))
    event = text(box.get("event"))
    extras = {
        key: text(box[key]) for key in ("det_prob", "class_prob", "individual", "event") if text(box.get(key))
    }
    content.annotations.append(
        RawAnnotation(
            recording,
            start,
            stop,
            label or event,
            seconds(box.get("low_freq")),
            seconds(box.get("high_freq")),
            extras,
            weak=weak,
            expansion=expansion if expansion > 0 else 1.0,
        )
    )
