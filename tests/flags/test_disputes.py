"""Clips on which users disagree: nobody's flag wins without somebody saying so."""

from __future__ import annotations

import pytest

from bioviz.errors import BadInput
from bioviz.flags import apply_flags, flag, load_flags
from bioviz.flags.disputes import LATEST, LEAVE, OF_USER, finalize, in_words, named
from tests.flags.test_cleaned import FIELD, named_labels


@pytest.fixture
def found(own_cache):
    """Clip 0 is disputed, of clip 3 the users agree, of clip 4 one is unsure, clip 5 has one flag."""
    flag(FIELD, 0, "background", user="anna")
    flag(FIELD, 0, "fine", user="ben")
    for user in ("anna", "ben"):
        flag(FIELD, 3, "background", user=user)
    flag(FIELD, 4, "missed", user="anna", label="owl")
    flag(FIELD, 4, "unsure", user="ben")
    flag(FIELD, 5, "missed", user="ben", label="frog")
    return load_flags(FIELD)


def test_without_an_answer_nothing_is_made_and_the_clips_are_named(found):
    assert found.rows[found.disagreement].tolist() == [0]
    with pytest.raises(BadInput, match=r"disagree on 1 clip \(clip 0\)"):
        apply_flags(FIELD, found)


@pytest.mark.parametrize(
    ("rule", "labels"),
    [
        (LEAVE, {"frog"}),
        (LATEST, {"frog"}),  # ben said "fine" last
        (f"{OF_USER}anna", set()),
        (f"{OF_USER}Ben", {"frog"}),
        (f"{OF_USER}nobody", {"frog"}),
    ],
)
def test_the_answer_decides_on_the_disputed_clip_alone_and_is_told(found, rule, labels):
    cleaned = apply_flags(FIELD, found, disputes=rule)
    after = named_labels(cleaned)
    assert after[0] == labels
    assert (after[3], after[4], after[5]) == (set(), {"owl"}, {"frog"})
    assert cleaned.source["cleaned"]["disputes"] == {"clips": [0], "rule": rule}
    assert in_words(rule)


def test_the_latest_flag_is_the_latest_whoever_gave_it(found):
    flag(FIELD, 0, "wrong_label", user="anna", label="owl")
    assert named_labels(apply_flags(FIELD, load_flags(FIELD), disputes=LATEST))[0] == {"owl"}


def test_an_unsure_user_takes_nothing_from_what_another_says(found):
    assert found.of(4).kind == "missed"


def test_another_answer_is_another_dataset(found):
    ids = {apply_flags(FIELD, found, disputes=rule).id for rule in (LEAVE, LATEST, f"{OF_USER}anna")}
    assert len(ids) == 3


def test_without_a_dispute_nothing_is_asked_and_nothing_told(own_cache):
    flag(FIELD, 5, "missed", user="ben", label="frog")
    found = load_flags(FIELD)
    assert finalize(found, None) is found
    assert apply_flags(FIELD, found).source["cleaned"]["disputes"] is None


def test_a_rule_that_is_none_is_refused(found):
    with pytest.raises(BadInput, match="'majority'"):
        finalize(found, "majority")


def test_many_clips_are_named_in_short():
    assert named([3]) == "clip 3"
    assert named(list(range(12))) == "clips 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"
