"""TIMIT's label files (.phn, .wrd): start and end in samples and a label a line; one file a recording."""

from __future__ import annotations

import re

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile

name = "timit"
title = "TIMIT labels (.phn, .wrd)"
source = "people"

_LINE = re.compile(r"^\s*(\d{1,15})\s+(\d{1,15})\s+(\S.*?)\s*$")


def recognizes(file: SourceFile) -> float:
    """By the ending and the first line."""
    return 0.9 if file.suffix in (".phn", ".wrd") and _LINE.match(file.first_line) else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read the lines at the recording's own rate."""
    content = TableContent()
    recording = locator.find("")
    rate = None if recording is None else locator.sample_rate(recording)
    for number, line in enumerate(file.text().split("\n"), start=1):
        if not line.strip():
            continue
        match = _LINE.match(line)
        if match is None:
            locator.row_problem(number, "it is not start, end and label")
            content.unsure |= {recording} if recording else set()
        elif recording is not None and rate:
            content.annotations.append(
                RawAnnotation(recording, int(match[1]) / rate, int(match[2]) / rate, match[3])
            )
    if recording is not None and not rate:
        content.unsure.add(recording)
    return content
