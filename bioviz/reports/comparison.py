"""What the report of a comparison holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bioviz.analysis.comparison.headline import headline, not_held
from bioviz.analysis.comparison.transitions import RULES
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.datasets.types import Dataset
from bioviz.plots import comparison as figures
from bioviz.plots import palette
from bioviz.plots.style import figure, short, without_scale
from bioviz.reports.comparison_parts import (
    FLOW_CAPTION,
    LABELS_OF_FLOW,
    arrows_caption,
    arrows_figure,
    extent,
    flow_figure,
    label_of_arrows,
    label_rows,
    most_moving,
)
from bioviz.reports.html import Charts, Heading, Table, Values, Words, html_report
from bioviz.runs.comparison import Comparison
from bioviz.runs.run import Run
from bioviz.runs.spec import LAYOUTS

LISTED = 200  # clips of a list in the report; the page exports all
MAX_LARGE_POINTS = 2000  # clips; the points of fewer are drawn larger
TESTED_WORDS = (
    "A fine-tuned checkpoint's own classifier was measured once, after its training, on the test recordings of that "
    "training: not on the clips compared here. A frozen model has no classifier of its own; what compares with it is "
    f"“{METRIC_INFO['probe_accuracy'].title}”, measured alike on both sides, on units left out of the probe."
)


@dataclass(frozen=True)
class OwnScore:
    """How good the own classifiers of fine-tuned sides are; None where a side has none.

    Attributes
    ----------
    title, text
        Of the measure.
    difference
        Where both sides were tested on the same recordings.

    """

    title: str
    left: float | None
    right: float | None
    difference: float | None
    text: str


def comparison_report(
    comparison: Comparison,
    left: Run,
    right: Run,
    dataset: Dataset,
    titles: tuple[str, str],
    layout: str,
    notes: Sequence[str] = (),
    tested: Sequence[OwnScore] = (),
    arrows_of: str = "",
) -> bytes:
    """One self-contained HTML file: figures, tables, settings and provenance.

    Parameters
    ----------
    dataset
        Of the left run.
    titles
        What the two sides are called.
    notes
        More to say at the top.
    tested
        Own classifiers of the sides.
    arrows_of
        Label whose clips are shown as arrows; the first one if "".

    """
    changes = comparison.changes
    names, colours = changes.names, palette.colours_for(changes.names)
    moves = changes.transitions["confusion"]
    target = label_of_arrows(comparison, arrows_of)
    blocks = [
        Words(
            f"Left: {titles[0]}. Right: {titles[1]}. {len(comparison):,} clips of {dataset.name} are on both sides "
            f"({len(left):,} on the left, {len(right):,} on the right). "
            f"{LAYOUTS[layout].capitalize()}; then the right one was "
            "turned, mirrored, scaled evenly and moved onto the left, which keeps the ratios of its distances "
            f"(misfit {comparison.fit.misfit:.2f}: 0 the same map, 1 nothing in common)."
        ),
        Words(" ".join([headline(changes), not_held(changes)]).rstrip()),
        *(Words(note) for note in (*notes, *changes.notes)),
        Heading("Maps"),
        Charts(
            _maps(comparison, left, right, names, colours, titles),
            "Same colours, same axes; one point a clip.",
        ),
        Heading(f"Old and new places of {names[target]}"),
        Charts([arrows_figure(comparison, left, target)], arrows_caption(comparison, target)),
        Heading("Scores"),
        Table(
            ["score", "left", "right", "difference", "from", "to", "larger than its uncertainty"],
            [
                [METRIC_INFO[d.name].title, d.left, d.right, d.difference, d.low, d.high, _told(d.exceeds)]
                for d in changes.scores
            ]
            + [[row.title, row.left, row.right, row.difference, None, None, "not told"] for row in tested],
        ),
        *([Words(TESTED_WORDS)] if tested else []),
        Words(
            "Intervals: 95 %, by leaving out one unit of independence at a time (paired jackknife). What is said to be "
            "larger than its uncertainty is judged together with everything else here. Scores of the map have no "
            "interval: the chance of one map is not known."
        ),
        Heading("Rescued and broken clips"),
        Words(
            f"Rescued: labelled clips whose {changes.k} nearest neighbors "
            f"{'in other units ' if changes.elsewhere else ''}were {RULES['confusion']} on the left and are not "
            f"on the right ({len(moves.rescued):,}). Broken: the reverse ({len(moves.broken):,}). Of background, "
            f"{len(moves.cleared):,} clips went back among background, {len(moves.captured):,} came among labelled "
            "ones."
        ),
        Table(
            ["label", "clips", "in, left", "in, right", "went out", "from", "to", "came in", "from", "to"],
            [
                [
                    names[t],
                    *(int(c[t]) for c in (moves.clips, moves.before, moves.after, moves.left)),
                    float(moves.left_low[t]),
                    float(moves.left_high[t]),
                    int(moves.entered[t]),
                    float(moves.entered_low[t]),
                    float(moves.entered_high[t]),
                ]
                for t in np.flatnonzero(moves.clips)
            ],
            digits=1,
        ),
        *_lists(comparison, left, dataset),
        Heading("Labels that gained or lost"),
        _label_figure(comparison),
        Heading("Flow"),
        Charts(
            [
                flow_figure(
                    comparison,
                    left,
                    right,
                    titles,
                    shown=most_moving(comparison, left, right)[:LABELS_OF_FLOW],
                )
            ],
            FLOW_CAPTION,
        ),
        Heading("Settings and provenance"),
        Values(
            {"left": left.provenance, "right": right.provenance, "layout": layout, "neighbors": changes.k}
        ),
    ]
    return html_report(f"{titles[0]} and {titles[1]}", blocks)


def _maps(
    comparison: Comparison,
    left: Run,
    right: Run,
    names: Sequence[str],
    colours: Mapping[str, str],
    titles: Sequence[str],
) -> list[go.Figure]:
    charts = []
    ranges = extent(comparison)
    sides = (
        (comparison.left_xy, left, comparison.left_places),
        (comparison.right_xy, right, comparison.right_places),
    )
    for title, (xy, run, places) in zip(titles, sides, strict=True):
        targets = run.targets[places]
        traces = []
        for target, name in enumerate(run.target_names):
            chosen = np.flatnonzero(targets == target)
            if len(chosen):
                size = 7 if len(xy) < MAX_LARGE_POINTS else 4
                marker = {"size": size, "opacity": 0.8, "color": colours[name]}
                traces.append(
                    go.Scattergl(
                        x=xy[chosen, 0], y=xy[chosen, 1], mode="markers", marker=marker, name=short(name)
                    )
                )
        chart = without_scale(figure(traces, False, "", "", height=480, title=short(title)))
        chart.update_layout(margin_t=50, legend={"orientation": "h"}, showlegend=True)
        if ranges:
            chart.update_xaxes(range=ranges[0]).update_yaxes(range=ranges[1])
        charts.append(chart)
    return charts


def _lists(comparison: Comparison, left: Run, dataset: Dataset) -> list:
    blocks = []
    moves, clips = comparison.changes.transitions["confusion"], dataset.clips
    for title, places in (("Rescued", moves.rescued), ("Broken", moves.broken)):
        rows = []
        for position in places[:LISTED]:
            row = int(left.rows[comparison.left_places[position]])
            rows.append(
                [
                    row,
                    comparison.changes.names[comparison.changes.left.targets[position]],
                    dataset.recordings[clips.recording[row]].name,
                    float(clips.start_s[row]),
                    float(clips.end_s[row]),
                    float(comparison.changes.left.confusion.confusion[position]),
                    float(comparison.changes.right.confusion.confusion[position]),
                ]
            )
        if rows:
            more = f" (the first {LISTED} of {len(places):,})" if len(places) > LISTED else ""
            blocks.append(Words(f"{title} clips, largest change first{more}:"))
            columns = [
                "clip",
                "label",
                "recording",
                "start (s)",
                "end (s)",
                "confusion left",
                "confusion right",
            ]
            blocks.append(Table(columns, rows, digits=2))
    return blocks


def _label_figure(comparison: Comparison) -> Charts:
    rows = label_rows(comparison)
    chart = figures.differences(
        [row["label"] for row in rows],
        *([row[name] for row in rows] for name in ("difference", "from", "to", "differs")),
        x_title="noise confusion, right less left (below 0: less confused)",
        y_title="label",
    )
    return Charts([chart], "Full points: larger than its uncertainty, all labels and scores judged together.")


def _told(exceeds: bool | None) -> object:
    return "cannot be told" if exceeds is None else exceeds
