"""AviaNZ: `rec.wav.data`, JSON of a header and segments [start, end, low, high, [{species, certainty}]]."""

from __future__ import annotations

from collections.abc import Mapping

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.json_file import items, read_json_file, seconds, text
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BadInput

name = "avianz"
title = "AviaNZ annotations (.data)"
source = "people"


def recognizes(file: SourceFile) -> float:
    """Whether a .data file begins like a JSON list."""
    return 0.94 if file.suffix == ".data" and file.beginning.lstrip().startswith("[") else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read segments. "Don't Know", or a certainty of 0, is something unknown; 0 to 0 Hz is no band."""
    value, content = read_json_file(file), TableContent()
    if not isinstance(value, list):
        raise BadInput("It is no list of segments.")
    recording = locator.find("")
    for number, segment in enumerate(value, start=1):
        if isinstance(segment, Mapping):
            continue  # the header
        if not isinstance(segment, list) or len(segment) < 5:
            locator.row_problem(number, "it is no segment of AviaNZ")
            content.unsure |= {recording} if recording else set()
            continue
        start, stop, low, high = (seconds(each) for each in segment[:4])
        if start is None or stop is None:
            locator.row_problem(number, "start or end is not a number")
            content.unsure |= {recording} if recording else set()
            continue
        if recording is None:
            continue
        band = (low, high) if high else (None, None)
        species = segment[4]
        if isinstance(species, list) and all(isinstance(each, str) for each in species):
            species = [{"species": each} for each in species]  # as AviaNZ 1 wrote
        for each in items(species) or [{}]:  # one without a species is something unknown
            label, certainty = text(each.get("species")), seconds(each.get("certainty"))
            unknown = certainty == 0 or label.casefold().replace("'", "") in ("dont know", "")
            extras = {} if certainty is None else {"certainty": f"{certainty:g}"}
            content.annotations.append(
                RawAnnotation(recording, start, stop, label, *band, extras, unknown=unknown)
            )
    return content
