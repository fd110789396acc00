"""The two maps of a comparison: the clips both have, under the left side's rows, in the same colours and axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bioviz.datasets import library
from bioviz.plots import palette
from bioviz.plots.map_data import Categories, Colouring, MapData, Measure, SpanColumn, TextColumn
from bioviz.reports.comparison_parts import extent
from bioviz.runs import Run
from bioviz.runs.comparison import Comparison
from bioviz.ui.clips.run_map import map_data

FATES = ("rescued", "broken", "cleared", "captured")
FATE_NAMES = {
    "rescued": "Rescued",
    "broken": "Broken",
    "cleared": "Background cleared",
    "captured": "Background captured",
}
FATE_TITLES = {
    "rescued": "rescued: left the background",
    "broken": "broken: entered the background",
    "cleared": "background that went back among background",
    "captured": "background that came among labelled clips",
}


def comparison_maps(
    comparison: Comparison, left: Run, right: Run, dark: bool = False
) -> tuple[MapData, MapData]:
    """Left and right map; a point's row is that of the clip in the left dataset on both, so that they are linked."""
    rows = left.rows[comparison.left_places].astype(np.int32)
    shared = _changes(comparison)
    ranges = extent(comparison)
    maps: list[MapData] = []
    for run, places, xy, measures in (
        (left, comparison.left_places, comparison.left_xy, comparison.changes.left),
        (right, comparison.right_places, comparison.right_xy, comparison.changes.right),
    ):
        own = map_data(run, library.load(run.spec.dataset), dark)
        confusion = Measure(
            "confusion",
            "Noise confusion",
            measures.confusion.confusion.astype(np.float32),
            "0 to 1",
            low=0,
            high=1,
        )
        label, *others = (_taken_colouring(colouring, places) for colouring in own.colourings)
        maps.append(
            replace(
                own,
                rows=rows,
                x=xy[:, 0],
                y=xy[:, 1],
                colourings=(label, *shared, confusion, *others),
                background=None if own.background is None else own.background[places],
                columns=tuple(_taken_column(column, places) for column in own.columns),
                extent=ranges,
            )
        )
    return maps[0], replace(maps[1], colourings=_on_one_scale(maps[1].colourings, maps[0].colourings))


def _on_one_scale(colourings: tuple[Colouring, ...], first: tuple[Colouring, ...]) -> tuple[Colouring, ...]:
    """Return colourings with the ends of those of the first map: one colour is one value on both."""
    ends = {each.id: each.limits() for each in first if isinstance(each, Measure)}
    return tuple(
        replace(each, low=ends[each.id][0], high=ends[each.id][1])
        if isinstance(each, Measure) and each.id in ends
        else each
        for each in colourings
    )


def _changes(comparison: Comparison) -> tuple[Colouring, ...]:
    changed = comparison.changes.transitions["confusion"]
    codes = np.full(len(comparison), len(FATES))
    for code, name in enumerate(FATES):
        codes[getattr(changed, name)] = code
    names = [*(FATE_TITLES[name] for name in FATES), "as before"]
    colours = (*palette.sequence_colours(len(FATES)), palette.BACKGROUND_COLOUR)
    moved = comparison.changes.moved.astype(np.float32)
    return (
        Categories.from_codes("fate", "Rescued or broken", codes, names, colours),
        Measure("moved", "Change of neighbors", moved, "0 to 1", low=0, high=1),
    )


def _taken_colouring(colouring: Colouring, places: np.ndarray) -> Colouring:
    """Return the colouring of the clips at `places` alone."""
    if isinstance(colouring, Categories):
        return replace(colouring, codes=colouring.codes[places])
    return replace(colouring, values=colouring.values[places])


def _taken_column(column: TextColumn | SpanColumn, places: np.ndarray) -> TextColumn | SpanColumn:
    """Return the column of the clips at `places` alone."""
    if isinstance(column, TextColumn):
        return replace(column, codes=column.codes[places])
    return replace(column, start_s=column.start_s[places], end_s=column.end_s[places])
