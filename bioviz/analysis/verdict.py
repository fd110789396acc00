"""The diagnosis in plain words: a few clauses, each with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bioviz.analysis.diagnosis import Diagnosis
from bioviz.analysis.triage import CAUSES
from bioviz.analysis.triage_words import summary

WORST = 3
TELLING = 0.1
"""Confusion, or difference of shares, below which it is not worth a sentence."""


@dataclass(frozen=True)
class Clause:
    """One sentence of the verdict.

    Attributes:
        text: the sentence.
        kind: "shortcut", "separability", "leak", "labels", "cause", "triage", "place", "queue", "picture" or "note":
            the part of the page that backs it.
        refs: what it speaks of (JSON-able): "targets" (ints), "feature", "attribute", "cause", "rows".
    """

    text: str
    kind: str
    refs: dict[str, object] = field(default_factory=dict)


def verdict(diagnosis: Diagnosis) -> list[Clause]:
    """What an ecologist should know first, the most important clause first.

    Notes on what could not be told come last; first where they are why background is not told from labels.
    """
    parts = (_beside, _leak, _worst, _cause, _triage, _places, _queues, _picture)
    first = [*_shortcuts(diagnosis), *_separable(diagnosis)]
    rest = [clause for part in parts for clause in part(diagnosis)]
    notes = [Clause(note, "note") for note in diagnosis.notes]
    return [*first, *rest, *notes] if first else [*notes, *rest]


def _shortcuts(d: Diagnosis) -> Iterator[Clause]:
    """Before any praise: what else may tell background."""
    found = [one for one in d.shortcuts if one.matters]
    for i, one in enumerate(found[:WORST]):
        text = one.sentence()
        if not i:
            text = text.replace("of this may be", "of how well background is told may be", 1)
        yield Clause(text, "shortcut", {"attribute": one.name})


def _beside(d: Diagnosis) -> Iterator[Clause]:
    """What the figure is where a coarser unit is left out, and what tells background without mattering."""
    told = [f"{one.unit} {one.auroc:.2f}" for one in d.coarser if one.auroc is not None]
    if told:
        text = "With coarser units left out too, the AUROC of background is "
        yield Clause(f"{text}by {_list(told)}.", "separability")
    for one in d.shortcuts:
        if one.named and not one.matters and not one.beside:
            yield Clause(one.sentence(), "shortcut", {"attribute": one.name})


def _separable(d: Diagnosis) -> Iterator[Clause]:
    neighbour, probe = d.separability.neighbour, d.separability.probe
    held_out = neighbour.held_out is not None
    score = neighbour.held_out if held_out else neighbour.naive
    if score is None:
        return
    sure = d.separability.neighbour_held_out
    span = f" ({sure.low:.2f} to {sure.high:.2f})" if held_out and sure.low is not None else ""
    grade = _grade(score)
    linear = probe.held_out if held_out else probe.naive
    with_probe = "" if linear is None else f" and {linear:.2f} by a linear probe"
    how = f"in other {d.unit}s" if held_out else "in the same recordings too"
    yield Clause(
        f"The model tells background from labelled clips {grade}: AUROC {score:.2f}{span} by neighbours {how}"
        f"{with_probe} (0.5 is guessing, 1 is perfect).",
        "separability",
    )
    if linear is not None and linear - score > 0.1:
        yield Clause(
            "A linear classifier finds what neighbourhoods hide: the difference is in the embedding, but other "
            "properties of the sound weigh more in it.",
            "separability",
        )


def _grade(auroc: float) -> str:
    steps = ((0.95, "almost perfectly"), (0.85, "well"), (0.7, "in part"), (0.6, "poorly"))
    return next((word for least, word in steps if auroc >= least), "hardly at all")


def _leak(d: Diagnosis) -> Iterator[Clause]:
    gap = d.separability.neighbour.gap
    accuracy = d.prediction.knn_accuracy
    leaks = [
        (gap, "telling background by neighbours", d.separability.neighbour),
        (accuracy.gap, "accuracy by neighbours", accuracy),
    ]
    leaks = [each for each in leaks if each[0] is not None]
    if not leaks:
        return
    largest, what, score = max(leaks, key=lambda each: each[0])
    if largest > 0.05:
        yield Clause(
            f"The model knows recordings too: {what} falls from {score.naive:.2f} to {score.held_out:.2f} when clips "
            f"of the same {d.unit} are left out.",
            "leak",
        )


def _worst(d: Diagnosis) -> Iterator[Clause]:
    worst = [int(t) for t in d.labels.ranking[:WORST]]
    if not worst:
        return
    mixed = [t for t in worst if d.labels.confusion[t] >= TELLING]
    if not mixed:
        yield Clause("No label is mixed with background to speak of.", "labels", {"targets": worst})
        return
    worst = mixed
    said = []
    for target in worst:
        low, high = d.labels.low[target], d.labels.high[target]
        span = f", {low:.2f} to {high:.2f}" if np.isfinite(low) else ""
        said.append(f"{d.names[target]} ({d.labels.confusion[target]:.2f}{span})")
    yield Clause(
        f"Most mixed with background: {_list(said)} (0 apart, 0.5 as by chance, 1 within background).",
        "labels",
        {"targets": worst},
    )
    alone = [t for t in worst if np.isnan(d.labels.low[t])]
    if alone and d.separability.neighbour.held_out is not None:
        each = f"one {d.unit}" if len(alone) == 1 else f"one {d.unit} each"
        names = _list([d.names[t] for t in alone])
        yield Clause(
            f"{names} {'comes' if len(alone) == 1 else 'come'} from {each}, so no clip elsewhere can share the "
            f"label: such a figure tells what the {d.unit} as a whole sounds like.",
            "labels",
            {"targets": alone},
        )


def _cause(d: Diagnosis) -> Iterator[Clause]:
    worst = set(d.labels.ranking[:WORST].tolist())
    telling = [
        c for c in d.causes if c.sure and c.threshold is not None and abs(c.below - c.above) >= TELLING
    ]
    telling.sort(key=lambda cause: -abs(cause.rho))
    for cause in [c for c in telling if c.target < 0][:1]:
        span = f"{cause.low:+.2f} to {cause.high:+.2f}"
        yield Clause(
            f"{cause.sentence(d.names)} (Rank correlation {cause.rho:+.2f}, {span}.)",
            "cause",
            {"feature": cause.feature, "targets": []},
        )
    for cause in [c for c in telling if c.target in worst][:1]:
        refs = {"feature": cause.feature, "targets": [cause.target]}
        yield Clause(cause.sentence(d.names), "cause", refs)


def _triage(d: Diagnosis) -> Iterator[Clause]:
    text = summary(d.triage)
    if text:
        commonest = np.argsort(-d.triage.counts[:-1, 0], kind="stable")[0]
        cause = CAUSES[commonest] if d.triage.counts[commonest, 0] else "unexplained"
        yield Clause(text, "triage", {"cause": cause})


def _places(d: Diagnosis) -> Iterator[Clause]:
    with_labels = d.clusters.clusterings[0].with_labels.ami
    for confound in d.confounds:
        if confound.lift is None or confound.lift < 1.5 or (confound.recall.chance or 0) > 0.9:
            continue
        text = f"Neighbours share the {confound.name} {confound.lift:.1f} times as often as by chance"
        if confound.recall.held_out is not None:
            text += f", even in other {d.unit}s"
        ami = confound.clusters_ami
        if ami is not None and with_labels is not None and ami > with_labels and ami > 0.1:
            text += f", and clusters follow it (AMI {ami:.2f}) more than the labels ({with_labels:.2f})"
        yield Clause(f"{text}.", "place", {"attribute": confound.name})


def _queues(d: Diagnosis) -> Iterator[Clause]:
    for queue, text in (
        (d.missed, "background clips look like a label: calls may have been missed there"),
        (d.faint, "labelled clips look like background: faint calls, or wrong labels"),
    ):
        if len(queue.rows):
            yield Clause(f"{len(queue.rows)} {text}.", "queue", {"rows": queue.rows[:50].tolist()})


def _picture(d: Diagnosis) -> Iterator[Clause]:
    trust = d.trustworthiness
    if trust is not None and trust < 0.9:
        yield Clause(
            f"Do not believe the map in detail: its trustworthiness is {trust:.2f} (above 0.9 is good).",
            "picture",
        )


def _list(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
