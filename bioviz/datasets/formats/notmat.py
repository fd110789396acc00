"""evsonganaly's `.not.mat`: onsets and offsets in milliseconds and a letter each; one file a recording."""

from __future__ import annotations

import numpy as np

from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.formats.locator import Locator
from bioviz.datasets.formats.source import SourceFile
from bioviz.datasets.options import Options
from bioviz.errors import BadInput

name = "notmat"
title = "evsonganaly annotations (.not.mat)"
source = "people"

_MAX_BYTES = 64 * 1024 * 1024


def recognizes(file: SourceFile) -> float:
    """By the ending alone: the file is binary."""
    return 0.96 if file.name.lower().endswith(".not.mat") else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read onsets, offsets and labels."""
    from scipy.io import loadmat

    content = TableContent()
    where = locator.find("")
    try:
        if file.path.stat().st_size > _MAX_BYTES:
            raise BadInput("It is larger than 64 MiB, too large for annotations.")
        values = loadmat(file.path, variable_names=["onsets", "offsets", "labels"], squeeze_me=True)
        onsets, offsets = (np.atleast_1d(values[key]).astype(np.float64) for key in ("onsets", "offsets"))
        letters = values["labels"]
    except BadInput:
        raise
    except Exception as error:  # the reader of MATLAB files raises many kinds on damaged ones
        raise BadInput("It is no MATLAB file with onsets, offsets and labels.") from error
    labels = [str(each) for each in np.atleast_1d(letters)]
    if len(labels) == 1 and len(labels[0]) == len(onsets):
        labels = list(labels[0])
    if not len(onsets) == len(offsets) == len(labels):
        raise BadInput(f"It has {len(onsets)} onsets, {len(offsets)} offsets and {len(labels)} labels.")
    if where is not None:
        content.annotations += [
            RawAnnotation(where, start / 1000, stop / 1000, label)
            for start, stop, label in zip(onsets.tolist(), offsets.tolist(), labels, strict=True)
        ]
    return content
