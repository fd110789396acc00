"""The three cards of the Diagnose page: how well background is told, the labels mixed with it, and the causes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bioviz.analysis.diagnosis.causes.registry import cause_named
from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.triage import UNEXPLAINED, cause_title
from bioviz.analysis.diagnosis.triage_words import signs_of
from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.statistics.excess import MIN_CLIPS, Excess
from bioviz.analysis.statistics.small_counts import MIN_FOR_PERCENT
from bioviz.analysis.unit_words import UnitWords
from bioviz.percent import of_hundred, percent, told_apart
from bioviz.ui.components.finding_cards.finding_cards import Card, Line, Scale

TOLD, LABELS, CAUSES = "told", "labels", "causes"
NOT_TRUSTED = "cannot be told: no label is told well enough for another one to be believed"
_SHARES = Scale(0.0, 1.0, ((0.0, "0"), (1.0, percent(1))))


def cards(d: Diagnosis) -> tuple[Card, Card, Card]:
    """Return the cards of a diagnosis."""
    return told_card(d), labels_card(d), causes_card(d)


def told_card(d: Diagnosis) -> Card:
    """Show how well background is told from labelled clips, the headline's figure first."""
    lines = tuple(_told_lines(d))
    values = [value for line in lines for value in (line.value, line.low) if value is not None]
    low = 0.4 if min(values, default=1.0) >= 0.4 else 0.0
    ticks = ((0.5, "guessing"), (1.0, "1"))
    return Card(
        TOLD,
        "Background told from calls",
        "AUROC by neighbors in",
        f"{of_hundred('95')} interval, {UnitWords(d.unit).by}",
        Scale(low, 1.0, ticks if low else ((0.0, "0"), *ticks), 0.5),
        lines,
        "" if lines else "Cannot be told: it takes labelled clips and background.",
        ("29%", "42%"),
    )


def _told_lines(d: Diagnosis) -> Iterator[Line]:
    sure, unit = d.separability, UnitWords(d.unit)
    cross_unit, with_same = sure.neighbor.cross_unit, sure.neighbor.with_same_unit
    score = with_same if cross_unit is None else cross_unit
    if score is None:
        return
    where = unit.other if cross_unit is not None else f"{unit.same} too"
    if cross_unit is not None and sure.low is not None and sure.high is not None:
        span = f"{score:.2f} ({sure.low:.2f} to {sure.high:.2f})"
        yield Line("neighbors", where, span, score, sure.low, sure.high, spoken=f"AUROC {span}")
    else:
        yield Line(
            "neighbors", where, untold=f"{score:.2f}; {_few(sure.units, d.unit)}",
            spoken=f"AUROC {score:.2f}; whether chance alone could bring it cannot be told",
        )  # fmt: skip
    if cross_unit is not None and with_same is not None and with_same != cross_unit:  # a clip each: the same
        yield _point("same", f"same {unit.one} too", with_same)
    linear = sure.probe.with_same_unit if cross_unit is None else sure.probe.cross_unit
    if linear is not None:
        yield _point("probe", "linear probe", linear)
    for coarser in d.coarser:
        if coarser.auroc is None:
            continue
        name = UnitWords(coarser.unit).other
        if coarser.low is None or coarser.high is None:
            few = _few(coarser.groups, coarser.unit)
            spoken = f"AUROC {coarser.auroc:.2f} without an interval: {few}"
            line = f"coarser:{coarser.unit}"
            yield Line(line, name, untold=f"{coarser.auroc:.2f}; {few}", spoken=spoken)
        else:
            span = f"{coarser.auroc:.2f} ({coarser.low:.2f} to {coarser.high:.2f})"
            ends = (coarser.auroc, coarser.low, coarser.high)
            yield Line(f"coarser:{coarser.unit}", name, span, *ends, spoken=f"AUROC {span}")


def _point(line: str, label: str, value: float) -> Line:
    return Line(line, label, f"{value:.2f}", value, spoken=f"AUROC {value:.2f}")


def _few(count: int, unit: str) -> str:
    return f"{UnitWords(unit).counted(count)} ({MIN_UNITS} needed)"


def labels_card(d: Diagnosis) -> Card:
    """Rank the labels mixed with background, the worst first; those of which it cannot be told last."""
    ranked = d.labels.ranking
    has_interval = np.isfinite(d.labels.low[ranked])
    return Card(
        LABELS,
        "Labels mixed with background",
        f"Noise confusion, {of_hundred('95')} interval each",
        "clips confused",
        Scale(0.0, 1.0, ((0.0, "apart"), (0.5, "chance"), (1.0, "within")), 0.5),
        tuple(_label_line(d, int(target)) for target in (*ranked[has_interval], *ranked[~has_interval])),
        "" if len(ranked) else "No labelled clip has a neighborhood to look at.",
        ("30%", "25%"),
    )


def _label_line(d: Diagnosis, target: int) -> Line:
    clips = int(d.labels.clips[target])
    confused = round(float(np.nan_to_num(d.labels.confused[target])) * clips)
    value, low, high = (float(each[target]) for each in (d.labels.confusion, d.labels.low, d.labels.high))
    counted = f"{confused:,} of {clips:,}"
    name = d.names[target]
    if np.isnan(low):
        few = int(d.labels.units[target])
        background = int(d.labels.units[0])
        if few < MIN_UNITS:
            why = f"cannot be told: {_few(few, d.unit)}"
        elif background < MIN_UNITS:
            why = f"cannot be told: background in {_few(background, d.unit)}"
        else:
            why = "cannot be told: nothing can be left out"
        spoken = f"{value:.2f} without an interval, {why}; {counted} clips confused"
        return Line(str(target), name, untold=why, spoken=spoken)
    spoken = f"{value:.2f} ({low:.2f} to {high:.2f}; 0.5 is as by chance), {counted} clips confused"
    return Line(str(target), name, counted, value, low, high, spoken=spoken)


def causes_card(d: Diagnosis) -> Card:
    """Show what is commoner among confused labelled clips than among others of the same label."""
    total = int(d.triage.clips[0])
    lines = sorted(_cause_lines(d), key=lambda entry: entry[0])
    return Card(
        CAUSES,
        "Likeliest causes",
        f"{total:,} confused clips ●, others of their labels ○" if total else "Of confused labelled clips",
        "points" if total else "",
        _SHARES,
        tuple(line for _, line in lines) if total else (),
        "" if total else "No labelled clip is confused or taken for another label.",
        ("45%", "31%"),
    )


def _cause_lines(d: Diagnosis) -> Iterator[tuple[tuple[int, float], Line]]:
    """Lines with what they are sorted by: what holds, what is counted, then the unexplained, no excess, untold."""
    triage = d.triage
    for i, name in enumerate(triage.causes):
        clips, title = int(triage.counts[i, 0]), cause_title(name)
        counted = f"{clips:,} {'clip' if clips == 1 else 'clips'}"
        cause = cause_named(name)
        sign = None if cause is None or cause.sign is None else cause.sign.name
        if name == UNEXPLAINED:
            yield (2, 0.0), Line(name, "none of these", counted if clips else "none", spoken=counted)
        elif sign is None:
            if name == "label" and not triage.trusted.any():
                yield (4, 0.0), Line(name, title, untold="cannot be told", spoken=NOT_TRUSTED)
            elif clips:
                yield (1, -clips), Line(name, title, counted, spoken=counted)
        elif sign in triage.excess_labelled:
            yield from _compared(name, title, triage.excess_labelled[sign], clips, d)


def _compared(
    name: str, title: str, excess: Excess, clips: int, d: Diagnosis
) -> Iterator[tuple[tuple[int, float], Line]]:
    counted = f"{clips:,} {'clip' if clips == 1 else 'clips'}"
    total = int(d.triage.clips[0])
    if not excess.confused > 0 and not excess.others > 0:
        return  # the sign is nowhere, as of boxes in a dataset without any
    if np.isnan(excess.low):
        few = total < MIN_CLIPS
        why = f"{total:,} confused clips ({MIN_CLIPS} needed)" if few else f"too few {d.unit}s to compare"
        untold = "cannot be told: too few"
        yield (4, 0.0), Line(name, title, untold=untold, spoken=f"cannot be told: {why}")
        return
    others = max(excess.others, 0.0)
    points = [round(100 * each) for each in (excess.difference, excess.low, excess.high)]
    span = f"{points[0]:+d} points ({points[1]:+d} to {points[2]:+d})".replace("-", "\u2212")
    here, there = told_apart(excess.confused, others)
    beside = (
        f"{signs_of(excess)} in {here} of the confused clips against {there} of the "
        f"others of the same labels: {span}, all signs together"
        if total >= MIN_FOR_PERCENT
        else f"{span}, all signs together"
    )
    if excess.sure and clips:
        least = f"{100 * excess.low:.1f}" if points[1] == 0 else str(points[1])  # above 0, as it is sure
        text = f"{points[0]:+d} ({least} to {points[2]})" if total >= MIN_FOR_PERCENT else counted
        line = Line(
            name, title, text, excess.confused, other=others, strong=True, spoken=f"{counted}; {beside}"
        )
        yield (0, -excess.difference), line
    elif not excess.sure:
        line = Line(
            name, title, "no excess", excess.confused, other=others, spoken=f"no excess shown; {beside}"
        )
        yield (3, -excess.difference), line
