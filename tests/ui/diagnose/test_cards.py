"""The cards of Diagnose draw what was measured, say what cannot be told, and call nothing an excess by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bioviz.analysis.diagnosis.causes.registry import cause_named
from bioviz.analysis.diagnosis.triage_words import compared
from bioviz.analysis.statistics.excess import Excess
from bioviz.ui.components.finding_cards.finding_cards import SHOWN, Card, Line, Scale
from bioviz.ui.diagnose.cards import cards, causes_card, labels_card, told_card
from tests.analysis.diagnosis.test_diagnosis import run
from tests.analysis.planted import planted


@pytest.fixture(scope="module")
def diagnosis():
    p = planted(n=600, mixing=0.4)
    rng = np.random.default_rng(0)
    loud = np.where(p.mixed, rng.uniform(-10, 0, 600), rng.uniform(5, 20, 600))
    loud[p.background] = np.nan
    return run(p, acoustic={"loudest_db": loud, "prominence_db": loud})


def few_units(diagnosis, target: int, units: int):
    labels = diagnosis.labels
    low, high, counts = labels.low.copy(), labels.high.copy(), labels.units.copy()
    low[target] = high[target] = np.nan
    counts[target] = units
    return replace(diagnosis, labels=replace(labels, low=low, high=high, units=counts))


def test_background_is_told_with_the_figures_of_the_diagnosis(diagnosis):
    sure = diagnosis.separability
    first = told_card(diagnosis).lines[0]
    assert (first.value, first.low, first.high) == (sure.neighbor.cross_unit, sure.low, sure.high)
    assert first.text == f"{first.value:.2f} ({first.low:.2f} to {first.high:.2f})"


def test_without_an_interval_there_is_no_point(diagnosis):
    bare = replace(
        diagnosis, separability=replace(diagnosis.separability, low=None, high=None, p=None, units=3)
    )
    first = told_card(bare).lines[0]
    assert first.value is None and "3 recordings (8 needed)" in first.untold
    assert "cannot be told" in first.spoken


def test_labels_come_worst_first_and_those_that_cannot_be_told_last(diagnosis):
    worst = int(diagnosis.labels.ranking[0])
    assert labels_card(diagnosis).lines[0].id == str(worst)
    unsure = labels_card(few_units(diagnosis, worst, 5))
    assert [line.id for line in unsure.lines[-1:]] == [str(worst)]
    assert unsure.lines[-1].value is None, "what cannot be told is no zero"
    assert unsure.lines[-1].untold == "cannot be told: 5 recordings (8 needed)"
    assert {line.id for line in unsure.lines} == {str(t) for t in diagnosis.labels.ranking}


def test_no_label_is_marked_as_if_it_had_been_tested(diagnosis):
    assert not any(line.strong for line in labels_card(diagnosis).lines)


def with_excess(diagnosis, excess: Excess, confused: int):
    found = diagnosis.triage
    place = found.causes.index("cut")
    sign = cause_named("cut").sign.name
    counts, clips = np.zeros_like(found.counts), np.array([confused, 0])
    counts[place, 0] = 7
    return replace(
        diagnosis,
        triage=replace(found, counts=counts, clips=clips, excess_labelled={sign: excess}),
    )


def line_of(card: Card, name: str) -> Line:
    return next(line for line in card.lines if line.id == name)


def test_only_an_excess_beyond_chance_is_called_one(diagnosis):
    sure = line_of(causes_card(with_excess(diagnosis, Excess(0.8, 0.15, 0.65, 0.44, 0.8), 22)), "cut")
    assert sure.strong and sure.text == "+65 (44 to 80)" and (sure.value, sure.other) == (0.8, 0.15)
    assert "signs of it" in sure.spoken and "more signs" not in sure.spoken
    two = Excess(0.8, 0.15, 0.65, 0.44, 0.8, least=2)
    assert "2 or more signs of it" in line_of(causes_card(with_excess(diagnosis, two, 22)), "cut").spoken
    assert any(
        each.sign.endswith("(2 or more signs)") for each in compared(with_excess(diagnosis, two, 22).triage)
    )
    chance = line_of(causes_card(with_excess(diagnosis, Excess(0.8, 0.6, 0.2, -0.1, 0.5), 22)), "cut")
    assert not chance.strong and chance.text == "no excess" and "no excess shown" in chance.spoken
    untold = line_of(
        causes_card(with_excess(diagnosis, Excess(0.8, np.nan, np.nan, np.nan, np.nan), 3)), "cut"
    )
    assert untold.value is None and untold.untold == "cannot be told: too few"
    assert "3 confused clips (5 needed)" in untold.spoken


def test_of_few_clips_a_count_is_given(diagnosis):
    few = line_of(causes_card(with_excess(diagnosis, Excess(1.0, 0.1, 0.9, 0.5, 1.3), 8)), "cut")
    assert few.text == "7 clips" and "%" not in few.spoken


def test_no_confused_clip_is_a_sentence(diagnosis):
    card = causes_card(with_excess(diagnosis, Excess(0, 0, 0, -1, 1), 0))
    assert card.lines == () and card.note.startswith("No labelled clip is confused")


def test_every_line_leads_somewhere_and_says_itself_in_words(diagnosis):
    for card in cards(diagnosis):
        assert card.lines
        for line in card.lines:
            assert line.id and line.label and (line.spoken or line.untold)


def test_places_are_within_the_axis_and_nothing_unknown_has_one():
    scale = Scale(0.4, 1.0)
    assert scale.place(0.7) == pytest.approx(0.5)
    assert (scale.place(0.1), scale.place(1.2)) == (0.0, 1.0)
    assert scale.place(None) is scale.place(float("nan")) is None
    sent = Card("c", "t", scale=scale, lines=(Line("a", "l", value=0.7, low=0.6, untold=""),)).for_browser()
    assert sent["lines"][0]["value"] == pytest.approx(0.5) and sent["lines"][0]["high"] is None
    assert sent["shown"] == SHOWN == 15
