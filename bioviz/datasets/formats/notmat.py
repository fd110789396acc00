"""evsonganaly's `.not.mat`: onsets and offsets in milliseconds and a letter each; one file a recording."""

from __future__ import annotations

import numpy as np

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.mat5 import Broken, read_mat5
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BadInput

name = "notmat"
title = "evsonganaly annotations (.not.mat)"
source = "people"

_MAX_BYTES = 64 * 1024 * 1024
_VARIABLES = ("onsets", "offsets", "labels")


def recognizes(file: SourceFile) -> float:
    """By the ending alone: the file is binary."""
    return 0.96 if file.name.lower().endswith(".not.mat") else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read onsets, offsets and labels."""
    content = TableContent()
    recording = locator.find("")
    try:
        if file.path.stat().st_size > _MAX_BYTES:
            raise BadInput("It is larger than 64 MiB, too large for annotations.")
        values = read_mat5(file.path.read_bytes(), _VARIABLES)
    except OSError as error:
        raise BadInput(f"It cannot be read: {error.strerror}.") from error
    except Broken as error:
        raise BadInput(f"It is no MATLAB file with onsets, offsets and labels: {error}.") from error
    if missing := [name for name in _VARIABLES if name not in values]:
        raise BadInput(f"It has no {' and no '.join(missing)}.")
    onsets, offsets, texts = (values[name] for name in _VARIABLES)
    if not isinstance(onsets, np.ndarray) or not isinstance(offsets, np.ndarray):
        raise BadInput("Its onsets or offsets are no numbers.")
    labels = list(map(str, texts)) if isinstance(texts, list) else [f"{number:g}" for number in texts]
    if len(labels) == 1 and len(labels[0]) == len(onsets):
        labels = list(labels[0])
    if not (np.isfinite(onsets).all() and np.isfinite(offsets).all()):
        raise BadInput("Its onsets or offsets are no numbers.")
    if not len(onsets) == len(offsets) == len(labels):
        raise BadInput(f"It has {len(onsets)} onsets, {len(offsets)} offsets and {len(labels)} labels.")
    if recording is not None:
        content.annotations += [
            RawAnnotation(recording, start / 1000, stop / 1000, label)
            for start, stop, label in zip(onsets.tolist(), offsets.tolist(), labels, strict=True)
        ]
    return content
