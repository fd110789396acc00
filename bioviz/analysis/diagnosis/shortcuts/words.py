"""What a verdict says of shortcuts and of coarser units."""

from __future__ import annotations

from collections.abc import Iterator

from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.shortcuts.coarser_units import Coarser
from bioviz.analysis.diagnosis.shortcuts.shortcuts import LEVEL, Shortcut
from bioviz.analysis.diagnosis.verdict.claims import Levels
from bioviz.analysis.diagnosis.verdict.clause import Clause, listed
from bioviz.analysis.unit_words import UnitWords
from bioviz.percent import percent

MAX_NAMED = 3


def shortcut_clauses(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    """Before any praise: what else may tell background.

    Where none holds together with the other claims, the likeliest for itself may still be worth a hint, with how often
    chance brings as much.
    """
    mattering = [shortcut for shortcut in _named(d, levels) if shortcut.matters]
    for i, shortcut in enumerate(mattering[:MAX_NAMED]):
        text = shortcut.sentence()
        if not i:
            text = text.replace("of this may be", "of how well background is told may be", 1)
        short = f"Some or all of how well background is told may be the {shortcut.name}, not the calls."
        yield Clause(text, "shortcut", {"attribute": shortcut.name}, claim=True, short=short)
    alone = [item for item in d.shortcuts if item.named and not item.beside and item.matters]
    if alone and not _named(d, levels):
        text = alone[0].sentence().replace("of this may be", "of how well background is told may be", 1)
        by_lot = (
            f"; dealt out by lot it, or another property, tells as much in {percent(alone[0].p)} of cases."
        )
        yield Clause(text.removesuffix(".") + by_lot, "shortcut", {"attribute": alone[0].name})


def held_clauses(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    """Before any praise: that nearly all of a side is from one year or place. A fact, and no claim of why."""
    named = {item.name for item in _named(d, levels)}
    said = [
        (item.inside or 0.0, text, item.name)
        for item in d.shortcuts
        if item.name not in named and (text := item.held_sentence())
    ]
    for _, text, name in sorted(said)[:1]:
        yield Clause(text, "shortcut", {"attribute": name})


def within_clauses(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    """Beside the figure: that it tells recordings rather than clips."""
    within, unit = d.within_units, UnitWords(d.unit)
    if within is not None and "within" in levels:
        yield Clause(
            f"Between clips of one and the same {unit.one} the AUROC is {within.auroc:.2f}: the score tells "
            f"{unit.several} rather than clips.",
            "separability",
            claim=True,
        )


def coarser_clauses(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    """Before any praise: that background is told worse where a coarser unit is left out; the worst of them.

    Where that does not hold together with the other claims, the coarsest unit for itself may still be worth a hint,
    with how often chance brings as much.
    """
    unit = UnitWords(d.unit)
    sure = [coarser for coarser in d.coarser if ("coarser", coarser.unit) in levels]
    tested = [coarser for coarser in d.coarser if coarser.auroc is not None]
    coarsest = min(tested, key=lambda coarser: coarser.groups, default=None)
    worst = min(sure, key=lambda coarser: coarser.auroc or 0.0) if sure else coarsest
    if worst is None or worst.p is None or not (sure or worst.p <= LEVEL):
        return
    falls = (
        f"the AUROC is {worst.pooled:.2f} by neighbors in {unit.other}, but {worst.auroc:.2f} by those from "
        f"{UnitWords(worst.unit).other}"
    )
    text = (
        f"Clips of the same {worst.unit} help to tell background: {falls}, and leaving out as many {unit.several} by "
        f"lot does not bring it so low."
        if sure
        else f"Some or all of how well background is told may be the {worst.unit}: {falls} (leaving out as many "
        f"{unit.several} by lot brings it as low in {percent(worst.p)} of cases)."
    )
    short = f"Clips of the same {worst.unit} help to tell background." if sure else ""
    yield Clause(text, "shortcut", {"attribute": worst.unit}, claim=bool(sure), short=short)


def beside(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    """Yield what the figure is where a coarser unit is left out, and what tells background without mattering."""
    figures = [_figure(item) for item in d.coarser if item.auroc is not None]
    if figures:
        text = "The AUROC of background where neighbors must come from another, coarser unit: by "
        yield Clause(f"{text}{listed(figures)}.", "separability")
    for item in _named(d, levels):
        if not item.matters and not item.beside:
            yield Clause(item.sentence(), "shortcut", {"attribute": item.name}, claim=True)


def _figure(coarser: Coarser) -> str:
    few_groups = f"{coarser.groups} {coarser.unit}s, too few for a range"
    span = (
        few_groups
        if coarser.low is None or coarser.high is None
        else f"{coarser.low:.2f} to {coarser.high:.2f}"
    )
    return f"{coarser.unit} {coarser.auroc:.2f} ({span})"


def _named(d: Diagnosis, levels: Levels) -> list[Shortcut]:
    """Return the shortcuts that hold together with the other claims, and those that go with one of them."""
    sure = {
        shortcut.name
        for shortcut in d.shortcuts
        if shortcut.named and shortcut.p <= levels.get("shortcut", -1.0)
    }
    return [
        shortcut
        for shortcut in d.shortcuts
        if shortcut.named and (shortcut.name in sure or shortcut.beside in sure)
    ]
