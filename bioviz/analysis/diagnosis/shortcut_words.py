"""What a verdict says of shortcuts and of coarser units."""

from __future__ import annotations

from collections.abc import Iterator

from bioviz.analysis.diagnosis.claims import Levels
from bioviz.analysis.diagnosis.clause import Clause, listed
from bioviz.analysis.diagnosis.coarser_units import Coarser
from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.shortcuts import LEVEL, Shortcut
from bioviz.analysis.unit_words import UnitWords
from bioviz.percent import percent

MAX_NAMED = 3


def shortcut_clauses(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    """Before any praise: what else may tell background."""
    found = [one for one in _named(d, levels) if one.matters]
    for i, one in enumerate(found[:MAX_NAMED]):
        text = one.sentence()
        if not i:
            text = text.replace("of this may be", "of how well background is told may be", 1)
        yield Clause(text, "shortcut", {"attribute": one.name}, claim=True)


def coarser_clauses(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    """Before any praise: that background is told worse where a coarser unit is left out; the worst of them.

    Where that does not hold together with the other claims, the coarsest unit for itself may still be worth a hint,
    with how often chance brings as much.
    """
    unit = UnitWords(d.unit)
    sure = [one for one in d.coarser if ("coarser", one.unit) in levels]
    tested = [one for one in d.coarser if one.auroc is not None]
    coarsest = min(tested, key=lambda one: one.groups, default=None)
    worst = min(sure, key=lambda one: one.auroc or 0.0) if sure else coarsest
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
    yield Clause(text, "shortcut", {"attribute": worst.unit}, claim=bool(sure))


def beside(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    """Yield what the figure is where a coarser unit is left out, and what tells background without mattering."""
    told = [_figure(one) for one in d.coarser if one.auroc is not None]
    if told:
        text = "The AUROC of background where neighbors must come from another, coarser unit: by "
        yield Clause(f"{text}{listed(told)}.", "separability")
    for one in _named(d, levels):
        if not one.matters and not one.beside:
            yield Clause(one.sentence(), "shortcut", {"attribute": one.name}, claim=True)


def _figure(one: Coarser) -> str:
    few = f"{one.groups} {one.unit}s, too few for a range"
    span = few if one.low is None or one.high is None else f"{one.low:.2f} to {one.high:.2f}"
    return f"{one.unit} {one.auroc:.2f} ({span})"


def _named(d: Diagnosis, levels: Levels) -> list[Shortcut]:
    """Return the shortcuts that hold together with the other claims, and those that go with one of them."""
    sure = {one.name for one in d.shortcuts if one.named and one.p <= levels.get("shortcut", -1.0)}
    return [one for one in d.shortcuts if one.named and (one.name in sure or one.beside in sure)]
