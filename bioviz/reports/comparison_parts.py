"""What the Compare page and its report both show of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from bioviz.counts import counted
from bioviz.plots import comparison as figures
from bioviz.plots import palette
from bioviz.runs.comparison import Comparison
from bioviz.runs.run import Run

FLOW_CAPTION = "Each clip flows from the label that its cluster stands for on the left to that on the right."


def label_of_arrows(comparison: Comparison, name: str) -> int:
    """Target of a label that has clips: the one named, else the first that is not background."""
    used = np.flatnonzero(comparison.changes.labels.clips).tolist()
    named = [target for target in used if comparison.changes.names[target] == name]
    return (named or [target for target in used if target] or used)[0]


def arrows_figure(found: Comparison, left: Run, target: int, dark: bool = False) -> go.Figure:
    """Arrows from the left to the right place of the clips of a target."""
    names = found.changes.names
    return figures.arrows(
        found.left_xy,
        found.right_xy,
        np.flatnonzero(found.changes.left.targets == target),
        rows=left.rows[found.left_places],
        colour=palette.colours_for(names)[names[target]],
        dark=dark,
    )


def arrows_caption(comparison: Comparison, target: int) -> str:
    """How to read `arrows_figure`."""
    places = np.flatnonzero(comparison.changes.left.targets == target)
    drawn = figures.arrows_drawn(comparison.left_xy, comparison.right_xy, places)
    return (
        f"{drawn:,} of {len(places):,} clips are drawn, from their place on the left to that on the right. Read the "
        f"directions, not the single lengths: the maps agree to a misfit of {comparison.fit.misfit:.2f} "
        "(0 the same, 1 nothing in common)."
    )


def stands_for(run: Run, places: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """(n,) int64 into (*names, "no label"): the label that each clip's cluster stands for."""
    column = np.array([*(names.index(name) for name in run.target_names), len(names)])
    clusters = np.asarray(run.clusters)[places]
    standing = run.placement.stands_for
    targets = np.where(clusters >= 0, standing[np.maximum(clusters, 0)], -1) if len(standing) else clusters
    return column[targets]  # -1 is the last: no label


LABELS_OF_FLOW = 15  # of a report, which has no switch for all


def flow_figure(
    comparison: Comparison,
    left: Run,
    right: Run,
    titles: tuple[str, str],
    member: np.ndarray | None = None,
    dark: bool = False,
    shown: np.ndarray | None = None,
) -> go.Figure:
    """Return the flow of assignments, of the clips of (n,) bool `member` alone if it is given.

    Parameters
    ----------
    shown
        Labels with a place of their own, as `most_moving` gives them; the others have one together. All, if None.

    """
    names = [*comparison.changes.names, "no label"]
    before, after = sides_of(comparison, left, right)
    if member is not None:
        before, after = np.where(member, before, -1), np.where(member, after, -1)
    used = np.setdiff1d(np.concatenate((before, after)), -1)
    # Clusters that stand for no label keep their place.
    named = np.setdiff1d(used, len(comparison.changes.names))
    others = np.empty(0, dtype=np.int64) if shown is None else np.setdiff1d(named, shown)
    if len(others):
        before, after = (np.where(np.isin(side, others), len(names), side) for side in (before, after))
        names.append(counted(len(others), "other label"))
    return figures.flow(
        before, after, names, names, palette.colours_for(comparison.changes.names), titles=titles, dark=dark
    )


def sides_of(comparison: Comparison, left: Run, right: Run) -> list[np.ndarray]:
    """Return for both sides what label each clip's cluster stands for; the number of labels where it is none."""
    return [
        stands_for(run, places, comparison.changes.names)
        for run, places in ((left, comparison.left_places), (right, comparison.right_places))
    ]


def most_moving(comparison: Comparison, left: Run, right: Run) -> np.ndarray:
    """Return the labels that clusters stand for, those first that most clips leave or come to."""
    before, after = sides_of(comparison, left, right)
    moved = before != after
    count = len(comparison.changes.names) + 1
    moves = np.bincount(before[moved], minlength=count) + np.bincount(after[moved], minlength=count)
    used = np.union1d(before, after).astype(np.int64)
    return used[np.argsort(-moves[used], kind="stable")]


def extent(comparison: Comparison) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Axes that hold both maps, with some room; None where nothing has a place."""
    both = np.concatenate([comparison.left_xy, comparison.right_xy]).astype(np.float64)
    both = both[np.isfinite(both).all(axis=1)]
    if not len(both):
        return None
    low, high = both.min(axis=0), both.max(axis=0)
    room = np.where(high > low, 0.04 * (high - low), 1.0)
    (left, bottom), (right, top) = (low - room).tolist(), (high + room).tolist()
    return (left, right), (bottom, top)


def label_rows(comparison: Comparison) -> list[Mapping[str, Any]]:
    """One row a target with clips: confusion and share told right, left and right, with intervals."""
    labels, names = comparison.changes.labels, comparison.changes.names
    return [
        {
            "label": names[t],
            "clips": int(labels.clips[t]),
            "confusion left": float(labels.confusion_left[t]),
            "confusion right": float(labels.confusion_right[t]),
            "difference": float(labels.confusion_right[t] - labels.confusion_left[t]),
            "from": float(labels.low[t]),
            "to": float(labels.high[t]),
            "differs": bool(labels.claimed[t]),
            "told right, left": float(labels.told_left[t]),
            "told right, right": float(labels.told_right[t]),
        }
        for t in np.flatnonzero(labels.clips)
    ]
