"""The diagnosis in plain words: a few clauses, each with what it rests on.

What chance could bring is not said: every claim has a p value, and all claims of the page together are held to a
5 % chance of any false one (`familywise.holm`; `tests/calibration` counts them on data in which nothing is there).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.shortcuts.words import (
    beside,
    coarser_clauses,
    held_clauses,
    shortcut_clauses,
    within_clauses,
)
from bioviz.analysis.diagnosis.sounds.acoustic_causes import Cause
from bioviz.analysis.diagnosis.triage import UNEXPLAINED
from bioviz.analysis.diagnosis.triage_words import summary, wrong_labels_looked_for
from bioviz.analysis.diagnosis.verdict.claims import Levels, allowed
from bioviz.analysis.diagnosis.verdict.clause import Clause, listed
from bioviz.analysis.misclustered.words import too_few
from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.statistics.small_counts import MIN_FOR_PERCENT, share
from bioviz.analysis.unit_words import UnitWords

WORST = 3
MIN_EFFECT = 0.1
"""Confusion, correlation or difference of shares, below which it is not worth a sentence."""
NOTHING_WRONG = "Nothing is wrong that bioviz looks for."
GUESSING = 0.5
"""AUROC of who knows nothing."""
WITHIN = 0.5
"""Confusion from which a label lies within background."""


def verdict(diagnosis: Diagnosis) -> list[Clause]:
    """Return what an ecologist should know first, the most important clause first.

    Notes on what could not be told come last; first where they are why background is not told from labels.
    """
    notes = [Clause(note, "note") for note in diagnosis.notes]
    too_few_words = _too_few(diagnosis)
    if too_few_words:
        return [too_few_words, *notes]
    levels = allowed(diagnosis)
    parts = (beside, _leak, _worst, _cause, _triage, _places, _queues, _picture)
    before = [*shortcut_clauses(diagnosis, levels), *coarser_clauses(diagnosis, levels)]
    before += held_clauses(diagnosis, levels)
    first = [*before, *_separable(diagnosis, levels), *within_clauses(diagnosis, levels)]
    rest = [clause for part in parts for clause in part(diagnosis, levels)]
    fine = list(_nothing_wrong(diagnosis, [*first, *rest]))
    return [*fine, *first, *rest, *notes] if first else [*notes, *rest]


def _too_few(d: Diagnosis) -> Clause | None:
    background = int(d.labels.clips[0])
    labelled = len(d.clips.purity) - background
    sentence = too_few(labelled, background)
    return Clause(sentence, "separability") if sentence else None


def _separable(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    sure = d.separability
    unit = UnitWords(d.unit)
    cross_unit = sure.neighbor.cross_unit is not None
    score = sure.neighbor.cross_unit if cross_unit else sure.neighbor.with_same_unit
    if score is None:
        return
    span = f" ({sure.low:.2f} to {sure.high:.2f})" if cross_unit and sure.low is not None else ""
    linear = sure.probe.cross_unit if cross_unit else sure.probe.with_same_unit
    with_probe = "" if linear is None else f" and {linear:.2f} by a linear probe"
    how = f"in {unit.other}" if cross_unit else f"in the {unit.same} too"
    figures = f"AUROC {score:.2f}{span} by neighbors {how}{with_probe} (0.5 is guessing, 1 is perfect)"
    if sure.p is None:
        why = (
            f"whether chance alone could bring it cannot be told: one side comes from {_counted(sure.units, d.unit)}, "
            f"fewer than {MIN_UNITS}"
        )
        short = "Whether the model tells background from labelled clips by more than chance cannot be told."
        yield Clause(f"Background against labelled clips: {figures}; {why}.", "separability", short=short)
    elif "apart" in levels:
        short = f"The model tells background from labelled clips {_grade(score)}"
        yield Clause(f"{short}: {figures}.", "separability", claim=True, short=f"{short}.")
        yield from _in_spite_of(d, score)
    elif span and sure.low is not None and sure.low > GUESSING:
        short = "That the model tells background from labelled clips is not certain"
        why = "the range is of this figure alone; among all that is tested here chance could bring it"
        yield Clause(f"{short}: {figures}; {why}.", "separability", short=f"{short}.")
    else:
        short = "The model does not tell background from labelled clips better than chance could"
        yield Clause(f"{short}: {figures}.", "separability", short=f"{short}.")
    if "linear" in levels and linear is not None and linear - score > MIN_EFFECT:
        yield Clause(
            "A linear classifier finds what neighborhoods hide: the difference is in the embedding, but other "
            "properties of the sound weigh more in it.",
            "separability",
            claim=True,
        )


def _in_spite_of(d: Diagnosis, score: float) -> Iterator[Clause]:
    """How labels can lie within background where all clips together are told well."""
    within = [int(t) for t in d.labels.ranking if d.labels.confusion[t] >= WITHIN]
    if score < 0.85 or not within:
        return
    clips, labelled = int(d.labels.clips[within].sum()), len(d.clips.purity) - int(d.labels.clips[0])
    names = [d.names[t] for t in within]
    shown = names if len(names) <= WORST + 1 else [*names[:WORST], f"{len(names) - WORST} more"]
    verb = "lies" if len(names) == 1 else "lie"
    yield Clause(
        f"That is over all clips. {listed(shown)}, {clips:,} of the {labelled:,} labelled clips, {verb} within "
        "background all the same: so few weigh little in the AUROC.",
        "labels",
        {"targets": within},
    )


def _nothing_wrong(d: Diagnosis, clauses: list[Clause]) -> Iterator[Clause]:
    """Said first where nothing is to be done."""
    sure = d.separability
    is_separable = any(clause.claim and clause.kind == "separability" for clause in clauses)
    other = any(clause.claim and clause.kind != "separability" for clause in clauses)
    if (
        not is_separable
        or other
        or sure.low is None
        or sure.low < 0.85
        or (d.labels.confusion[1:] >= MIN_EFFECT).any()
    ):
        return
    yield Clause(
        "Nothing is wrong that bioviz looks for: background and labels are apart, and no label is mixed with "
        "background.",
        "separability",
        short=NOTHING_WRONG,
    )


def _grade(auroc: float) -> str:
    steps = ((0.95, "almost perfectly"), (0.85, "well"), (0.7, "in part"))
    return next((word for least, word in steps if auroc >= least), "poorly")


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}" + ("" if count == 1 else "s")


def _leak(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    leaks = [
        ("background", "telling background by neighbors", d.separability.neighbor),
        ("accuracy", "accuracy by neighbors", d.prediction.knn_accuracy),
    ]
    leaks = [each for each in leaks if ("leak", each[0]) in levels]
    if not leaks:
        return
    _, what, score = max(leaks, key=lambda each: each[2].gap)
    if score.gap > 0.05:
        yield Clause(
            f"The model knows {UnitWords(d.unit).several} too: {what} falls from {score.with_same_unit:.2f} to "
            f"{score.cross_unit:.2f} "
            f"when clips of the same {d.unit} are left out.",
            "leak",
            claim=True,
            short=f"The model knows {UnitWords(d.unit).several} too, not the calls alone.",
        )


def _worst(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    worst = [int(t) for t in d.labels.ranking[:WORST]]
    if not worst:
        return
    mixed = [t for t in worst if d.labels.confusion[t] >= MIN_EFFECT]
    if not mixed:
        yield Clause("No label is mixed with background to speak of.", "labels", {"targets": worst})
        return
    worst = mixed
    parts = []
    for target in worst:
        low, high = d.labels.low[target], d.labels.high[target]
        span = f", {low:.2f} to {high:.2f}" if np.isfinite(low) else ""
        counted = f", {share_of(d, target)}" if d.labels.clips[target] < MIN_FOR_PERCENT else ""
        parts.append(f"{d.names[target]} ({d.labels.confusion[target]:.2f}{span}{counted})")
    unknown = any(np.isnan(d.labels.low[t]) for t in worst)
    why = (
        f" No range where a label or background is in fewer than {MIN_UNITS} {d.unit}s."
        if unknown and d.separability.neighbor.cross_unit is not None
        else ""
    )
    yield Clause(
        f"Most mixed with background: {listed(parts)} (0 apart, 0.5 as by chance, 1 within background).{why}",
        "labels",
        {"targets": worst},
        short=f"Most mixed with background: {listed([d.names[t] for t in worst])}.",
    )
    alone = [t for t in worst if d.labels.units[t] == 1]
    if alone and d.separability.neighbor.cross_unit is not None:
        each = f"one {d.unit}" if len(alone) == 1 else f"one {d.unit} each"
        names = listed([d.names[t] for t in alone])
        yield Clause(
            f"{names} {'comes' if len(alone) == 1 else 'come'} from {each}, so no clip elsewhere can share the "
            f"label: such a figure tells what the {d.unit} as a whole sounds like.",
            "labels",
            {"targets": alone},
        )


def share_of(d: Diagnosis, target: int) -> str:
    """How many of a label's few clips are confused."""
    clips = int(d.labels.clips[target])
    return f"{share(round(float(np.nan_to_num(d.labels.confused[target])) * clips), clips)} confused"


def _cause(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    if not d.causes:
        return
    tested = [c for c in d.causes if np.isfinite(c.p)]
    if not tested:
        yield Clause(
            f"What of the sound goes with confusion cannot be told from {UnitWords(d.unit).fewer_than(MIN_UNITS)}.",
            "cause",
        )
        return
    telling = [c for c in tested if c.p <= levels.get("cause", -1) and _worth_saying(c)]
    telling.sort(key=lambda cause: -abs(cause.rho))
    if not telling:
        yield Clause("No measured property of the sound goes with confusion beyond chance.", "cause")
    worst = set(d.labels.ranking[:WORST].tolist())
    for cause in [c for c in telling if c.target < 0][:1]:
        span = f", {cause.low:+.2f} to {cause.high:+.2f}" if np.isfinite(cause.low) else ""
        said = cause.sentence(d.names, d.unit)
        text = f"{said} (Rank correlation {cause.rho:+.2f}{span}.)"
        refs = {"feature": cause.feature, "targets": []}
        yield Clause(text, "cause", refs, claim=True, short=cause.sentence(d.names, d.unit, short=True))
    # The only cause may be of a label that is not among the worst.
    of_labels = [c for c in telling if c.target in worst] or [c for c in telling if c.target > 0]
    # With one label, its clips are all the labelled clips: what is said of those needs no second sentence.
    only = len(d.names) == 2 and any(c.target < 0 for c in telling)
    for cause in [] if only else of_labels[:1]:
        refs = {"feature": cause.feature, "targets": [cause.target]}
        short = cause.sentence(d.names, d.unit, short=True)
        yield Clause(cause.sentence(d.names, d.unit), "cause", refs, claim=True, short=short)


def _worth_saying(cause: Cause) -> bool:
    if cause.low < 0 < cause.high:  # the neighbors' own chance is in the interval, not in p
        return False
    if cause.split is None:
        return abs(cause.rho) >= MIN_EFFECT
    return abs(cause.split.shares[0] - cause.split.shares[1]) >= MIN_EFFECT


def _triage(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    text = summary(d.triage)
    if text:
        commonest = np.argsort(-d.triage.counts[:-1, 0], kind="stable")[0]
        cause = d.triage.causes[commonest] if d.triage.counts[commonest, 0] else UNEXPLAINED
        text = f"{text} {wrong_labels_looked_for(d.triage, d.names)}".rstrip()
        yield Clause(text, "triage", {"cause": cause})


def _places(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    with_labels = d.clusters.clusterings[0].with_labels.ami
    for confound in d.confounds:
        if ("place", confound.name) not in levels or not confound.lift or confound.lift < 1.5:
            continue
        text = (
            f"Neighbors share the {confound.name} {confound.lift:.1f} times as often as their labels explain"
        )
        if confound.recall.cross_unit is not None:
            text += f", even in other {d.unit}s"
        ami = confound.clusters_ami
        if ami is not None and with_labels is not None and ami > with_labels and ami > 0.1:
            text += f", and clusters follow it (AMI {ami:.2f}) more than the labels ({with_labels:.2f})"
        short = (
            f"Neighbors share the {confound.name} {confound.lift:.1f} times as often as their labels explain."
        )
        yield Clause(f"{text}.", "place", {"attribute": confound.name}, claim=True, short=short)


def _queues(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    for name, queue, text in (
        ("missed", d.missed, "background clips look like a label: calls may have been missed there"),
        ("faint", d.faint, "labelled clips look like background: faint calls, or wrong labels"),
    ):
        if queue.ranking is not None and queue.ranking.by == "templates":
            text = text.replace("look like", "sound or look like")
        if name in levels and queue.beyond:
            rows = queue.rows[: min(queue.beyond, 50)].tolist()
            text = f"{queue.beyond:,} {text} (up to one in ten of them by chance)."
            yield Clause(text, "queue", {"rows": rows, "queue": name}, claim=True)


def _picture(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    trust = d.trustworthiness
    if trust is not None and trust < 0.9:
        yield Clause(
            f"The map distorts local neighborhoods (trustworthiness {trust:.2f}; above 0.9 is reliable).",
            "picture",
        )
