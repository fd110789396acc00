"""The sentence and the cards of a comparison: only what holds, what matters most first, the rest in a sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bioviz.analysis.comparison.headline import headline, held, not_held
from bioviz.runs.comparison import compute_comparison
from bioviz.ui.compare.cards import cards, section_of, signed
from bioviz.ui.compare.head import among_background, counts_in_words
from bioviz.ui.compare.sections import SECTIONS


@pytest.fixture
def changes(spec):
    return compute_comparison(replace(spec, k=20, layout="own")).changes


def with_claims(changes, scores: dict[str, bool], fell: tuple[int, ...] = (), rose: tuple[int, ...] = ()):
    """Return the changes with these claims: every other score is no larger than its uncertainty."""
    tested = [d for d in changes.scores if d.difference is not None]
    new = []
    for d in tested:
        if d.name in scores:
            gap = 0.2 if scores[d.name] else -0.2
            new.append(
                replace(
                    d, left=0.5, right=0.5 + gap, difference=gap, low=gap - 0.1, high=gap + 0.1, exceeds=True
                )
            )
        else:
            new.append(replace(d, low=-0.1, high=0.1, exceeds=False))
    left = np.full(len(changes.names), 0.5)
    right = left.copy()
    right[list(fell)], right[list(rose)] = 0.2, 0.8
    claimed = right != left
    labels = replace(
        changes.labels, confusion_left=left, confusion_right=right, claimed=claimed,
        low=right - left - 0.1, high=right - left + 0.1,
    )  # fmt: skip
    return replace(changes, scores=tuple(new), labels=labels)


def test_where_nothing_holds_it_is_said_and_nothing_is_drawn(changes):
    same = with_claims(changes, {})
    assert headline(same) == "No difference is larger than its uncertainty."
    assert cards(same) == () and held(same) == ()
    assert "Background separability" in not_held(same)


def test_what_cannot_be_told_is_not_called_no_difference(changes):
    few = with_claims(changes, {})
    few = replace(
        few,
        scores=tuple(
            replace(d, exceeds=None, low=None, high=None, why="fewer than 8 sites") for d in few.scores
        ),
    )
    assert headline(few) == "Whether anything differs by more than chance cannot be told: fewer than 8 sites."


def test_background_told_better_comes_first_and_what_got_worse_is_not_hidden(changes):
    found = with_claims(changes, {"purity": True, "separability_neighbor": True}, rose=(1,))
    name = changes.names[1]
    assert headline(found) == (
        f"On the right background is told from calls better, but {name} is more mixed with background."
    )
    drawn = cards(found)
    assert [card.id for card in drawn] == ["separability_neighbor:better", "label:worse", "purity:better"]
    assert drawn[0].title == "+0.20" and "+0.10 to +0.30" in drawn[0].head
    assert drawn[0].scale.reference == 0.0 and drawn[0].lines[0].low > 0
    assert drawn[1].title == "+0.30" and name in drawn[1].subtitle


def test_background_is_not_called_mixed_with_itself(changes):
    """Its confusion fell alone, or beside a label's, of which it is the other side."""
    assert (
        headline(with_claims(changes, {}, fell=(0,))) == "On the right background is less mixed with calls."
    )
    name = changes.names[1]
    both = with_claims(changes, {}, fell=(0, 1))
    assert headline(both) == f"On the right {name} is less mixed with background."
    assert "more label" not in cards(both)[0].subtitle


def test_each_map_says_how_many_labelled_clips_lie_in_background(changes):
    moves = changes.transitions["confusion"]
    left, right = among_background(changes)
    labelled = int(moves.clips[1:].sum())
    assert left.startswith(f"{int(moves.before[1:].sum())} of {labelled} labelled")
    assert right.startswith(f"{int(moves.after[1:].sum())} of {labelled} labelled")
    side = replace(changes.left, targets=np.ones_like(changes.left.targets))
    assert among_background(replace(changes, left=side)) == ("", "")


def test_a_lower_confusion_is_better(changes):
    (only,) = held(with_claims(changes, {"noise_confusion": False}))
    assert only.is_better and only.difference < 0


def test_labels_come_with_how_many_changed_the_same_way(changes):
    found = with_claims(changes, {}, fell=(0, 1, 2))
    (card,) = cards(found)
    assert changes.names[1] in card.subtitle and "1 more label" in card.subtitle, (
        "calls come before background"
    )


def test_every_card_leads_to_a_part_of_the_page(changes):
    found = with_claims(changes, {"separability_neighbor": True, "confused": False}, fell=(1,))
    assert {section_of(card.id) for card in cards(found)} == {"scores_compared", "gained", "transitions"}
    assert {section_of(card.id) for card in cards(found)} <= set(SECTIONS)


def test_small_differences_are_not_written_as_nothing():
    assert (signed(0.004), signed(-0.3)) == ("+0.004", "\u22120.30")


def test_clips_that_changed_sides_are_counted_and_without_background_it_is_said_why_not(changes):
    moves = changes.transitions["confusion"]
    assert f"{len(moves.rescued)} left" in counts_in_words(changes)
    none = replace(changes.left, targets=np.maximum(changes.left.targets, 1))
    bare = replace(changes, left=none, notes=("The left side has no background.",))
    assert counts_in_words(bare) == "The left side has no background."
