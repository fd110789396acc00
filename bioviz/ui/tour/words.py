"""What the tour says at each step: one sentence made of the results in hand, and what there is to click.

Every sentence is one of those that the pages say, each judged there against chance; here they are only chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.comparison.score_differences import Difference, sentence
from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.verdict.clause import Clause
from bioviz.analysis.diagnosis.verdict.headline import problems
from bioviz.analysis.diagnosis.verdict.verdict import MIN_EFFECT, verdict
from bioviz.analysis.misclustered.words import headline
from bioviz.analysis.scores.lost_at import lost_apart, told_as_recorded
from bioviz.analysis.unit_words import UnitWords
from bioviz.datasets.types import Dataset
from bioviz.experiments.noise import NoiseResult
from bioviz.runs import Run
from bioviz.runs.comparison import Comparison
from bioviz.ui.noise.lost import lost_words

NEAREST = 20
LOST = 3  # labels that are named
WHY = ("cause", "shortcut", "place", "leak")  # kinds of clauses that tell why, the first that holds is taken


@dataclass(frozen=True)
class Pair:
    """Two neighbors that should not be neighbors, as rows of the dataset, and their labels."""

    rows: tuple[int, int]
    labels: tuple[str, str]


def sees(run: Run) -> str:
    """Where labelled clips lie, beside what chance would give."""
    return headline(run.placement.counts, run.chance)


def odd_pair(run: Run, dataset: Dataset) -> Pair | None:
    """Return the labelled clip with most background around it whose nearest neighbor elsewhere is background.

    None where no labelled clip's nearest neighbor is background.
    """
    graph = run.knn_cross_unit if (run.groups != run.groups[0]).any() else run.graph
    near = np.asarray(graph.indices[:, :NEAREST])
    is_background = (run.targets == 0)[near] & (near >= 0)
    share = is_background.sum(axis=1) / np.maximum((near >= 0).sum(axis=1), 1)
    fits = (run.targets > 0) & is_background[:, 0]
    if not fits.any():
        return None
    clip = int(np.where(fits, share, -1).argmax())
    neighbor = int(near[clip, 0])
    labels = [dataset.target_names[run.targets[place]] for place in (clip, neighbor)]
    return Pair((int(run.rows[clip]), int(run.rows[neighbor])), (labels[0], labels[1]))


def why(d: Diagnosis) -> tuple[str, Clause]:
    """Return the worst label with its cause, and the clause of the verdict that it rests on.

    Where the verdict names no cause beyond chance, or cannot tell, that is what is said; as in the head of Diagnose no
    cause is named where background is not told from labels at all.
    """
    clauses = verdict(d)
    wrong = problems(clauses)
    claimed = [c for kind in WHY for c in wrong if c.kind == kind]
    unclaimed = [c for c in clauses if c.kind == "cause" and not c.claim]
    chosen = next(iter([*claimed, *unclaimed, *clauses]))
    worst = worst_label(d)
    text = chosen.head
    return (f"{worst} {text}" if worst and chosen.kind in WHY else text), chosen


def worst_label(d: Diagnosis) -> str:
    """Return the label most mixed with background, with its interval where there is one; "" where none is."""
    if not len(d.labels.ranking):
        return ""
    target = int(d.labels.ranking[0])
    confusion, low, high = (float(each[target]) for each in (d.labels.confusion, d.labels.low, d.labels.high))
    if not confusion >= MIN_EFFECT:
        return ""
    span = f", {low:.2f} to {high:.2f}" if np.isfinite(low) else ""
    return f"Most mixed with background: {d.names[target]} ({confusion:.2f}{span}; 0.5 is chance)."


def lost(result: NoiseResult, labels: Sequence[str], unit: str) -> str:
    """Say at which ratio labels are lost, those lost first named; or that it cannot be told."""
    s, words = result.scores, UnitWords(unit)
    separable = told_as_recorded(s.told)
    if not separable.any():
        return "No label is told from background even as recorded, so where it is lost cannot be told."
    known = np.flatnonzero(separable & np.isfinite(s.lost_at_db[:, 0]))
    order = known[np.argsort(-s.lost_at_db[known, 0], kind="stable")][:LOST]
    rest = int(separable.sum()) - len(order)
    if not len(order):
        return f"None of the {int(separable.sum())} labels told from background is lost at the ratios that were tried."
    named = "; ".join(f"{labels[i]} at {lost_words(result, int(i), words)}" for i in order)
    more = f"; {rest} more on the page" if rest else ""
    apart = (
        ""
        if len(lost_apart(s.lost_at_db)[0]) or separable.sum() == 1
        else " (none clearly before all others)"
    )
    return f"Lost in added background{apart}: {named}{more}."


def curve_label(result: NoiseResult) -> int | None:
    """Return the label lost first, whose curve is worth a look; None where none is told as recorded."""
    s = result.scores
    separable = told_as_recorded(s.told)
    if not separable.any():
        return None
    return int(
        np.where(separable, np.nan_to_num(s.lost_at_db[:, 0], nan=-np.inf, neginf=-1e3), -np.inf).argmax()
    )


def changed(comparison: Comparison, unit: str) -> str:
    """Count who left the background's neighborhood and who entered it, with the score that differs beyond chance."""
    changes = comparison.changes
    moved = changes.transitions["confusion"]
    before, after = int(moved.before[1:].sum()), int(moved.after[1:].sum())
    labelled = int(moved.clips[1:].sum())
    counted = (
        f"{len(moved.rescued)} clips rescued from background, {len(moved.broken)} broken "
        f"({before} among background before, {after} after, of {labelled} labelled)"
    )
    return f"{counted}. {_beyond_chance(changes.scores, unit)}"


def score_beyond_chance(scores: Sequence[Difference]) -> Difference | None:
    """Return the first score that differs by more than its uncertainty, None for none."""
    return next((d for d in scores if d.exceeds), None)


def _beyond_chance(scores: Sequence[Difference], unit: str) -> str:
    clear = score_beyond_chance(scores)
    if clear is not None:
        return sentence(clear)
    if any(d.exceeds is False for d in scores):
        return "No score differs by more than its uncertainty."
    return (
        f"Whether a score differs by more than chance cannot be told from so few {UnitWords(unit).several}."
    )
