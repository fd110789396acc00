"""What a figure over all clips hides: a year that holds one side, a score that tells recordings and no clips."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bioviz.analysis.diagnosis.shortcuts.held import Held, held_by
from bioviz.analysis.diagnosis.shortcuts.shortcuts import Shortcut, shortcuts
from bioviz.analysis.diagnosis.shortcuts.within_units import within_units
from bioviz.analysis.diagnosis.shortcuts.words import held_clauses, shortcut_clauses
from bioviz.percent import percent
from tests.calibration.worlds import World, embedding, recordings

UNITS, EACH = 20, 30


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def uneven(rng, units: np.ndarray) -> np.ndarray:
    """(n,) background: most of some units, little of others."""
    return rng.random(len(units)) < np.where(np.arange(UNITS) % 2, 0.8, 0.2)[units]


def test_a_score_that_tells_units_is_told_from_one_that_tells_clips(rng):
    units = recordings(UNITS, EACH)
    background = uneven(rng, units)
    by_unit = (units % 2) + 0.5 * rng.normal(size=len(units))
    by_clip = background + 0.5 * rng.normal(size=len(units))
    told = within_units(by_unit, background, units)
    assert told.auroc == pytest.approx(0.5, abs=0.05) and told.pooled > 0.7 and told.p < 1e-4
    assert within_units(by_clip, background, units).p is None
    few = units < 7
    assert within_units(by_unit[few], background[few], units[few]) is None


def test_that_units_are_told_is_said_beside_the_figure(rng):
    units = recordings(UNITS, EACH)
    background = uneven(rng, units)
    targets = np.where(background, 0, 1)
    for heard, said in ((units % 2, True), (targets, False)):
        clauses = World(embedding(rng, heard, units), targets, units, 1).verdict()
        assert any("Between clips of one and the same" in clause.text for clause in clauses) == said


def test_most_of_one_side_in_one_value_is_counted():
    value = np.repeat([0, 1, -1], [100, 100, 50])
    background = np.zeros(250, bool)
    background[[*range(60), 150, 240]] = True
    best, held = held_by(value, background)
    assert best == 0 and held.side == "background"
    assert held.background == (60, 61) and held.labelled == (40, 139)
    assert held_by(value, ~background)[1].side == "labelled"
    background[100:160] = True
    assert held_by(value, background) == (-1, None)


def test_a_year_that_holds_nearly_all_background_is_told_though_chance_could_have_brought_it(rng):
    units = recordings(12, EACH)
    year = np.where(units < 6, 2017, 2021)
    background = np.isin(units, (0, 1)) & (rng.random(len(units)) < 0.9)
    targets = np.where(background, 0, 1)
    heard = np.where(year == 2021, 2, np.where(rng.random(len(units)) < 0.2, background, 0))
    x = embedding(rng, heard, units, leak=0.2)
    score = World(x, targets, units, 1).diagnose().clips.judged.scores(background)
    (found,) = shortcuts(score, background, units, {"year": year}, x)
    assert not found.named and found.held.side == "background"
    sentence = found.held_sentence()
    n = background.sum()
    assert f"{n} of {n} background clips are from 2017, but only" in sentence and "cannot be told" in sentence
    assert f"within 2017 alone the AUROC is {found.stratum_auroc:.2f}" in sentence
    by_level = np.where(year == 2017, 1.0, 2.0) + 0.01 * rng.normal(size=len(units))
    (level,) = shortcuts(score, background, units, {"level": by_level}, x)
    assert level.held is None, "a third of the units is no place or time"
    (knows,) = shortcuts(background + 0.1 * rng.normal(size=len(units)), background, units, {"year": year})
    assert knows.held_sentence() == ""


def test_what_tells_background_but_not_with_all_other_claims_is_a_hint_with_its_chance():
    item = Shortcut("level", 3, 0.88, 0.90, 0.63, 0.02, True, "level below -38 dBFS", 0.61)
    beside = Shortcut("year", 2, 0.76, 0.90, 0.82, 0.28, True, "2017", 0.80, beside="level")
    held = replace(beside, held=Held("background", (388, 397), (704, 1516)))
    d = SimpleNamespace(shortcuts=(item, held))
    (hint,) = shortcut_clauses(d, {})
    assert (
        not hint.claim
        and "may be the level" in hint.text
        and hint.text.endswith(f"in {percent(0.02)} of cases.")
    )
    (fact,) = held_clauses(d, {})
    assert not fact.claim and fact.text.startswith(
        "388 of 397 background clips are from 2017, but only 704 of 1,516"
    )
    sure = list(shortcut_clauses(d, {"shortcut": 0.05}))
    assert [clause.claim for clause in sure] == [True, True] and not list(held_clauses(d, {"shortcut": 0.05}))
    chance = SimpleNamespace(shortcuts=(replace(item, named=False, p=0.4),))
    assert not list(shortcut_clauses(chance, {})) and not list(held_clauses(chance, {}))
