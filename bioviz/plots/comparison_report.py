"""What the report of a comparison holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from bioviz.analysis.helps import HELPS
from bioviz.analysis.ledger import RULES
from bioviz.analysis.score_differences import sentence
from bioviz.datasets.types import Dataset
from bioviz.plots import comparison as figures
from bioviz.plots import palette
from bioviz.plots.report import Charts, Heading, Table, Values, Words, html_report
from bioviz.plots.style import figure, short
from bioviz.runs.comparison import LAYOUTS, Comparison
from bioviz.runs.run import Run

LISTED = 200  # clips of a list in the report; the page exports all


def comparison_report(
    found: Comparison,
    left: Run,
    right: Run,
    dataset: Dataset,
    titles: tuple[str, str],
    layout: str,
    notes: Sequence[str] = (),
) -> bytes:
    """One self-contained HTML file: figures, tables, settings and provenance.

    Args:
        dataset: of the left run. titles: what the two sides are called. notes: more to say at the top.
    """
    changes = found.changes
    names, colours = changes.names, palette.colours_for(changes.names)
    book = changes.ledgers["confusion"]
    blocks = [
        Words(
            f"Left: {titles[0]}. Right: {titles[1]}. {len(found):,} clips of {dataset.name} are on both sides "
            f"({len(left):,} on the left, {len(right):,} on the right). "
            f"{LAYOUTS[layout].capitalize()}; then the right one was "
            "turned, mirrored, scaled evenly and moved onto the left, which keeps the ratios of its distances "
            f"(misfit {found.fit.misfit:.2f}: 0 the same map, 1 nothing in common)."
        ),
        *(Words(note) for note in (*notes, *changes.notes)),
        Heading("Maps"),
        Charts(
            _maps(found, left, right, names, colours, titles), "Same colours, same axes; one point a clip."
        ),
        Heading("Scores"),
        Table(
            ["score", "left", "right", "difference", "from", "to", "larger than its uncertainty"],
            [
                [HELPS[d.name].title, d.left, d.right, d.difference, d.low, d.high, _told(d.exceeds)]
                for d in changes.scores
            ],
        ),
        Words(
            "Intervals: 95 %, whole recordings drawn again, the same ones on both sides. Neighbours, clusters and maps "
            "stay as they are, so the chance in them is not included."
        ),
        *(Words(sentence(d)) for d in changes.scores),
        Heading("Rescued and broken clips"),
        Words(
            f"Rescued: labelled clips whose {changes.k} nearest neighbours "
            f"{'in other recordings ' if changes.elsewhere else ''}were {RULES['confusion']} on the left and are not "
            f"on the right ({len(book.rescued):,}). Broken: the reverse ({len(book.broken):,}). Of background, "
            f"{len(book.cleared):,} clips went back among background, {len(book.captured):,} came among labelled ones."
        ),
        Table(
            ["label", "clips", "in, left", "in, right", "went out", "from", "to", "came in", "from", "to"],
            [
                [
                    names[t],
                    *(int(c[t]) for c in (book.clips, book.before, book.after, book.left)),
                    float(book.left_low[t]),
                    float(book.left_high[t]),
                    int(book.entered[t]),
                    float(book.entered_low[t]),
                    float(book.entered_high[t]),
                ]
                for t in np.flatnonzero(book.clips)
            ],
            digits=1,
        ),
        *_lists(found, left, dataset),
        Heading("Labels that gained or lost"),
        _label_figure(found),
        Heading("Flow"),
        Charts([flow_figure(found, left, right, titles)], FLOW_CAPTION),
        Heading("Settings and provenance"),
        Values(
            {"left": left.provenance, "right": right.provenance, "layout": layout, "neighbours": changes.k}
        ),
    ]
    return html_report(f"{titles[0]} and {titles[1]}", blocks)


FLOW_CAPTION = "Each clip flows from the label that its cluster stands for on the left to that on the right."


def stands_for(run: Run, places: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """(n,) int64 into (*names, "no label"): the label that each clip's cluster stands for."""
    column = np.array([*(names.index(name) for name in run.target_names), len(names)])
    clusters = np.asarray(run.clusters)[places]
    assigned = np.where(clusters >= 0, np.asarray(run.match.assigned)[np.maximum(clusters, 0)], -1)
    return column[assigned]  # -1 is the last: no label


def flow_figure(
    found: Comparison,
    left: Run,
    right: Run,
    titles: tuple[str, str],
    member: np.ndarray | None = None,
    dark: bool = False,
) -> go.Figure:
    """The flow of assignments, of the clips of (n,) bool `member` alone if it is given."""
    names = (*found.changes.names, "no label")
    sides = [
        stands_for(run, places, found.changes.names)
        for run, places in ((left, found.left_places), (right, found.right_places))
    ]
    if member is not None:
        sides = [np.where(member, side, -1) for side in sides]
    return figures.flow(
        *sides, names, names, palette.colours_for(found.changes.names), titles=titles, dark=dark
    )


def extent(found: Comparison) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Axes that hold both maps, with some room; None where nothing has a place."""
    both = np.concatenate([found.left_xy, found.right_xy]).astype(np.float64)
    both = both[np.isfinite(both).all(axis=1)]
    if not len(both):
        return None
    low, high = both.min(axis=0), both.max(axis=0)
    room = np.where(high > low, 0.04 * (high - low), 1.0)
    return tuple(zip((low - room).tolist(), (high + room).tolist(), strict=True))


def label_rows(found: Comparison) -> list[Mapping[str, Any]]:
    """One row a target with clips: confusion and share told right, left and right, with intervals."""
    labels, names = found.changes.labels, found.changes.names
    return [
        {
            "label": names[t],
            "clips": int(labels.clips[t]),
            "confusion left": float(labels.confusion_left[t]),
            "confusion right": float(labels.confusion_right[t]),
            "difference": float(labels.confusion_right[t] - labels.confusion_left[t]),
            "from": float(labels.low[t]),
            "to": float(labels.high[t]),
            "told right, left": float(labels.told_left[t]),
            "told right, right": float(labels.told_right[t]),
        }
        for t in np.flatnonzero(labels.clips)
    ]


def _maps(found, left, right, names, colours, titles) -> list[go.Figure]:
    made = []
    ranges = extent(found)
    sides = (
        (found.left_xy, left, found.left_places),
        (found.right_xy, right, found.right_places),
    )
    for title, (xy, run, places) in zip(titles, sides, strict=True):
        targets = run.targets[places]
        traces = []
        for target, name in enumerate(run.target_names):
            chosen = np.flatnonzero(targets == target)
            if len(chosen):
                marker = {"size": 4, "opacity": 0.7, "color": colours[name]}
                traces.append(
                    go.Scattergl(
                        x=xy[chosen, 0], y=xy[chosen, 1], mode="markers", marker=marker, name=short(name)
                    )
                )
        one = figure(traces, False, "map 1 (no unit)", "map 2 (no unit)", height=480, title=short(title))
        one.update_layout(margin_t=50, legend={"orientation": "h"}, showlegend=True)
        if ranges:
            one.update_xaxes(range=ranges[0]).update_yaxes(range=ranges[1])
        made.append(one)
    return made


def _lists(found: Comparison, left: Run, dataset: Dataset) -> list:
    blocks = []
    book, clips = found.changes.ledgers["confusion"], dataset.clips
    for title, places in (("Rescued", book.rescued), ("Broken", book.broken)):
        rows = []
        for place in places[:LISTED]:
            row = int(left.rows[found.left_places[place]])
            rows.append(
                [
                    row,
                    found.changes.names[found.changes.left.targets[place]],
                    dataset.recordings[clips.recording[row]].name,
                    float(clips.start_s[row]),
                    float(clips.end_s[row]),
                    float(found.changes.left.confusion.confusion[place]),
                    float(found.changes.right.confusion.confusion[place]),
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


def _label_figure(found: Comparison) -> Charts:
    rows = label_rows(found)
    made = figures.differences(
        [row["label"] for row in rows],
        *([row[name] for row in rows] for name in ("difference", "from", "to")),
        x_title="noise confusion, right less left (below 0: less confused)",
        y_title="label",
    )
    return Charts([made], "Full points: larger than its uncertainty (95 %, by recording).")


def _told(exceeds: bool | None) -> object:
    return "cannot be told" if exceeds is None else exceeds
