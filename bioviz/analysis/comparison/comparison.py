"""Two embedding sets of the same clips: what changed, clip by clip, label by label and in the scores."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.comparison.paired_jackknife import TESTED, Judged, PairedChanges, paired_changes
from bioviz.analysis.comparison.score_differences import ONE_MAP, Difference
from bioviz.analysis.comparison.sides import SCORES_OF_THE_MAP, Side, SideMeasures, measures_of
from bioviz.analysis.comparison.transitions import RULES, Transitions, is_in, transitions_of
from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.rows import blocks
from bioviz.analysis.scores.silhouette import sample_note
from bioviz.analysis.statistics.familywise import holm
from bioviz.analysis.statistics.folds import folds
from bioviz.analysis.unit_words import UNITS
from bioviz.counts import counted
from bioviz.progress import Progress, Silent

FOLDS = 5  # of the linear probe
_PAIR_BYTES = 40  # of a neighbor, while lists are compared


@dataclass(frozen=True)
class LabelChanges:
    """Per target (background first), each (T,); NaN without clips, intervals NaN with fewer than 8 recordings.

    Attributes
    ----------
    clips
        By the left side's labels.
    confusion_left, confusion_right
        Noise confusion of the target;
    low, high
        95 % interval of right - left.
    told_left, told_right
        Share of its clips that their neighbors name right;
    told_low, told_high
        Likewise.
    claimed
        Bool, the difference of confusion is said; judged together with all else that the comparison says.

    """

    clips: np.ndarray
    confusion_left: np.ndarray
    confusion_right: np.ndarray
    low: np.ndarray
    high: np.ndarray
    told_left: np.ndarray
    told_right: np.ndarray
    told_low: np.ndarray
    told_high: np.ndarray
    claimed: np.ndarray

    def changed(self, better: bool) -> np.ndarray:
        """Targets whose confusion fell (better) or rose by more than its uncertainty, the largest change first."""
        with np.errstate(invalid="ignore"):
            rose = self.confusion_right > self.confusion_left
        claimed_rows = np.flatnonzero(self.claimed & (rose != better))
        size = np.abs(self.confusion_right - self.confusion_left)[claimed_rows]
        return claimed_rows[np.argsort(-size, kind="stable")]


@dataclass(frozen=True)
class Changes:
    """All that changed.

    Attributes
    ----------
    names : (T,)
        Background first, then the labels of either side.
    k
        Neighbors looked at.
    elsewhere
        Neighbors of the clip's own recording were left out.
    left, right
        Measures of the clips.
    moved : (n,) float64
        1 - Jaccard of the neighbors on both sides: 0 the same, 1 all others.
    scores
        The differences.
    labels
        Per label.
    transitions
        By rule (`transitions.RULES`).
    notes
        What could not be told and why.

    """

    names: tuple[str, ...]
    k: int
    elsewhere: bool
    left: SideMeasures
    right: SideMeasures
    moved: np.ndarray
    scores: tuple[Difference, ...]
    labels: LabelChanges
    transitions: dict[str, Transitions]
    notes: tuple[str, ...] = ()


def compare_sides(
    left: Side,
    right: Side,
    names: tuple[str, ...],
    recording: np.ndarray,
    k: int = 20,
    seed: int = 0,
    progress: Progress | None = None,
) -> Changes:
    """Everything that changed from left to right.

    Neighbors of other recordings are judged, as in the diagnosis; all neighbors where either side has none.

    Parameters
    ----------
    names : (L + 1,)
        Background first.
    recording : (n,) ints

    Raises
    ------
    Cancelled
        Through `progress`.

    """
    progress = progress or Silent()

    def step(number: int) -> None:
        progress.report("comparison", number, 4, "steps")

    step(0)
    k = max(1, min(k, left.graph.k, right.graph.k, left.knn_cross_unit.k, right.knn_cross_unit.k))
    elsewhere = all((side.knn_cross_unit.indices[:, :k] >= 0).any() for side in (left, right))
    # With neighbors to spare: they take the places of those that are left out.
    spare = [side.knn_cross_unit if elsewhere else side.graph for side in (left, right)]
    graphs = [graph.first(k) for graph in spare]
    # The same folds on both sides, so that chance in them cancels in the difference.
    fold = folds(left.targets, FOLDS, seed, recording)
    measures = [
        measures_of(side, graph, recording, fold) for side, graph in zip((left, right), graphs, strict=True)
    ]
    moved = neighborhood_change(*graphs)
    step(1)
    estimates = _estimates((left, right), spare, measures, recording, len(names), k, seed)
    step(2)
    of_scores, of_labels = _claims(estimates)
    changes = _differences((left, right), estimates, of_scores)
    labels = _labels(estimates, left.targets, of_labels)
    step(3)
    change = measures[1].confusion.confusion - measures[0].confusion.confusion
    transitions = {}
    for rule in RULES:
        was, now = (
            is_in(m.confusion.confusion, m.confusion.background_share, m.targets == 0, rule) for m in measures
        )
        transitions[rule] = transitions_of(
            was, now, change, measures[0].targets, measures[1].targets, len(names), estimates.moved[rule]
        )
    step(4)
    before, after = measures
    return Changes(
        tuple(names),
        k,
        elsewhere,
        before,
        after,
        moved,
        changes,
        labels,
        transitions,
        _notes(measures, elsewhere),
    )


def neighborhood_change(left: KnnGraph, right: KnnGraph) -> np.ndarray:
    """(n,) float64: 1 - |A & B| / |A | B| of the neighbors A and B of each clip; NaN without any on a side."""
    n = len(left.indices)
    moved = np.empty(n)
    for start, stop in blocks(n, _PAIR_BYTES * (left.k + right.k)):
        near = [np.asarray(graph.indices[start:stop]) for graph in (left, right)]
        valid = [each >= 0 for each in near]
        own = np.arange(stop - start, dtype=np.int64)[:, None] * (n + 1)
        shared = (np.isin(own + near[0], (own + near[1])[valid[1]]) & valid[0]).sum(axis=1)
        a, b = (each.sum(axis=1) for each in valid)
        moved[start:stop] = np.where((a > 0) & (b > 0), 1 - shared / np.maximum(a + b - shared, 1), np.nan)
    return moved


def _estimates(
    sides: tuple[Side, Side],
    graphs: list[KnnGraph],
    measures: list[SideMeasures],
    units: np.ndarray,
    n_targets: int,
    k: int,
    seed: int,
) -> PairedChanges:
    left, right = (
        Judged(graph, m.confusion, m.purity, m.told, m.probed, m.targets)
        for graph, m in zip(graphs, measures, strict=True)
    )
    return paired_changes(left, right, units, n_targets, k, seed)


def _claims(changes: PairedChanges) -> tuple[np.ndarray, np.ndarray]:
    """((6,), (T,)) bool: the differences of scores and of labels that are said, held to one level together."""
    tests: dict[Hashable, float | None] = {
        (kind, i): None if np.isnan(p) else float(p)
        for kind, estimate in (("score", changes.scores), ("label", changes.confusions))
        for i, p in enumerate(estimate.p)
    }
    levels = holm(tests)
    of_scores, of_labels = (
        np.array([(kind, i) in levels for i in range(len(estimate.p))], dtype=bool)
        for kind, estimate in (("score", changes.scores), ("label", changes.confusions))
    )
    return of_scores, of_labels


def _differences(
    sides: tuple[Side, Side], changes: PairedChanges, claimed: np.ndarray
) -> tuple[Difference, ...]:
    differences = []
    for i, name in enumerate(TESTED):
        left, right, low, high = (
            float(each[i]) if np.isfinite(each[i]) else None
            for each in (changes.scores.left, changes.scores.right, changes.scores.low, changes.scores.high)
        )
        gap = None if left is None or right is None else right - left
        has_interval = gap is not None and low is not None
        why = "" if has_interval else f"fewer than {MIN_UNITS} {UNITS}"
        differences.append(
            Difference(name, left, right, gap, low, high, bool(claimed[i]) if has_interval else None, why)
        )
    for name, score in SCORES_OF_THE_MAP.items():
        left, right = (score(side) for side in sides)
        gap = None if left is None or right is None else right - left
        differences.append(Difference(name, left, right, gap, why=ONE_MAP))
    return tuple(differences)


def _labels(changes: PairedChanges, targets: np.ndarray, claimed: np.ndarray) -> LabelChanges:
    count = np.bincount(targets, minlength=len(claimed))
    a, b = changes.confusions, changes.told
    return LabelChanges(count, a.left, a.right, a.low, a.high, b.left, b.right, b.low, b.high, claimed)


def _notes(measures: list[SideMeasures], elsewhere: bool) -> tuple[str, ...]:
    notes = []
    if not elsewhere:
        notes.append("Nothing can be held out (one recording): its own noise counts among the neighbors.")
    for side, m in zip(("left", "right"), measures, strict=True):
        background = m.targets == 0
        if background.all() or not background.any():
            kind = "only background" if background.all() else "no background"
            notes.append(f"The {side} side has {kind}: confusion with it cannot be measured there.")
    if sampled := sample_note(len(measures[0].targets)):
        notes.append(sampled)
    relabelled = int(((measures[0].targets == 0) != (measures[1].targets == 0)).sum())
    if relabelled:
        notes.append(
            f"The transitions leave out {counted(relabelled, 'clip')} labelled on one side and background on the other."
        )
    return tuple(notes)
