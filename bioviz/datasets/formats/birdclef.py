"""BirdCLEF's soundscape labels: `row_id` (recording and the end of 5 s), with the birds or a column a species."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import number
from bioviz.errors import BadInput

name = "birdclef"
title = "BirdCLEF soundscape labels (row_id)"
source = "people"

WINDOW_S = 5.0
_ROW = re.compile(r"^(?P<recording>.+)_(?P<end>\d{1,9})$")
_OWN = ("row_id", "site", "audio_id", "seconds", "usage")


def recognizes(file: SourceFile) -> float:
    """Whether it has the column row_id with rows as in "recording_5"."""
    if "rowid" not in file.plain_columns or len(file.columns) < 2:
        return 0.0
    return 0.92 if any(_ROW.match(cell) for cell in file.first_row) else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a table; `nocall` is background."""
    table = file.table()
    content = TableContent(width_s=WINDOW_S, hop_s=WINDOW_S)
    row_id, birds = table.column("row_id"), table.column("birds", "target label", "labels")
    own = {table.column(each) for each in _OWN} | {birds}
    classes = [column for column in table.columns if column and column not in own]
    if row_id is None or (birds is None and not classes):
        raise BadInput("It needs the column birds, or a column a species.")
    for row in table.rows:
        match = _ROW.match(row.get(row_id))
        if match is None:
            locator.row_problem(row.line, "row_id is not as in recording_5")
            of_row = locator.find(_recording(row.get(row_id).rpartition("_")[0] or row.get(row_id), locator))
            content.unsure |= {of_row} if of_row else set()
            continue
        recording = locator.find(_recording(match["recording"], locator))
        if recording is None:
            continue
        stop = float(match["end"])
        if birds is not None:
            labels = [bird for bird in row.get(birds).split() or [""] if bird.casefold() != "nocall"]
        else:
            labels = [column for column in classes if (number(row.get(column)) or 0) > 0.5]
        content.annotations += [RawAnnotation(recording, stop - WINDOW_S, stop, label) for label in labels]
    return content


def _recording(reference: str, locator: Locator) -> str:
    """Return the file that a row means: its name, or the one file whose name goes on (with the date) after it."""
    stems = {PurePosixPath(name).stem: name for name in locator.files.audio}
    longer = [name for stem, name in stems.items() if stem.startswith(f"{reference}_")]
    return longer[0] if reference not in stems and len(longer) == 1 else reference
