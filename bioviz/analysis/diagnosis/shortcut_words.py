"""What a verdict says of shortcuts and of coarser units."""

from __future__ import annotations

from collections.abc import Iterator

from bioviz.analysis.diagnosis.claims import Levels
from bioviz.analysis.diagnosis.clause import Clause, listed
from bioviz.analysis.diagnosis.coarser_units import Coarser
from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.shortcuts import Shortcut

MAX_NAMED = 3


def shortcut_clauses(d: Diagnosis, levels: Levels) -> Iterator[Clause]:
    """Before any praise: what else may tell background."""
    found = [one for one in _named(d, levels) if one.matters]
    for i, one in enumerate(found[:MAX_NAMED]):
        text = one.sentence()
        if not i:
            text = text.replace("of this may be", "of how well background is told may be", 1)
        yield Clause(text, "shortcut", {"attribute": one.name}, claim=True)


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
