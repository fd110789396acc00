"""What users drew, as colours of the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bioviz.annotations import load_annotations
from bioviz.datasets.clips.windows import labelled_by
from bioviz.datasets.types import Dataset
from bioviz.plots import palette
from bioviz.plots.map_data import Categories
from bioviz.runs import Run

NONE, SEVERAL = "nothing drawn", "several labels drawn"
NEW_SHAPE = "diamond"
"""Of labels that users drew and the dataset does not have."""


def annotation_colouring(run: Run, dataset: Dataset, dark: bool = False) -> Categories | None:
    """Colour the run's clips by the labels of drawn boxes, which count by the rule that labels windows.

    Returns
    -------
    None
        Nothing is drawn on the dataset.

    """
    drawn = load_annotations(dataset)
    if not len(drawn):
        return None
    names = (NONE, *drawn.labels, SEVERAL)
    codes = np.zeros(len(dataset.clips), dtype=np.int64)
    clips = dataset.clips
    for recording, boxes in drawn.by_recording.items():
        rows = np.flatnonzero(clips.recording == recording)
        for box in boxes:
            on = rows[
                labelled_by(
                    clips.start_s[rows], clips.end_s[rows], box.start_s, box.end_s, dataset.plan.min_overlap
                )
            ]
            code = names.index(box.label, 1)
            codes[on] = np.where((codes[on] == 0) | (codes[on] == code), code, len(names) - 1)
    known, shapes = palette.colours_for(dataset.target_names, dark), palette.shapes_for(dataset.target_names)
    fresh = dict(
        zip(
            [label for label in drawn.labels if label not in known],
            palette.extended(len(drawn.labels), dark),
            strict=False,
        )
    )
    colours = [(known | fresh)[label] for label in drawn.labels]
    several = palette.extended(1, dark)
    return replace(
        Categories.from_codes(
            "annotations",
            "Drawn annotations",
            codes[run.rows],
            names,
            (palette.BACKGROUND_COLOUR, *colours, *several),
        ),
        raised=tuple(range(1, len(names))),
        shapes=("circle", *(shapes.get(label, NEW_SHAPE) for label in drawn.labels), "square"),
        named=False,
    )
